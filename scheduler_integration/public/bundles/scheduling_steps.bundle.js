import "../js/steps.js";
