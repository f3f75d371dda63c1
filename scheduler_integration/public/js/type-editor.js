// The editor of a meeting type: shows the page for visitors beside the form, and loads it again when something was saved.
import "./host.js";

const preview = document.getElementById("preview");

document.addEventListener("autosave:saved", () => {
	if (preview instanceof HTMLIFrameElement) preview.contentWindow?.location.reload();
});
