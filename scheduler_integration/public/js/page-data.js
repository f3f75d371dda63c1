// What the server put into the page for the scripts (pages/script_json.py), and its words.

/** @type {Record<string, any>} */
export const data = JSON.parse(document.getElementById("data")?.textContent || "{}");

/**
 * A translated sentence with `{0}`, `{1}` filled in.
 * @param {string} key
 * @param {...(string | number)} values
 */
export function t(key, ...values) {
	return data.strings[key].replace(/\{(\d)\}/g, (_match, index) => String(values[index]));
}

/**
 * The element with this id, which the template always has.
 * @param {string} id
 * @returns {any}
 */
export function element(id) {
	return document.getElementById(id);
}

/**
 * A new element.
 * @param {string} tag
 * @param {Record<string, any>} [attributes] `text` is its text; null leaves an attribute out
 * @param {...(Node | string)} children
 */
export function make(tag, attributes = {}, ...children) {
	const { text, ...others } = attributes;
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(others)) {
		if (value !== null && value !== undefined) made.setAttribute(name, String(value));
	}
	if (text !== undefined) made.textContent = text;
	made.append(...children);
	return made;
}
