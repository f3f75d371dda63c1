import "../js/embed.js";
