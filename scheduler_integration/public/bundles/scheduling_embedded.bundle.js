import "../js/embedded.js";
