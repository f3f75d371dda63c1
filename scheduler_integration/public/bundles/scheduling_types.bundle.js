import "../js/type-editor.js";
