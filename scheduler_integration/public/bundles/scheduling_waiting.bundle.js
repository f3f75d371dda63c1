import "../js/waiting.js";
