// The editors of a meeting type and of a page: the preview beside the form follows what is typed, before it is saved.
import "./host.js";
import { watchImpact } from "./house/impact-form.js";

for (const form of document.querySelectorAll("form[data-impact]")) watchImpact(/** @type {HTMLFormElement} */ (form));

const A_MOMENT = 600;
const screenOf = document.querySelector(".preview-screen");
/** @type {HTMLFormElement | null} the form that was changed last and isn't saved */
let changed = null;
let step = "";
let waiting = 0;
let shown = 0;

/** @param {HTMLFormElement} form @param {string} name */
function textOf(form, name) {
	const field = form.elements.namedItem(name);
	return field instanceof HTMLInputElement ? field.value : "";
}

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
		const bar = document.querySelector(".preview-bar");
		if (!(bar instanceof HTMLFormElement)) return;
		const asked = new URLSearchParams({ step });
		if (textOf(bar, "page")) asked.set("page", textOf(bar, "page"));
		show((frame) => {
			frame.src = `${bar.getAttribute("action")}?${asked}`;
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

document.addEventListener("reset", (event) => {
	if (changed === event.target) changed = null;
	refresh();
});

document.querySelector(".preview-bar")?.addEventListener("submit", (event) => {
	const button = /** @type {SubmitEvent} */ (event).submitter;
	event.preventDefault();
	step = button instanceof HTMLButtonElement ? button.value : "";
	refresh();
});

document.addEventListener("autosave:saved", (event) => {
	const { modified } = /** @type {CustomEvent<{ modified?: string }>} */ (event).detail;
	// Other forms about the same record must know its new version, or they would be refused.
	const record = event.target instanceof HTMLFormElement ? textOf(event.target, "page") : "";
	for (const form of document.forms) {
		const version = form.elements.namedItem("modified");
		if (modified && version instanceof HTMLInputElement && textOf(form, "page") === record) version.value = modified;
	}
	if (changed === event.target) changed = null;
	refresh();
});
