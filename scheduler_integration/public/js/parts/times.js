// The free times of a day as buttons. On a wide screen the chosen one gets a "Confirm" beside it.
// (pages/booking/days.py draws the same list without a script.)
import {
	clockTime,
	dayAndMonth,
	fullDate,
	listed,
	localDate,
	localHour,
	offsetName,
	shortDay,
	weekdayName,
} from "../shared/dates.js";
import { around, data, element, make, t } from "../shared/page.js";
import { daysInShort } from "../shared/spans.js";

/** @import { Day, PartlyFree } from "../types.js" */

const WAKING = 8;
const NOON = 12;
const EVENING = 17;
const NIGHT = 22;
// More times than this are shown in two columns, unless each time lists its days.
const MANY = 8;

/** Puts the focus on the "Confirm" beside a time. @param {number} start */
export const focusConfirm = (start) => focus(`.confirm[data-start="${start}"]`);

/** @param {number} start */
export const focusTime = (start) => focus(`.time[data-start="${start}"]`);

/** @param {string} selector */
function focus(selector) {
	const found = element("time-list").querySelector(selector);
	if (found instanceof HTMLElement) found.focus();
}

export class Times {
	/** Whether the visitor has opened the times before 8:00, which are folded. */
	_isEarlyOpen = false;

	/** @param {{onTime: (start: number) => void, onConfirm: (start: number) => void, onDay: (date: string) => void}} handlers */
	constructor(handlers) {
		this.handlers = handlers;
		this.list = element("time-list");
		/** The note that applies to every time of the day. It is shown once, above them. */
		this.common = "";
		this.list.addEventListener("click", (event) => this._click(event));
	}

	/** @param {Day} day */
	show(day) {
		element("times").classList.toggle("is-empty", !day.date);
		const heading = element("times-heading");
		if (day.date) {
			heading.replaceChildren(
				make("strong", { text: weekdayName(day.date) }),
				" ",
				make("span", { text: dayAndMonth(day.date) }),
			);
		}
		const others = [...day.partial.map(({ start }) => start), ...day.taken];
		const shown = [...day.starts, ...others].sort((one, other) => one - other);
		const notes = new Set(shown.map((start) => hostNote(start, day.zone)));
		this.common = (notes.size === 1 && [...notes][0]) || "";
		element("times-note").textContent = this.common;
		element("times-note").hidden = !this.common;
		const saysDays = day.starts.some((start) => day.about(start).parts);
		this.list.classList.toggle("many", day.starts.length + day.taken.length > MANY && !saysDays);
		const { date, starts } = day;
		const none =
			date && !starts.length ? [make("p", { class: "no-times", text: t("no_times_day", fullDate(date)) })] : [];
		if (none.length && day.next) none.push(make("p", {}, this._nextButton(day.next, day)));
		this.list.replaceChildren(...none, ...this._groups(day, shown));
	}

	/** Leads from a day without times to the next one that has some. @param {number} start @param {Day} day */
	_nextButton(start, { zone, twelveHours }) {
		const date = localDate(start, zone);
		const text = t("next_free_times", `${shortDay(date)} · ${clockTime(start, zone, twelveHours)}`);
		const button = make("button", { type: "button", class: "button button-quiet", text });
		button.addEventListener("click", (event) => {
			event.stopPropagation();
			this.handlers.onDay(date);
		});
		return button;
	}

	/** @param {Day} day @param {number[]} shown */
	_groups(day, shown) {
		/** @type {Map<string, HTMLElement>} */
		const groups = new Map();
		const times = shown.map((start) => ({ start, label: clockTime(start, day.zone, day.twelveHours) }));
		for (const { start, label } of times) {
			const part = partOfDay(localHour(start, day.zone));
			const list = groups.get(part) ?? make("ul");
			groups.set(part, list);
			// When clocks go back, the same time comes twice. The offset tells them apart.
			const isTwice = times.filter((other) => other.label === label).length > 1;
			list.append(this._item(start, isTwice ? `${label} ${offsetName(start, day.zone)}` : label, day));
		}
		return [...groups].flatMap(([part, list]) => {
			if (part !== "before") return [make("h3", { text: t(part) }), list];
			const title = t(part, clockTime(WAKING * 3600, "UTC", day.twelveHours));
			const fold = make("details", { class: "early" }, make("summary", {}, make("h3", { text: title })), list);
			fold.toggleAttribute("open", this._isEarlyOpen || groups.size === 1 || !!list.querySelector(".confirm"));
			fold.querySelector("summary")?.addEventListener("click", () => {
				this._isEarlyOpen = !fold.hasAttribute("open");
			});
			return [fold];
		});
	}

	/** @param {number} start @param {string} label @param {Day} day */
	_item(start, label, day) {
		const theirs = this.common ? "" : hostNote(start, day.zone);
		const partly = day.partial.find((each) => each.start === start);
		if (partly) {
			const why = small([partlyFree(partly, day.zone), theirs]);
			return make("li", {}, make("span", { class: "time is-partial" }, label, ...why));
		}
		if (day.taken.includes(start)) {
			const name = make("span", { class: "visually-hidden", text: t("taken_time", label) });
			const struck = make("s", { "aria-hidden": "true", text: label });
			return make("li", {}, make("span", { class: "time is-taken", "data-start": start }, struck, name));
		}
		const { seats, parts } = day.about(start);
		const isPending = start === day.pending;
		const button = make(
			"button",
			{ type: "button", class: "time", "data-start": start, "aria-pressed": isPending ? "true" : null },
			label,
			...small([parts ? daysInShort(parts, day.zone) : "", seatsLeft(seats), theirs]),
		);
		const item = make("li", {}, button);
		if (isPending) item.append(confirmButton(start, label));
		return item;
	}

	/** @param {MouseEvent} event */
	_click(event) {
		const button = around(event, "button");
		if (!button) return;
		const start = Number(button.dataset.start);
		if (button.classList.contains("confirm")) this.handlers.onConfirm(start);
		else this.handlers.onTime(start);
	}
}

/** Each note that isn't "" on a line of its own. @param {string[]} notes */
const small = (notes) => notes.filter(Boolean).flatMap((note) => [" ", make("small", { text: note })]);

/** "3 seats left", or "" if seats aren't counted. @param {number | null | undefined} seats */
export function seatsLeft(seats) {
	if (seats === undefined || seats === null) return "";
	return t("seats_left", seats);
}

/** @param {PartlyFree} some @param {string} zone */
function partlyFree({ daysFree, days, missing }, zone) {
	const dates = missing.map((start) => shortDay(localDate(start, zone)));
	return t("partly_free", daysFree, days, listed(dates));
}

/** The note for a start that is on another date in the host's zone, or "". @param {number} start @param {string} zone */
export function hostNote(start, zone) {
	const theirs = localDate(start, data.hostZone);
	return theirs === localDate(start, zone) ? "" : t("host_date", shortDay(theirs));
}

/** @param {number} start @param {string} label */
function confirmButton(start, label) {
	// The time is an element of its own. Some languages write it in the middle of the sentence.
	const [before = "", after = ""] = t("confirm_time", "\u0000").split("\u0000");
	const button = make("button", { type: "button", class: "button confirm", "data-start": start });
	button.append(before, make("span", { class: "confirm-time", text: label }), after);
	return button;
}

/** @param {number} hour */
function partOfDay(hour) {
	if (hour < WAKING) return "before";
	if (hour < NOON) return "morning";
	if (hour < EVENING) return "afternoon";
	return hour < NIGHT ? "evening" : "night";
}
