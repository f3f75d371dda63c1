// Questions that depend on an earlier answer: shows those that are asked now, and says when one appears. The server decides by
// the same rule (catalogue/questions.py).
import { announce, t } from "../shared/page.js";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

/** @param {HTMLFormElement} form */
export function watch(form) {
	show(form);
	form.addEventListener("input", () => {
		const labels = show(form).map(nameOf);
		if (labels.length) announce(t("asked_too", labels.join(" · ")));
	});
}

/** Shows the questions that are asked after the present answers. Returns those that have just appeared. @param {HTMLFormElement} form */
function show(form) {
	const appeared = [];
	for (const field of all(form, "[data-after]")) {
		const [earlier] = all(form, `[data-field="${CSS.escape(field.dataset.after ?? "")}"]`);
		const isHidden = !earlier || Boolean(earlier.hidden) || !isAsked(field, earlier);
		if (field.hidden && !isHidden) appeared.push(field);
		field.hidden = isHidden;
		// A control that is disabled is neither sent nor checked, and keeps what was typed.
		for (const control of controlsIn(field)) control.disabled = isHidden;
	}
	return appeared;
}

/** @param {HTMLElement} field @param {HTMLElement} earlier */
function isAsked(field, earlier) {
	const given = controlsIn(earlier)
		.filter(isGiven)
		.map((control) => control.value.trim());
	/** @type {string[]} */
	const wanted = JSON.parse(field.dataset.answers ?? "[]");
	return wanted.length ? wanted.some((answer) => given.includes(answer)) : given.some(Boolean);
}

/** @param {Control} control */
const isGiven = (control) =>
	!/^(checkbox|radio)$/.test(control.type) || /** @type {HTMLInputElement} */ (control).checked;

/** The label of a field, without "optional". @param {HTMLElement} field */
const nameOf = (field) =>
	field.querySelector("legend, label:not(.choice), .choice span")?.firstChild?.textContent?.trim();

/** @param {ParentNode} parent @param {string} selector @returns {HTMLElement[]} */
const all = (parent, selector) => [...parent.querySelectorAll(selector)].map((one) => /** @type {HTMLElement} */ (one));

/** @param {ParentNode} parent @returns {Control[]} */
const controlsIn = (parent) => all(parent, "input, select, textarea").map((one) => /** @type {Control} */ (one));
