// Handles the visitor's choices: a month, a day, a time, the way back, the time zone, the clock and the duration.
import { hideLostRace } from "../parts/chosen.js";
import { focusStep, onPhone, readAddress, writeAddress, writePart } from "../parts/steps.js";
import { focusConfirm, focusTime } from "../parts/times.js";
import { get } from "../server/api.js";
import { hold } from "../server/hold.js";
import { loadMonth, prefetch, slots } from "../server/months.js";
import { fullDate, localDate, monthShowing, now } from "../shared/dates.js";
import { announce, around, data, element, t } from "../shared/page.js";
import { cityOf, detectedZone } from "../shared/zone-names.js";
import { rememberClock, rememberGuess, rememberZone } from "../state/memory.js";
import { change, show, state } from "../state/store.js";

/** @import { Step } from "../types.js" */

/** @param {string} month */
export async function openMonth(month) {
	change({ month, day: null, pending: null, failed: false });
	await loadMonth(month);
	// Another month was opened while this one was loading.
	if (state.month !== month) return;
	if (state.step !== "details") writeAddress({ ...state, step: "day" }, false);
	show();
	prefetch();
}

/** The month in which a day is shown, the one on the screen if possible. @param {string} day */
const showing = (day) => monthShowing(day, localDate(now(), state.zone), state.month);

/** @param {string} day */
export async function goToDay(day) {
	await openMonth(showing(day));
	chooseDay(day);
}

/** @param {string} day */
export function chooseDay(day) {
	change({ day, pending: null, step: "time" });
	writeAddress(state, onPhone());
	show();
	if (onPhone()) focusStep("time");
	else announce(t("times_of", fullDate(day)));
}

/** A phone goes on to the form at once; a wide screen asks to confirm. @param {number} start */
export function chooseTime(start) {
	if (onPhone()) return confirmTime(start);
	const pending = state.pending === start ? null : start;
	show({ pending });
	if (pending) focusConfirm(start);
	else focusTime(start);
}

/** @param {number} start */
export function confirmTime(start) {
	change({ start, day: localDate(start, state.zone), pending: null });
	hold.take(start, state.duration);
	goTo("details");
}

export function backToTimes() {
	const day = state.start ? localDate(state.start, state.zone) : state.day;
	change({ day, month: day ? showing(day) : state.month, start: null });
	hold.release();
	goTo("time");
}

export function backToMonth() {
	goTo("day");
}

/** @param {Step} step */
function goTo(step) {
	change({ step });
	hideLostRace();
	// A question about the time that was chosen before.
	element("form-problem").hidden = true;
	writeAddress(state, true);
	show();
	focusStep(step);
}

/** Shows what the address names, after the browser's back or forward button. */
export async function followAddress() {
	const { start, day, month } = readAddress();
	const date = start ? localDate(start, state.zone) : day;
	const shown = date ? showing(date) : (month ?? state.month);
	change({ start, day: date, month: shown, step: stepOf(start, date), pending: null });
	if (start) hold.take(start, state.duration);
	else hold.release();
	hideLostRace();
	await loadMonth(shown);
	show();
	focusStep(state.step);
}

/** @param {number | null} start @param {string | null} date @returns {Step} */
function stepOf(start, date) {
	if (start) return "details";
	return date ? "time" : "day";
}

/** @param {string} zone */
export function chooseZone(zone) {
	rememberZone(zone);
	writePart("tz", null);
	showInZone(zone);
	announce(t("zone_now", cityOf(zone)));
}

/** @param {string} zone */
function showInZone(zone) {
	change({ zone, pending: null });
	if (state.start) change(dayOf(state.start));
	if (slots.covers(state.duration, zone, state.month)) show();
	else loadMonth(state.month).then(() => show());
}

/** The day and month of a start in the visitor's zone. @param {number} start */
export function dayOf(start) {
	const day = localDate(start, state.zone);
	return { day, month: showing(day) };
}

/** @param {boolean} twelveHours */
export function chooseClock(twelveHours) {
	rememberClock(twelveHours);
	writePart("clock", null);
	show({ twelveHours });
}

/** @param {Event} event */
export async function chooseDuration(event) {
	const chip = around(event, "[data-minutes]");
	if (!chip) return;
	event.preventDefault();
	for (const other of document.querySelectorAll("[data-minutes]")) other.removeAttribute("aria-current");
	chip.setAttribute("aria-current", "true");
	const duration = Number(chip.dataset.minutes);
	change({ duration, pending: null });
	writePart("duration", duration);
	await loadMonth(state.month);
	// Another duration was chosen while this one was loading.
	if (state.duration !== duration) return;
	const { start, zone } = state;
	if (start && !slots.byDay(duration, zone).get(localDate(start, zone))?.includes(start)) return backToTimes();
	if (start) hold.take(start, duration);
	show();
	prefetch();
}

/** Starts in the zone that the browser names, unless the visitor has chosen another one. */
export function startInOwnZone() {
	const own = detectedZone();
	if (!data.zoneIsChosen && own) {
		rememberGuess(own);
		if (own !== state.zone) moveTo(own);
	}
	showInZone(state.zone);
}

/** @param {string} zone */
function moveTo(zone) {
	change({ zone });
	// In this zone, the first free day may be in another month.
	const first = [...slots.byDay(state.duration, zone).keys()].sort()[0];
	const isAsked = state.day || new URLSearchParams(location.search).has("month");
	if (first && !isAsked) change({ month: showing(first) });
	if (data.cities[zone] || data.locale.startsWith("en")) return;
	// The page has only the names of cities where its language is spoken. English calls the others as their zones.
	get("public.time_zones", { language: data.locale, zone }).then(
		(/** @type {{cities: Record<string, string>}} */ { cities }) => {
			Object.assign(data.cities, cities);
			show();
		},
		() => {},
	);
}
