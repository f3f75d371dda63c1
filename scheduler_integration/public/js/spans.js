// When people meet, in words: one stretch of time, or the days of a meeting that takes several.
import { addDays, clockRange, dateRange, daysLong, fullDate, listed, localDate, shortDay, shortRange } from "./dates.js";

/** @typedef {import("./slots.js").Stretch} Stretch */

/**
 * @param {Stretch[]} stretches @param {string} zone @param {boolean} twelveHours
 * @returns {{date: string, time: string, days: {date: string, time: string}[]}}
 */
export function whenPeopleMeet(stretches, zone, twelveHours) {
	const dates = stretches.map(([start]) => localDate(start, zone));
	const hours = stretches.map(([start, end]) => clockRange(start, end, zone, twelveHours));
	if (stretches.length === 1) return { date: fullDate(dates[0]), time: hours[0], days: [] };
	const days = dates.map((date, at) => ({ date: shortDay(date), time: hours[at] }));
	return { date: dateRange(dates[0], dates[dates.length - 1]), time: daysLong(dates.length), days };
}

/** "Mon 23 – Wed 25 Nov", or each day by its name where some in between are off. @param {Stretch[]} stretches @param {string} zone */
export function daysInShort(stretches, zone) {
	const dates = stretches.map(([start]) => localDate(start, zone));
	const last = dates[dates.length - 1];
	if (addDays(dates[0], dates.length - 1) === last) return shortRange(dates[0], last);
	return listed(dates.map(shortDay));
}
