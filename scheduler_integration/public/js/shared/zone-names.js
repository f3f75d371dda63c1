// The browser's own zone, and what a zone is called on the page.
import { element } from "./page.js";

// Some browsers still name a zone by its old name.
const RENAMED = new Map([
	["America/Buenos_Aires", "America/Argentina/Buenos_Aires"],
	["America/Godthab", "America/Nuuk"],
	["Asia/Calcutta", "Asia/Kolkata"],
	["Asia/Katmandu", "Asia/Kathmandu"],
	["Asia/Rangoon", "Asia/Yangon"],
	["Asia/Saigon", "Asia/Ho_Chi_Minh"],
	["Atlantic/Faeroe", "Atlantic/Faroe"],
	["Europe/Kiev", "Europe/Kyiv"],
]);

/** The zone of the browser, if it names one. */
export function detectedZone() {
	try {
		const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
		return RENAMED.get(zone) ?? zone ?? null;
	} catch {
		return null;
	}
}

/** The city that a zone is named after, in the visitor's language if the server knows it. @param {string} name */
export function cityOf(name) {
	const option = element("zone-select").querySelector(`option[value="${CSS.escape(name)}"]`);
	return option?.textContent || name.split("/").at(-1)?.replaceAll("_", " ") || name;
}
