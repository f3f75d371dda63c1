// The editor of a meeting type: the preview beside the form follows what is typed, before it is saved.
import "./host.js";

const A_MOMENT = 600;
const screenOf = document.querySelector(".preview-screen");
/** @type {HTMLFormElement | null} the form that was changed last and isn't saved */
let changed = null;
let step = "";
let waiting = 0;
let shown = 0;

/** Puts a new frame over the old one until it is loaded. A new frame leaves no entry in the browser's history. @param {(frame: HTMLIFrameElement) => void} load */
function show(load) {
	const former = document.getElementById("preview");
	if (!screenOf || !(former instanceof HTMLIFrameElement)) return;
	const fresh = /** @type {HTMLIFrameElement} */ (former.cloneNode());
	fresh.removeAttribute("src");
	fresh.removeAttribute("loading");
	former.removeAttribute("id");
	// Chromium goes on finding a frame by a name that was removed, so each frame has its own.
	fresh.name = `preview-${++shown}`;
	fresh.classList.add("is-loading");
	screenOf.append(fresh);
	load(fresh);
	fresh.addEventListener("load", () => {
		for (const frame of screenOf.querySelectorAll("iframe")) if (frame !== fresh && !frame.id) frame.remove();
		fresh.classList.remove("is-loading");
	});
}

function refresh() {
	const button = changed?.querySelector("button[formtarget]");
	if (changed && button instanceof HTMLButtonElement) {
		const own = button.value;
		show((frame) => {
			button.value = step || own;
			button.formTarget = frame.name;
			changed?.requestSubmit(button);
			button.value = own;
		});
	} else {
		show((frame) => {
			frame.src = `${document.querySelector(".preview-bar")?.getAttribute("action")}?step=${step}`;
		});
	}
}

document.addEventListener("input", (event) => {
	const form = event.target instanceof Element ? event.target.closest("form") : null;
	if (!form?.querySelector("button[formtarget]")) return;
	changed = form;
	clearTimeout(waiting);
	waiting = window.setTimeout(refresh, A_MOMENT);
});

document.querySelector(".preview-bar")?.addEventListener("submit", (event) => {
	const button = /** @type {SubmitEvent} */ (event).submitter;
	event.preventDefault();
	step = button instanceof HTMLButtonElement ? button.value : "";
	refresh();
});

document.addEventListener("autosave:saved", (event) => {
	const { modified } = /** @type {CustomEvent<{ modified?: string }>} */ (event).detail;
	// All forms are about one record: the others must know its new version, or they would be refused.
	for (const field of document.querySelectorAll('input[name="modified"]')) {
		if (modified && field instanceof HTMLInputElement) field.value = modified;
	}
	if (changed === event.target) changed = null;
	refresh();
});
