// Says things once to a screen reader.
import { element } from "./page-data.js";

let waiting = 0;

/** @param {string} sentence */
export function announce(sentence) {
	const region = element("announcer");
	region.textContent = "";
	clearTimeout(waiting);
	// A region that is emptied and filled in one go isn't read again.
	waiting = window.setTimeout(() => (region.textContent = sentence), 60);
}
