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
	setTimeout(showWhatMatters);
});

/** Shows the fields that matter with what the page says now. One with an error stays. */
function showWhatMatters() {
	for (const field of document.querySelectorAll("[data-depends]")) {
		const rule = field instanceof HTMLElement ? (field.dataset.depends ?? "") : "";
		field.toggleAttribute(
			"hidden",
			!holds(rule) && !field.querySelector("[aria-invalid]") && !field.matches(".is-wrong"),
		);
	}
}

/**
 * Whether a DocType's `depends_on` is true. It is a field's name, or conditions such as `doc.seats>1`, `!doc.repeats`,
 * `doc.payment == 'Before Booking'`, `doc.window_type.startsWith('Rolling')` and `['Off','On'].includes(doc.payment)`.
 * @param {string} rule
 */
const holds = (rule) =>
	rule
		.replace(/^eval:/, "")
		.split("&&")
		.every((part) => {
			const value = chosen(part.match(/doc\.([\w-]+)/)?.[1] ?? part.trim());
			// The page has the API's names: "Round Robin" is round_robin.
			const named = [...part.matchAll(/'([^']*)'/g)].map(([, text = ""]) => text.toLowerCase().replaceAll(" ", "_"));
			if (part.includes("startsWith")) return value.startsWith(named[0] ?? "");
			if (named.length) return named.includes(value);
			const least = Number(part.match(/>\s*(\d+)/)?.[1] ?? 0);
			const isSo = Number.isNaN(Number(value)) || Number(value) > least;
			return isSo !== part.trim().startsWith("!");
		});

/** The value of a control of the page, "" if it isn't ticked or isn't there. @param {string} name */
function chosen(name) {
	const control = document.querySelector(`.group [name="${name}"]`);
	if (control instanceof HTMLInputElement) return control.type !== "checkbox" || control.checked ? control.value : "";
	return control instanceof HTMLSelectElement ? control.value : "";
}

document.addEventListener("input", showWhatMatters);
showWhatMatters();

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
