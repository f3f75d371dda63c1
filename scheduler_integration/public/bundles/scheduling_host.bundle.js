import "../js/host.js";
