// The free times of a day as buttons; on a wide screen the chosen one grows a "Confirm" beside it.
import { clockTime, dayAndMonth, listed, localDate, localHour, offsetName, shortDay, weekdayName } from "./dates.js";
import { data, element, make, t } from "./page-data.js";
import { daysInShort } from "./spans.js";

const NOON = 12;
const EVENING = 17;
const MANY = 8;

/**
 * @typedef {object} Day
 * @property {string | null} date
 * @property {number[]} starts
 * @property {import("./slots.js").PartlyFree[]} partial shown, but not to be chosen
 * @property {(start: number) => import("./slots.js").About} about
 * @property {string} zone
 * @property {boolean} twelveHours
 * @property {number | null} pending the start that waits for its confirmation
 */

export class Times {
	/** @param {{onTime: (start: number) => void, onConfirm: (start: number) => void}} handlers */
	constructor(handlers) {
		this.handlers = handlers;
		this.list = element("time-list");
		/** What holds for every time of the day is said once. */
		this.common = "";
		this.list.addEventListener("click", (/** @type {MouseEvent} */ event) => this.#click(event));
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
		const shown = [...day.starts, ...day.partial.map(({ start }) => start)].sort((one, other) => one - other);
		const notes = new Set(shown.map((start) => hostNote(start, day.zone)));
		this.common = notes.size === 1 ? [...notes][0] : "";
		element("times-note").textContent = this.common;
		element("times-note").hidden = !this.common;
		const saysDays = day.starts.some((start) => day.about(start).parts);
		this.list.classList.toggle("many", day.starts.length > MANY && !saysDays);
		this.list.replaceChildren(...this.#groups(day, shown));
	}

	/** @param {number} start */
	focusConfirm(start) {
		this.list.querySelector(`.confirm[data-start="${start}"]`)?.focus();
	}

	/** @param {number} start */
	focusTime(start) {
		this.list.querySelector(`.time[data-start="${start}"]`)?.focus();
	}

	/** @param {Day} day @param {number[]} shown */
	#groups(day, shown) {
		/** @type {Map<string, HTMLElement>} */
		const groups = new Map();
		const labels = shown.map((start) => clockTime(start, day.zone, day.twelveHours));
		shown.forEach((start, at) => {
			const part = partOfDay(localHour(start, day.zone));
			if (!groups.has(part)) groups.set(part, make("ul"));
			const twice = labels.indexOf(labels[at]) !== labels.lastIndexOf(labels[at]);
			const label = twice ? `${labels[at]} ${offsetName(start, day.zone)}` : labels[at];
			groups.get(part)?.append(this.#item(start, label, day));
		});
		return [...groups].flatMap(([part, list]) => [make("h3", { text: t(part) }), list]);
	}

	/** @param {number} start @param {string} label @param {Day} day */
	#item(start, label, day) {
		const theirs = this.common ? "" : hostNote(start, day.zone);
		const partly = day.partial.find((each) => each.start === start);
		if (partly) {
			const why = small([partlyFree(partly, day.zone), theirs]);
			return make("li", {}, make("span", { class: "time is-partial" }, label, ...why));
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
	#click(event) {
		const button = /** @type {HTMLElement} */ (event.target).closest("button");
		if (!button) return;
		const start = Number(button.dataset.start);
		button.classList.contains("confirm") ? this.handlers.onConfirm(start) : this.handlers.onTime(start);
	}
}

/** The notes there are, each on a line of its own. @param {string[]} notes */
const small = (notes) => notes.filter(Boolean).flatMap((note) => [" ", make("small", { text: note })]);

/** @param {number | undefined} seats */
function seatsLeft(seats) {
	if (seats === undefined || seats === null) return "";
	return seats === 1 ? t("seat_left") : t("seats_left", seats);
}

/** @param {import("./slots.js").PartlyFree} some @param {string} zone */
function partlyFree({ daysFree, days, missing }, zone) {
	const dates = missing.map((start) => shortDay(localDate(start, zone)));
	return t("partly_free", daysFree, days, listed(dates));
}

/** Says so where the host's calendar shows another date. @param {number} start @param {string} zone */
export function hostNote(start, zone) {
	const theirs = localDate(start, data.hostZone);
	return theirs === localDate(start, zone) ? "" : t("host_date", shortDay(theirs));
}

/** @param {number} start @param {string} label */
function confirmButton(start, label) {
	const [before, after] = t("confirm_time", "\u0000").split("\u0000");
	const button = make("button", { type: "button", class: "button confirm", "data-start": start });
	button.append(before, make("span", { class: "confirm-time", text: label }), after);
	return button;
}

/** @param {number} hour */
function partOfDay(hour) {
	if (hour < NOON) return "morning";
	return hour < EVENING ? "afternoon" : "evening";
}
