import "../js/pay.js";
