// The links to the waitlist on the booking page: leads to the day, the month or the taken time that is on the screen. Only pages
// of types with a waitlist load this. (pages/booking/view.py makes the same links without a script.)
import { announce, around, data, element, make } from "../shared/page.js";

const { url, day: onDay, taken } = /** @type {import("../types.js").WaitData} */ (data.waitlist);
const list = element("time-list");
const sheet = element("sheet");
const message = element("month-message");
const dayLine = element("wait-day");
const monthLine = element("wait-month");
const inMonth = linkIn(monthLine);
const words = inMonth.textContent;

/** The full day that the visitor has asked for, or "". */
let full = "";

/** @param {HTMLElement} line */
function linkIn(line) {
	return /** @type {HTMLAnchorElement} */ (line.querySelector("a"));
}

function zone() {
	return /** @type {HTMLInputElement} */ (document.querySelector('#booking-form [name="tz"]')).value || data.zone;
}

/** @param {Record<string, string>} bounds */
function address(bounds) {
	const link = new URL(url, location.href);
	const duration = document.querySelector('.durations [aria-current="true"][data-minutes]');
	const kept = { tz: zone(), duration: duration?.getAttribute("data-minutes") ?? "", ...bounds };
	for (const [name, value] of Object.entries(kept)) if (value) link.searchParams.set(name, value);
	return link.pathname + link.search;
}

/** @param {string} first @param {string} [last] */
const dates = (first, last = first) => ({ first_date: first, last_date: last });

/** The address at which people wait for the time that begins at `start`. @param {number} start */
function timeAddress(start) {
	const at = new Date(start * 1000);
	const date = new Intl.DateTimeFormat("en-CA", {
		timeZone: zone(),
		year: "numeric",
		month: "2-digit",
		day: "2-digit",
	}).format(at);
	const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone(), timeStyle: "short" }).format(at);
	return address({ ...dates(date), from_time: clock, to_time: clock });
}

function showDay() {
	const chosen = /** @type {HTMLElement | null} */ (sheet.querySelector('[aria-selected="true"] button'));
	const date = chosen?.dataset.date ?? new URLSearchParams(location.search).get("date") ?? "";
	dayLine.hidden = element("times").classList.contains("is-empty");
	element("wait-lead").hidden = Boolean(list.querySelector(".no-times"));
	linkIn(dayLine).href = address(date ? dates(date) : {});
	for (const time of list.querySelectorAll("span.is-taken[data-start]")) linkTaken(/** @type {HTMLElement} */ (time));
}

/** Turns a taken time into a link. @param {HTMLElement} time */
function linkTaken(time) {
	const label = time.querySelector("s")?.textContent ?? "";
	const link = make(
		"a",
		{ class: "time is-taken", href: timeAddress(Number(time.dataset.start)), rel: "nofollow" },
		make("s", { "aria-hidden": "true", text: label }),
		make("span", { class: "visually-hidden", text: taken.replace("{0}", label) }),
	);
	link.style.cursor = "pointer";
	time.replaceWith(link);
}

function showMonth() {
	/** @type {HTMLElement[]} */
	const days = [...sheet.querySelectorAll("button")].filter((day) => !day.classList.contains("is-past"));
	const shown = days.map((day) => day.dataset.date ?? "");
	const button = days.find((day) => day.dataset.date === full);
	if (!button) full = "";
	monthLine.hidden = !full && message.hidden;
	inMonth.textContent = button ? onDay.replace("{0}", nameOf(button)) : words;
	inMonth.href = address(full ? dates(full) : monthDates(shown));
}

/** Nothing is free in later months either if the message leads nowhere: then any day will do. @param {string[]} shown */
function monthDates(shown) {
	return shown[0] && message.querySelector("a, button") ? dates(shown[0], shown.at(-1)) : {};
}

/** The date in the name of a day, such as "Tuesday, 24 November: no free times". @param {HTMLElement} button */
function nameOf(button) {
	const date = new Date(`${button.dataset.date}T12:00Z`);
	return date.toLocaleDateString(data.locale, { timeZone: "UTC", weekday: "long", day: "numeric", month: "long" });
}

sheet.addEventListener("click", (event) => {
	const day = around(event, 'button[aria-disabled="true"]:not(.is-past)');
	if (!day) return;
	full = day.dataset.date ?? "";
	showMonth();
	announce(inMonth.textContent ?? "");
});
new MutationObserver(showDay).observe(list, { childList: true });
new MutationObserver(showMonth).observe(message, { attributes: true, childList: true });
new MutationObserver(showMonth).observe(sheet, { childList: true, subtree: true });
showDay();
showMonth();
