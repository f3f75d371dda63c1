// The steps (day, time, details): which one shows, its address, the way back, and where the focus goes.
import { isoInstant } from "./dates.js";
import { element } from "./page-data.js";

/** @typedef {"day" | "time" | "details"} Step */

const HEADINGS = { day: "month-heading", time: "times-heading", details: "details-heading" };
const PHONE = matchMedia("(max-width: 44.99em)");

/** Whether steps take a screen each. */
export const onPhone = () => PHONE.matches;

/** @param {Step} step */
export function showStep(step) {
	element("booking").dataset.step = step;
}

/** Puts the focus where the step begins. @param {Step} step */
export function focusStep(step) {
	const heading = element(HEADINGS[step]);
	heading.focus({ preventScroll: true });
	if (onPhone()) scrollTo({ top: 0, behavior: "instant" });
	else heading.scrollIntoView({ block: "nearest" });
}

/**
 * Writes the state into the address, so that a reload or a link shows the same.
 * @param {{step: Step, month: string, day: string | null, start: number | null, duration: number}} state
 * @param {boolean} isStep whether the way back should lead to where we were
 */
export function writeAddress(state, isStep) {
	const query = new URLSearchParams(location.search);
	for (const name of ["month", "date", "start"]) query.delete(name);
	if (state.step === "details" && state.start) query.set("start", isoInstant(state.start));
	else if (state.step === "time" && state.day) query.set("date", state.day);
	else query.set("month", state.month);
	const address = `${location.pathname}?${query}`;
	isStep ? history.pushState({}, "", address) : history.replaceState({}, "", address);
}

/** Changes or drops a part of the address. @param {string} name @param {string | number | null} value */
export function writePart(name, value) {
	const query = new URLSearchParams(location.search);
	value === null ? query.delete(name) : query.set(name, String(value));
	history.replaceState({}, "", `${location.pathname}?${query}`);
}

/** What the address says, nonsense left out: the same parts that the server reads (pages/query.py). */
export function readAddress() {
	const query = new URLSearchParams(location.search);
	const start = Date.parse(query.get("start") ?? "") / 1000;
	return {
		start: Number.isFinite(start) ? start : null,
		day: dateIn(query.get("date"), ""),
		month: dateIn(query.get("month"), "-01"),
	};
}

/** @param {string | null} text @param {string} rest what makes a date of it */
function dateIn(text, rest) {
	const isDate = text && /^\d{4}-\d\d-\d\d$/.test(text + rest) && Number.isFinite(Date.parse(text + rest));
	return isDate ? text : null;
}
