// The free starts that are known so far. They are instants, so another zone or day needs no further request.
import { get } from "./api.js";
import { addDays, addMonths, lastDayOf, localDate, now, startOfDay } from "./dates.js";
import { data } from "./page-data.js";

/** @typedef {{starts: Set<number>, stretches: [number, number][]}} Known */

const LONGEST_DAYS = 62;

export class Slots {
	/** @type {Map<number, Known>} by duration */
	#known = new Map();
	/** @type {Map<string, Promise<void>>} */
	#underway = new Map();
	/** @type {Map<string, Map<string, number[]>>} */
	#grouped = new Map();

	/** @param {{duration: number, covered: [number, number], starts: number[]}} first what came with the page */
	constructor(first) {
		this.#add(first.duration, first.covered, first.starts);
	}

	/**
	 * The free starts by their date in `zone`, ascending.
	 * @param {number} duration @param {string} zone
	 */
	byDay(duration, zone) {
		const key = `${duration} ${zone}`;
		let days = this.#grouped.get(key);
		if (!days) {
			days = new Map();
			for (const start of this.#starts(duration)) {
				const date = localDate(start, zone);
				days.set(date, [...(days.get(date) ?? []), start]);
			}
			this.#grouped.set(key, days);
		}
		return days;
	}

	/** @param {number} duration @param {string} zone @param {string} month */
	inMonth(duration, zone, month) {
		return new Map([...this.byDay(duration, zone)].filter(([date]) => date.startsWith(month)));
	}

	/** Whether everything in a month is known. @param {number} duration @param {string} zone @param {string} month */
	covers(duration, zone, month) {
		const from = Math.max(startOfDay(`${month}-01`, zone), now());
		const until = startOfDay(`${addMonths(month, 1)}-01`, zone);
		const stretches = this.#known.get(duration)?.stretches ?? [];
		return stretches.some(([first, last]) => first <= from && until <= last);
	}

	/**
	 * Asks for a month, a day wider on both sides, unless it is known or on its way.
	 * @param {number} duration @param {string} zone @param {string} month
	 */
	load(duration, zone, month) {
		if (this.covers(duration, zone, month)) return Promise.resolve();
		return this.#ask(duration, addDays(`${month}-01`, -1), addDays(lastDayOf(month), 1));
	}

	/** Asks for a month again. @param {number} duration @param {string} month */
	async refresh(duration, month) {
		await this.#ask(duration, addDays(`${month}-01`, -1), addDays(lastDayOf(month), 1));
	}

	/**
	 * The first date after a month that has a free time, looked for `looks` requests ahead.
	 * @param {number} duration @param {string} zone @param {string} month @param {number} [looks]
	 */
	async nextAfter(duration, zone, month, looks = 3) {
		let first = addDays(lastDayOf(month), 1);
		for (let look = 0; look < looks; look++) {
			const last = addDays(first, LONGEST_DAYS - 1);
			await this.#ask(duration, first, last);
			const found = [...this.byDay(duration, zone).keys()].sort().find((date) => date.slice(0, 7) > month);
			if (found) return found;
			first = addDays(last, 1);
		}
		return null;
	}

	/** Drops a start that somebody else has taken. @param {number} duration @param {number} start */
	forget(duration, start) {
		this.#known.get(duration)?.starts.delete(start);
		this.#grouped.clear();
	}

	/** @param {number} duration */
	#starts(duration) {
		const soonest = now();
		const starts = this.#known.get(duration)?.starts ?? new Set();
		return [...starts].filter((start) => start > soonest).sort((one, other) => one - other);
	}

	/** @param {number} duration @param {string} first @param {string} last dates in UTC */
	#ask(duration, first, last) {
		const key = `${duration} ${first} ${last}`;
		const underway = this.#underway.get(key);
		if (underway) return underway;
		const asked = get("public.get_slots", {
			slug: data.slug,
			meeting_type: data.meetingType,
			start_date: first,
			end_date: last,
			timezone: "UTC",
			duration,
		})
			.then((answer) => {
				const starts = Object.values(answer.days).flat();
				const seconds = starts.map((slot) => Date.parse(/** @type {any} */ (slot).start) / 1000);
				this.#add(duration, [startOfDay(first, "UTC"), startOfDay(addDays(last, 1), "UTC")], seconds);
			})
			.finally(() => this.#underway.delete(key));
		this.#underway.set(key, asked);
		return asked;
	}

	/** @param {number} duration @param {[number, number]} stretch @param {number[]} starts */
	#add(duration, stretch, starts) {
		const known = this.#known.get(duration) ?? { starts: new Set(), stretches: [] };
		for (const start of known.starts) {
			if (stretch[0] <= start && start < stretch[1]) known.starts.delete(start);
		}
		for (const start of starts) known.starts.add(start);
		known.stretches = merged([...known.stretches, stretch]);
		this.#known.set(duration, known);
		this.#grouped.clear();
	}
}

/** Stretches that touch or overlap, joined. @param {[number, number][]} stretches */
function merged(stretches) {
	/** @type {[number, number][]} */
	const joined = [];
	for (const [first, last] of stretches.sort((one, other) => one[0] - other[0])) {
		const before = joined.at(-1);
		if (before && first <= before[1]) before[1] = Math.max(before[1], last);
		else joined.push([first, last]);
	}
	return joined;
}
