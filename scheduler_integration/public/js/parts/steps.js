// The steps (day, time, details): which one is shown, its address, and where the focus goes.
import { isoInstant } from "../shared/dates.js";
import { element } from "../shared/page.js";

/** @import { State, Step } from "../types.js" */

const HEADINGS = { day: "month-heading", time: "times-heading", details: "details-heading" };
const PHONE = matchMedia("(max-width: 44.99em)");

/** Whether each step takes a screen of its own. */
export const onPhone = () => PHONE.matches;

/** @param {Step} step */
export function showStep(step) {
	element("booking").dataset.step = step;
}

/** Puts the focus on the heading of a step. @param {Step} step */
export function focusStep(step) {
	const heading = element(HEADINGS[step]);
	heading.focus({ preventScroll: true });
	if (onPhone()) scrollTo({ top: 0, behavior: "instant" });
	else heading.scrollIntoView({ block: "nearest" });
}

/**
 * Writes the state into the address, so that a reload or a link shows the same.
 * @param {Pick<State, "step" | "month" | "day" | "start">} state
 * @param {boolean} isStep whether the back button returns to the address before
 */
export function writeAddress(state, isStep) {
	const query = new URLSearchParams(location.search);
	for (const name of ["month", "date", "start"]) query.delete(name);
	if (state.step === "details" && state.start) query.set("start", isoInstant(state.start));
	else if (state.step === "time" && state.day) query.set("date", state.day);
	else query.set("month", state.month);
	if (isStep) history.pushState({}, "", addressWith(query));
	else history.replaceState({}, "", addressWith(query));
}

/** Changes or drops a part of the address. @param {string} name @param {string | number | null} value */
export function writePart(name, value) {
	const query = new URLSearchParams(location.search);
	if (value === null) query.delete(name);
	else query.set(name, String(value));
	history.replaceState({}, "", addressWith(query));
}

/** @param {URLSearchParams} query */
function addressWith(query) {
	return location.pathname + (String(query) && `?${query}`);
}

/** The same parts of the address that the server reads (pages/kit/query.py). Anything invalid is null. */
export function readAddress() {
	const query = new URLSearchParams(location.search);
	const start = Date.parse(query.get("start") ?? "") / 1000;
	return {
		start: Number.isFinite(start) ? start : null,
		day: dateIn(query.get("date"), ""),
		month: dateIn(query.get("month"), "-01"),
	};
}

/** @param {string | null} text @param {string} rest completes the date, for example "-01" after a month */
function dateIn(text, rest) {
	const isDate = text && /^\d{4}-\d\d-\d\d$/.test(text + rest) && Number.isFinite(Date.parse(text + rest));
	return isDate ? text : null;
}
