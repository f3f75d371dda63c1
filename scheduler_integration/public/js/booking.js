// The booking page: what is chosen so far, and what happens when the guest chooses.
import { announce } from "./announce.js";
import { BookingForm } from "./booking-form.js";
import { CalendarGrid } from "./calendar-grid.js";
import { hideLostRace, showChosen, showLostRace } from "./chosen.js";
import { watchConnection } from "./connection.js";
import { addMonths, clockTime, fullDate, localDate, monthOf, monthTitle, now } from "./dates.js";
import { Hold } from "./hold.js";
import { showEmptyMonth, showLoadFailed, showLooking, showNothing } from "./month-message.js";
import { data, element, t } from "./page-data.js";
import { rememberClock, rememberGuess, rememberZone } from "./preferences.js";
import { send } from "./send.js";
import { Slots } from "./slots.js";
import { focusStep, onPhone, readAddress, showStep, writeAddress, writePart } from "./steps.js";
import { Times } from "./times.js";
import { ZoneButton, cityOf, detectedZone } from "./zone-button.js";

const NOTICEABLE = 300;
const STALE = 5 * 60;

/**
 * @type {{zone: string, twelveHours: boolean, duration: number, month: string, day: string | null,
 * start: number | null, shownDays: [number, number][], pending: number | null, step: import("./steps.js").Step, waiting: boolean, failed: boolean}}
 */
const state = {
	zone: data.zone,
	twelveHours: data.twelveHours,
	duration: data.duration,
	month: data.month,
	day: data.day,
	start: data.start,
	shownDays: [],
	pending: null,
	step: data.step,
	waiting: false,
	failed: false,
};

const hold = new Hold(lostRace);
const slots = new Slots(data.slots, () => hold.key);
const grid = new CalendarGrid({ onDay: chooseDay, onMonth: openMonth });
const times = new Times({ onTime: chooseTime, onConfirm: confirmTime });
const form = new BookingForm(book);
const zoneButton = new ZoneButton({ hostZone: data.hostZone, onZone: chooseZone });
let refreshed = now();

function render() {
	const free = slots.inMonth(state.duration, state.zone, state.month);
	const { zone, twelveHours, duration, pending, month, waiting } = state;
	const partlyFree = slots.partlyFree(duration, zone);
	const day = shownDay(free, partlyFree);
	const [starts, partial] = [free.get(day ?? "") ?? [], partlyFree.get(day ?? "") ?? []];
	const about = (/** @type {number} */ start) => slots.about(duration, start);
	grid.show({ month, today: localDate(now(), zone), selected: day, free, partial: partlyFree, waiting });
	times.show({ date: day, starts, partial, about, zone, twelveHours, pending });
	zoneButton.show(zone, twelveHours);
	// What is sent is what stands on the screen, whatever was loaded since.
	state.shownDays = slots.about(duration, state.start ?? 0).parts ?? [];
	showChosen(state.start, stretchesOf(state.start ?? 0), zone, twelveHours);
	hold.show(zone, twelveHours);
	showMessage(free.size > 0);
	showStep(state.step);
	element("clock-12").toggleAttribute("aria-current", false);
	element("clock-24").toggleAttribute("aria-current", false);
	element(twelveHours ? "clock-12" : "clock-24").setAttribute("aria-current", "true");
}

/** When people meet who meet at `start`: once, or on each of several days. @param {number} start */
function stretchesOf(start) {
	return slots.about(state.duration, start).parts ?? [[start, start + state.duration * 60]];
}

/**
 * The day whose times show: the chosen one, or else the month's first free one.
 * @param {Map<string, number[]>} free @param {Map<string, any>} partlyFree
 */
function shownDay(free, partlyFree) {
	if (state.day && (free.has(state.day) || partlyFree.has(state.day))) return state.day;
	return [...free.keys()].sort()[0] ?? null;
}

/** @param {boolean} hasTimes */
async function showMessage(hasTimes) {
	const { month, zone, duration, waiting, failed } = state;
	if (failed) return showLoadFailed(() => openMonth(month));
	if (hasTimes || waiting || !slots.covers(duration, zone, month)) return showNothing();
	const title = monthTitle(month);
	showLooking(title);
	const found = await slots.nextAfter(duration, zone, month).catch(() => null);
	if (state.month === month && state.zone === zone) showEmptyMonth(title, found, goToDay);
}

/** @param {string} month */
async function openMonth(month) {
	Object.assign(state, { month, day: null, pending: null, failed: false });
	await load(month);
	if (state.month !== month) return;
	if (state.step !== "details") writeAddress({ ...state, step: "day" }, false);
	render();
	prefetch();
}

/** Loads a month; a wait that people notice shows as a skeleton. @param {string} month */
async function load(month) {
	const timer = setTimeout(() => {
		state.waiting = true;
		render();
		announce(t("loading"));
	}, NOTICEABLE);
	try {
		await slots.load(state.duration, state.zone, month);
	} catch {
		state.failed = state.month === month;
	} finally {
		clearTimeout(timer);
		state.waiting = false;
	}
}

/** Has the next month at hand before it is asked for. */
function prefetch() {
	const next = addMonths(state.month, 1);
	const idle = window.requestIdleCallback ?? setTimeout;
	idle(() => slots.load(state.duration, state.zone, next).catch(() => {}), { timeout: NOTICEABLE });
}

/** @param {string} day */
async function goToDay(day) {
	await openMonth(monthOf(day));
	chooseDay(day);
}

/** @param {string} day */
function chooseDay(day) {
	Object.assign(state, { day, pending: null, step: "time" });
	writeAddress(state, onPhone());
	render();
	onPhone() ? focusStep("time") : announce(t("times_of", fullDate(day)));
}

/** @param {number} start */
function chooseTime(start) {
	if (onPhone()) return confirmTime(start);
	state.pending = state.pending === start ? null : start;
	render();
	state.pending ? times.focusConfirm(start) : times.focusTime(start);
}

/** @param {number} start */
function confirmTime(start) {
	Object.assign(state, { start, day: localDate(start, state.zone), pending: null, step: "details" });
	hold.take(start, state.duration);
	hideLostRace();
	writeAddress(state, true);
	render();
	focusStep("details");
}

/** @param {Event} [event] */
function backToTimes(event) {
	event?.preventDefault();
	const day = state.start ? localDate(state.start, state.zone) : state.day;
	Object.assign(state, { step: "time", day, month: day ? monthOf(day) : state.month, start: null });
	hold.release();
	hideLostRace();
	writeAddress(state, true);
	render();
	focusStep("time");
}

/** @param {Event} event */
function backToMonth(event) {
	event.preventDefault();
	state.step = "day";
	writeAddress(state, true);
	render();
	focusStep("day");
}

/** @param {string} zone */
function chooseZone(zone) {
	rememberZone(zone);
	writePart("tz", null);
	showInZone(zone);
	announce(t("zone_now", cityOf(zone)));
}

/** @param {string} zone */
function showInZone(zone) {
	Object.assign(state, { zone, pending: null });
	if (state.start) showDayOf(state.start);
	element("booking-form").elements.tz.value = zone;
	if (slots.covers(state.duration, zone, state.month)) render();
	else load(state.month).then(render);
}

/** @param {number} start */
function showDayOf(start) {
	const day = localDate(start, state.zone);
	Object.assign(state, { day, month: monthOf(day) });
}

/** @param {boolean} twelveHours @param {Event} event */
function chooseClock(twelveHours, event) {
	event.preventDefault();
	state.twelveHours = twelveHours;
	rememberClock(twelveHours);
	writePart("clock", null);
	render();
}

/** @param {Event} event */
async function chooseDuration(event) {
	const chip = /** @type {HTMLElement} */ (event.target).closest("[data-minutes]");
	if (!chip) return;
	event.preventDefault();
	for (const other of document.querySelectorAll(".durations .chip")) other.removeAttribute("aria-current");
	chip.setAttribute("aria-current", "true");
	const duration = Number(/** @type {HTMLElement} */ (chip).dataset.minutes);
	Object.assign(state, { duration, pending: null });
	element("booking-form").elements.duration.value = duration;
	writePart("duration", duration);
	await load(state.month);
	if (state.duration !== duration) return;
	if (state.start && !slots.byDay(duration, state.zone).get(localDate(state.start, state.zone))?.includes(state.start)) {
		return backToTimes();
	}
	if (state.start) hold.take(state.start, duration);
	render();
	prefetch();
}

async function book() {
	const { start, duration, zone } = state;
	if (!start) return;
	form.busy(true);
	await hold.settled();
	const { kind, address, nearest, message, details } = await send(
		start,
		state.shownDays,
		duration,
		zone,
		form.payload(),
		hold.key,
	);
	if (kind === "booked") {
		hold.forget();
		return location.assign(address);
	}
	form.busy(false);
	if (kind === "taken") return lostRace(start, nearest);
	// Offline, the banner says all there is to say.
	kind === "offline" ? announce(message) : form.refuse(message, details);
}

/** @param {number} start @param {number[]} nearest */
function lostRace(start, nearest) {
	if (state.start !== start) return;
	slots.forget(state.duration, start);
	slots.refresh(state.duration, state.month).catch(() => {});
	showLostRace(nearest, state.zone, state.twelveHours, { onTime: takeInstead, onAll: backToTimes });
}

/** @param {number} start */
async function takeInstead(start) {
	state.start = start;
	hold.take(start, state.duration);
	showDayOf(start);
	// It may lie in a month that wasn't shown, and of a longer meeting all days are to be seen before it is booked.
	await load(state.month);
	if (state.start !== start) return;
	hideLostRace();
	writeAddress(state, false);
	render();
	const time = clockTime(start, state.zone, state.twelveHours);
	announce(t("time_changed", `${fullDate(localDate(start, state.zone))}, ${time}`));
	element("submit").focus();
}

/** The browser's back and forward buttons. */
async function followAddress() {
	const { start, day, month } = readAddress();
	const date = start ? localDate(start, state.zone) : day;
	const shown = date ? monthOf(date) : (month ?? state.month);
	const step = start ? "details" : date ? "time" : "day";
	Object.assign(state, { start, day: date, month: shown, step, pending: null });
	start ? hold.take(start, state.duration) : hold.release();
	hideLostRace();
	await load(shown);
	render();
	focusStep(state.step);
}

/** Times that have been on the screen for long may be gone. */
function refreshIfStale() {
	if (document.hidden || now() - refreshed < STALE) return;
	refreshed = now();
	slots.refresh(state.duration, state.month).then(render, () => {});
}

/** The browser shows the page as it was left. */
function comeBack() {
	form.busy(false);
	if (state.start) hold.take(state.start, state.duration);
}

function startInOwnZone() {
	const own = detectedZone();
	if (data.zoneIsChosen || !own) return;
	rememberGuess(own);
	if (own === state.zone) return;
	state.zone = own;
	const first = [...slots.byDay(state.duration, own).keys()].sort()[0];
	if (!state.day && !new URLSearchParams(location.search).has("month") && first) state.month = monthOf(first);
}

function listen() {
	element("back-to-month").addEventListener("click", backToMonth);
	element("back-to-times").addEventListener("click", backToTimes);
	element("change").addEventListener("click", backToTimes);
	element("clock-12").addEventListener("click", (/** @type {Event} */ event) => chooseClock(true, event));
	element("clock-24").addEventListener("click", (/** @type {Event} */ event) => chooseClock(false, event));
	document.querySelector(".durations")?.addEventListener("click", chooseDuration);
	addEventListener("popstate", followAddress);
	addEventListener("pagehide", () => hold.leave());
	addEventListener("pageshow", (event) => event.persisted && comeBack());
	document.addEventListener("visibilitychange", refreshIfStale);
	watchConnection();
}

document.documentElement.classList.add("js");
startInOwnZone();
listen();
showInZone(state.zone);
prefetch();
if (state.start && state.step === "details") hold.take(state.start, state.duration);
