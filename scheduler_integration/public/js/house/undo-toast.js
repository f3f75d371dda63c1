// The message at the bottom of a host's page, in its one polite live region, with a button to undo.
//
//   toast("Saved", { undo: () => …, seconds: 10 })     the button goes when it is too late
//   toast("Not saved.", { isError: true, button: "Try again", undo: () => … })
//
// Without a script, the server prints the same message with a form (templates/scheduling/host.html, `view.toast`).
import { element, make, t } from "../shared/page.js";

const A_WHILE = 6000;
const REMEMBERED = "scheduling-toast";

let hiding = 0;
/** @type {HTMLElement | null} */
let before = null;
/** @type {Element | null} */
let visited = null;

/**
 * Shows a message. Without `undo` it goes after a while.
 * @param {string} text
 * @param {{ undo?: (() => void) | null, seconds?: number | null, button?: string, isError?: boolean }} [options]
 */
export function toast(text, { undo = null, seconds = null, button = "", isError = false } = {}) {
	const region = element("toast");
	region.classList.toggle("is-error", isError);
	region.replaceChildren(make("p", { text }));
	if (undo) {
		const press = make("button", { type: "button", class: "toast-button", text: button || t("undo") });
		press.addEventListener("click", () => {
			clear();
			undo();
		});
		region.append(press);
	}
	clearTimeout(hiding);
	if (seconds) hiding = window.setTimeout(clear, seconds * 1000);
	else if (!undo) hiding = window.setTimeout(clear, A_WHILE);
}

/** Removes the message. */
export function clear() {
	clearTimeout(hiding);
	leave();
	element("toast").replaceChildren();
}

/** Gives the focus back to where it was before the button. */
function leave() {
	if (element("toast").contains(document.activeElement)) before?.focus();
	before = null;
}

/** The next Tab leads to the button, wherever the focus is, and the one after it goes on from there. @param {KeyboardEvent} event */
function detour(event) {
	const button = element("toast").querySelector("button");
	if (event.key !== "Tab" || !button) return;
	const { activeElement } = document;
	if (activeElement === button) {
		if (before && event.shiftKey) event.preventDefault();
		leave();
	} else if (!event.shiftKey && visited !== button && activeElement instanceof HTMLElement) {
		event.preventDefault();
		[before, visited] = [activeElement, button];
		button.focus();
	}
}

/** Shows the message on the page that is loaded next. @param {string} text */
export const toastLater = (text) => sessionStorage.setItem(REMEMBERED, text);

/** Takes over the message that the server has printed, and shows the one that an earlier page left. */
export function watchToast() {
	document.addEventListener("keydown", detour);
	const left = sessionStorage.getItem(REMEMBERED);
	sessionStorage.removeItem(REMEMBERED);
	if (left) return toast(left);
	const form = element("toast").querySelector("form");
	const end = () => {
		leave();
		form?.remove();
	};
	if (form) hiding = window.setTimeout(end, Number(form.dataset.seconds) * 1000);
	else hiding = window.setTimeout(clear, A_WHILE);
	forgetAddress();
}

/** After a reload the message would be said again. */
function forgetAddress() {
	const query = new URLSearchParams(location.search);
	if (!query.has("done")) return;
	query.delete("done");
	query.delete("undo");
	history.replaceState(null, "", [location.pathname, String(query)].filter(Boolean).join("?"));
}
