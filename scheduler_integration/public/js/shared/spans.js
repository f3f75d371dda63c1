// Writes the time of a meeting in words: one span, or the days of a multi-day meeting. (Like pages/kit/spans.py.)
import {
	addDays,
	clockRange,
	dateRange,
	daysLong,
	fullDate,
	listed,
	localDate,
	shortDay,
	shortRange,
} from "./dates.js";

/** @import { Stretch } from "../types.js" */

/** The dates on which stretches start. @param {Stretch[]} stretches @param {string} zone */
function datesOf(stretches, zone) {
	const dates = stretches.map(([start]) => localDate(start, zone));
	return { dates, first: dates[0] ?? "", last: dates.at(-1) ?? "" };
}

/**
 * `date` and `time` of a meeting. For a multi-day meeting: the first to the last day, and each of the `days`.
 * @param {Stretch[]} stretches @param {string} zone @param {boolean} twelveHours
 */
export function whenPeopleMeet(stretches, zone, twelveHours) {
	const { dates, first, last } = datesOf(stretches, zone);
	const days = stretches.map(([start, end], at) => ({
		date: shortDay(dates[at] ?? ""),
		time: clockRange(start, end, zone, twelveHours),
	}));
	if (days.length === 1) return { date: fullDate(first), time: days[0]?.time ?? "", days: [] };
	return { date: dateRange(first, last), time: daysLong(days.length), days };
}

/** "Mon 23 – Wed 25 Nov", or each day by its name if days in between are off. @param {Stretch[]} stretches @param {string} zone */
export function daysInShort(stretches, zone) {
	const { dates, first, last } = datesOf(stretches, zone);
	if (addDays(first, dates.length - 1) === last) return shortRange(first, last);
	return listed(dates.map(shortDay));
}
