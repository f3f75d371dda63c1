import "../js/joining.js";
