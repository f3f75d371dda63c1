// The free starts that are loaded so far. They are instants, so another zone or day needs no further request.
import { get, wanted } from "../server/api.js";
import { addDays, addMonths, localDate, localHour, now, sheetOf, startOfDay } from "../shared/dates.js";

/** @import { About, NextSlotsAnswer, Part, PartlyFree, SlotsAnswer, SlotsInPage, Stretch } from "../types.js" */
/** @typedef {{about: Map<number, About>, partial: Map<number, PartlyFree>, taken: Map<number, true>, stretches: Stretch[]}} Known */

export class Slots {
	/** By duration. @type {Map<number, Known>} */
	_known = new Map();
	/** @type {Map<string, Promise<void>>} */
	_underway = new Map();
	/** @type {Map<string, Map<string, number[]>>} */
	_grouped = new Map();

	/**
	 * @param {SlotsInPage} first the starts that came with the page
	 * @param {() => string} holdKey returns the key of this page's hold; the held time counts as free
	 */
	constructor(first, holdKey) {
		this.holdKey = holdKey;
		/** @type {[number, About][]} */
		const about = summed(first.starts).map((start) => [
			start,
			{ seats: first.seats[start], parts: first.parts[start] },
		]);
		const partial = first.partial.map(([start, daysFree, days, missing]) => ({ start, daysFree, days, missing }));
		this._showsTaken = Boolean(first.taken);
		this._add(first.duration, first.covered, about, partial, summed(first.taken ?? []));
	}

	/**
	 * The free starts by their date in `zone`, ascending.
	 * @param {number} duration @param {string} zone
	 */
	byDay(duration, zone) {
		return this._group(`${duration} ${zone}`, this._known.get(duration)?.about, zone);
	}

	/** @param {number} duration @param {string} zone @param {string} month */
	inMonth(duration, zone, month) {
		const [first, last] = sheetOf(month, localDate(now(), zone));
		return new Map([...this.byDay(duration, zone)].filter(([date]) => first <= date && date <= last));
	}

	/**
	 * The next free starts of one day, at most three, by day rather than by night. None if they aren't known.
	 * @param {number} duration @param {string} zone @returns {number[]}
	 */
	next(duration, zone) {
		const known = this._known.get(duration)?.stretches.find(([first, last]) => first <= now() && now() < last);
		const days = [...this.byDay(duration, zone).values()].filter(([start = 0]) => known && start < known[1]);
		const byDay = days.map((starts) => starts.filter((start) => isByDay(localHour(start, zone))));
		return (byDay.find((starts) => starts.length) ?? days[0] ?? []).slice(0, 3);
	}

	/**
	 * The starts of multi-day meetings of which only some days are free, by their date in `zone`.
	 * @param {number} duration @param {string} zone
	 * @returns {Map<string, PartlyFree[]>}
	 */
	partlyFree(duration, zone) {
		const known = this._known.get(duration)?.partial;
		const days = this._group(`partly ${duration} ${zone}`, known, zone);
		return new Map([...days].map(([date, starts]) => [date, starts.flatMap((start) => known?.get(start) ?? [])]));
	}

	/** The taken starts by their date in `zone`, if the page shows them. @param {number} duration @param {string} zone */
	taken(duration, zone) {
		return this._group(`taken ${duration} ${zone}`, this._known.get(duration)?.taken, zone);
	}

	/** The seats and days of a start. @param {number} duration @param {number} start @returns {About} */
	about(duration, start) {
		return this._known.get(duration)?.about.get(start) ?? {};
	}

	/** Whether the whole month is loaded. @param {number} duration @param {string} zone @param {string} month */
	covers(duration, zone, month) {
		const [first, last] = sheetOf(month, localDate(now(), zone));
		const from = Math.max(startOfDay(first, zone), now());
		const until = startOfDay(addDays(last, 1), zone);
		const stretches = this._known.get(duration)?.stretches ?? [];
		return stretches.some(([since, end]) => since <= from && until <= end);
	}

	/**
	 * Loads a month and one more day on each side, unless it is loaded or being loaded.
	 * @param {number} duration @param {string} zone @param {string} month
	 */
	load(duration, zone, month) {
		if (this.covers(duration, zone, month)) return Promise.resolve();
		return this.refresh(duration, zone, month);
	}

	/** Loads a month again. @param {number} duration @param {string} zone @param {string} month */
	refresh(duration, zone, month) {
		const [first, last] = sheetOf(month, localDate(now(), zone));
		return this._ask(duration, addDays(first, -1), addDays(last, 1));
	}

	/**
	 * The first date with a free time after a month, or null. It also loads the month of that date.
	 * @param {number} duration @param {string} zone @param {string} month @returns {Promise<string | null>}
	 */
	async nextAfter(duration, zone, month) {
		const [, after] = sheetOf(month, localDate(now(), zone));
		/** @type {NextSlotsAnswer} */
		const answer = await get("public.next_slots", { ...this._what(duration, zone), after });
		if (!answer.earliest) return null;
		const until = startOfDay(`${addMonths(answer.month, 1)}-01`, zone);
		this._add(duration, [startOfDay(`${answer.month}-01`, zone), until], ...read(answer));
		return answer.earliest;
	}

	/** Removes a start that somebody else has taken. @param {number} duration @param {number} start */
	forget(duration, start) {
		this._known.get(duration)?.about.delete(start);
		this._grouped.clear();
	}

	/**
	 * The starts in the future by their date in `zone`, ascending. The result is kept until the next answer arrives.
	 * @param {string} key @param {Map<number, unknown> | undefined} known @param {string} zone
	 */
	_group(key, known, zone) {
		const kept = this._grouped.get(key);
		if (kept) return kept;
		/** @type {Map<string, number[]>} */
		const days = new Map();
		const soonest = now();
		for (const start of [...(known?.keys() ?? [])].sort((one, other) => one - other)) {
			if (start <= soonest) continue;
			const date = localDate(start, zone);
			days.set(date, [...(days.get(date) ?? []), start]);
		}
		this._grouped.set(key, days);
		return days;
	}

	/** @param {number} duration @param {string} first @param {string} last dates in UTC */
	_ask(duration, first, last) {
		const key = `${duration} ${first} ${last}`;
		const underway = this._underway.get(key);
		if (underway) return underway;
		const values = { ...this._what(duration, "UTC"), start_date: first, end_date: last, ends: 0 };
		const asked = get("public.get_slots", values)
			.then((/** @type {SlotsAnswer} */ answer) => {
				const covered = [startOfDay(first, "UTC"), startOfDay(addDays(last, 1), "UTC")];
				this._add(duration, /** @type {Stretch} */ (covered), ...read(answer));
			})
			.finally(() => this._underway.delete(key));
		this._underway.set(key, asked);
		return asked;
	}

	/** The values that every request has. @param {number} duration @param {string} timezone */
	_what(duration, timezone) {
		const hold = this.holdKey();
		return { ...wanted, timezone, duration, ...(hold && { hold }), ...(this._showsTaken && { include_taken: 1 }) };
	}

	/**
	 * @param {number} duration @param {Stretch} stretch
	 * @param {[number, About][]} about @param {PartlyFree[]} partial @param {number[]} taken
	 */
	_add(duration, stretch, about, partial, taken) {
		const known = this._known.get(duration) ?? {
			about: new Map(),
			partial: new Map(),
			taken: new Map(),
			stretches: [],
		};
		for (const starts of [known.about, known.partial, known.taken]) {
			// An answer is complete: a start that isn't in it isn't free any more.
			for (const start of starts.keys()) if (stretch[0] <= start && start < stretch[1]) starts.delete(start);
		}
		for (const [start, facts] of about) known.about.set(start, facts);
		for (const some of partial) known.partial.set(some.start, some);
		for (const start of taken) known.taken.set(start, true);
		known.stretches = merged([...known.stretches, stretch]);
		this._known.set(duration, known);
		this._grouped.clear();
	}
}

/** Whether most people would meet at this hour. @param {number} hour */
const isByDay = (hour) => hour >= 8 && hour < 22;

/** @param {string} iso */
const seconds = (iso) => Date.parse(iso) / 1000;

/** @param {Part} part @returns {Stretch} */
const stretchOf = ({ start, end }) => [seconds(start), seconds(end)];

/**
 * Converts an answer to the form in which `Slots` keeps it.
 * @param {SlotsAnswer} answer @returns {[[number, About][], PartlyFree[], number[]]}
 */
function read({ days, partial = {}, taken = {} }) {
	const slots = Object.values(days).flat();
	const some = Object.values(partial).flat();
	return [
		slots.map(({ start, seats_left, parts }) => [seconds(start), { seats: seats_left, parts: parts?.map(stretchOf) }]),
		some.map(({ start, days_free, number_of_days, missing_parts }) => ({
			start: seconds(start),
			daysFree: days_free,
			days: number_of_days,
			missing: missing_parts.map((part) => seconds(part.start)),
		})),
		Object.values(taken)
			.flat()
			.map(({ start }) => seconds(start)),
	];
}

/** 2, 5 and 9 for 2, 3 and 4. @param {number[]} steps */
function summed(steps) {
	let sum = 0;
	return steps.map((step) => {
		sum += step;
		return sum;
	});
}

/** Joins stretches that touch or overlap. @param {Stretch[]} stretches */
function merged(stretches) {
	/** @type {Stretch[]} */
	const joined = [];
	for (const [first, last] of stretches.sort((one, other) => one[0] - other[0])) {
		const before = joined.at(-1);
		if (before && first <= before[1]) before[1] = Math.max(before[1], last);
		else joined.push([first, last]);
	}
	return joined;
}
