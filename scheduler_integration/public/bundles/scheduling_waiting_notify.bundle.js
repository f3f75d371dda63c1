import "../js/waiting-notify.js";
