// The editor of a meeting type: shows the page for visitors beside the form, and loads it again when something was saved.
import "./host.js";

const preview = document.getElementById("preview");

document.addEventListener("autosave:saved", (event) => {
	const { modified } = /** @type {CustomEvent<{ modified?: string }>} */ (event).detail;
	// All forms are about one record: the others must know its new version, or they would be refused.
	for (const field of document.querySelectorAll('input[name="modified"]')) {
		if (modified && field instanceof HTMLInputElement) field.value = modified;
	}
	if (preview instanceof HTMLIFrameElement) preview.contentWindow?.location.reload();
});
