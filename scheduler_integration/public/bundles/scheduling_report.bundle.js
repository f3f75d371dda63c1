import "../js/report.js";
