// The page as its scripts see it: the server's data, translated sentences, elements, and what a screen reader says.
/** @import { PageData } from "../types.js" */

/** @type {PageData} */
export const data = JSON.parse(document.getElementById("data")?.textContent || "{}");

/**
 * A translated sentence with `{0}`, `{1}` filled in. If it has several forms, `{0}` is the count.
 * @param {string} key @param {...(string | number)} values
 */
export function t(key, ...values) {
	const known = data.strings[key] ?? key;
	const text = typeof known === "string" ? known : ofCount(known, Number(values[0]));
	return text.replace(/\{(\d)\}/g, (_match, index) => String(values[index]));
}

/** @param {Record<string, string>} forms by CLDR's category @param {number} count */
function ofCount(forms, count) {
	return forms[new Intl.PluralRules(document.documentElement.lang).select(count)] ?? forms.other ?? "";
}

/**
 * The element with this id, which the template always has.
 * @template {HTMLElement} [T=HTMLElement]
 * @param {string} id @param {new () => T} [_kind] tells the type checker what kind of element it is
 * @returns {T}
 */
export function element(id, _kind) {
	return /** @type {T} */ (document.getElementById(id));
}

/**
 * A new element. `text` is its text; an attribute that is null or undefined is left out.
 * @param {string} tag
 * @param {Record<string, string | number | null | undefined>} [attributes]
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (value === null || value === undefined) continue;
		if (name === "text") made.textContent = String(value);
		else made.setAttribute(name, String(value));
	}
	made.append(...children);
	return made;
}

/**
 * The closest element around the target of an event that matches the selector.
 * @param {Event} event @param {string} selector
 * @returns {HTMLElement | null}
 */
export function around(event, selector) {
	return event.target instanceof Element ? event.target.closest(selector) : null;
}

let announcing = 0;

/** Says a sentence once to a screen reader. @param {string} sentence */
export function announce(sentence) {
	const region = element("announcer");
	region.textContent = "";
	clearTimeout(announcing);
	// A screen reader skips a region that is emptied and filled at once.
	announcing = window.setTimeout(() => {
		region.textContent = sentence;
	}, 60);
}
