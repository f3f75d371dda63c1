import "../js/manage.js";
