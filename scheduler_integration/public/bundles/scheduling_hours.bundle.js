import "../js/hours.js";
