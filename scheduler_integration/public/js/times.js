// The free times of a day as buttons; on a wide screen the chosen one grows a "Confirm" beside it.
import { clockTime, dayAndMonth, localDate, localHour, offsetName, shortDay, weekdayName } from "./dates.js";
import { data, element, make, t } from "./page-data.js";

const NOON = 12;
const EVENING = 17;
const MANY = 8;

/**
 * @typedef {object} Day
 * @property {string | null} date
 * @property {number[]} starts
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
		const notes = new Set(day.starts.map((start) => hostNote(start, day.zone)));
		this.common = notes.size === 1 ? [...notes][0] : "";
		element("times-note").textContent = this.common;
		element("times-note").hidden = !this.common;
		this.list.classList.toggle("many", day.starts.length > MANY);
		this.list.replaceChildren(...this.#groups(day));
	}

	/** @param {number} start */
	focusConfirm(start) {
		this.list.querySelector(`.confirm[data-start="${start}"]`)?.focus();
	}

	/** @param {number} start */
	focusTime(start) {
		this.list.querySelector(`.time[data-start="${start}"]`)?.focus();
	}

	/** @param {Day} day */
	#groups(day) {
		/** @type {Map<string, HTMLElement>} */
		const groups = new Map();
		const labels = day.starts.map((start) => clockTime(start, day.zone, day.twelveHours));
		day.starts.forEach((start, at) => {
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
		const isPending = start === day.pending;
		const button = make(
			"button",
			{ type: "button", class: "time", "data-start": start, "aria-pressed": isPending ? "true" : null },
			label,
		);
		const note = this.common ? "" : hostNote(start, day.zone);
		if (note) button.append(make("small", { text: note }));
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
