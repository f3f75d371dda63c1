// The browser's own zone, and what a zone is called on the page.
import { data } from "./page.js";

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
		return currentName(zone) ?? null;
	} catch {
		return null;
	}
}

/** @param {string} zone */
export function currentName(zone) {
	return RENAMED.get(zone) ?? zone;
}

/** The city that a zone is named after, in the visitor's language if it has another name there. @param {string} name */
export function cityOf(name) {
	return data.cities[name] || name.split("/").at(-1)?.replaceAll("_", " ") || name;
}
