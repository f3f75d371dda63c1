// Instants (epoch seconds), plain dates ("2026-11-23") and months ("2026-11"), and how the visitor's locale writes them.
// (pages/kit/dates.py writes the same in Python.)
import { data } from "./page.js";

// The server writes Gregorian months and Latin digits, even if the locale prefers others.
const LOCALE = new Intl.Locale(data.locale || "en", { calendar: "gregory", numberingSystem: "latn" });
const COMPUTER = "en-u-ca-gregory-nu-latn";
const DAY = 86400;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {Intl.DateTimeFormatOptions} options
 * @param {string | Intl.Locale} [locale]
 */
function formatOf(options, locale = LOCALE) {
	const key = `${locale}${JSON.stringify(options)}`;
	const format = formats.get(key) ?? new Intl.DateTimeFormat(locale.toString(), options);
	formats.set(key, format);
	return format;
}

/** @param {Intl.DateTimeFormatOptions} options @param {string} date */
const writeDate = (options, date) => formatOf({ ...options, timeZone: "UTC" }).format(instantOf(date) * 1000);

/** @param {Intl.DateTimeFormatOptions} options @param {string} first @param {string} last */
const writeDates = (options, first, last) =>
	formatOf({ ...options, timeZone: "UTC" }).formatRange(instantOf(first) * 1000, instantOf(last) * 1000);

/** The instant of a plain date's midnight in UTC. @param {string} date */
function instantOf(date) {
	return Date.parse(`${date}T00:00:00Z`) / 1000;
}

/** @param {number} instant */
function dateOf(instant) {
	return new Date(instant * 1000).toISOString().slice(0, 10);
}

export const now = () => Math.floor(Date.now() / 1000);

/** @param {string} date @param {number} days */
export const addDays = (date, days) => dateOf(instantOf(date) + days * DAY);

/** @param {string} month @param {number} months */
export function addMonths(month, months) {
	const [year = 0, number = 0] = month.split("-").map(Number);
	return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** @param {string} date */
export const monthOf = (date) => date.slice(0, 7);

/** @param {string} month */
export const lastDayOf = (month) => addDays(`${addMonths(month, 1)}-01`, -1);

/** The first date that a calendar shows in the week of this one. @param {string} date */
export const weekOf = (date) => addDays(date, -((weekdayOf(date) - data.firstWeekday + 7) % 7));

// From this day of a month on, most of its sheet would be over.
const ENDING = 20;

/**
 * The first and last date that the calendar shows for a month: all of it, or five weeks from today's near its end.
 * @param {string} month @param {string} today @returns {[string, string]}
 */
export function sheetOf(month, today) {
	const isEnding = month === monthOf(today) && Number(today.slice(8)) >= ENDING;
	return isEnding ? [weekOf(today), addDays(weekOf(today), 34)] : [`${month}-01`, lastDayOf(month)];
}

/**
 * The first of these months whose sheet shows the date, or else the date's own.
 * @param {string} date @param {string} today @param {...string} months
 */
export function monthShowing(date, today, ...months) {
	const shows = (/** @type {string} */ month) => {
		const [first, last] = sheetOf(month, today);
		return first <= date && date <= last;
	};
	return [...months, monthOf(today)].find(shows) ?? monthOf(date);
}

/** Monday is 0. @param {string} date */
export const weekdayOf = (date) => (new Date(instantOf(date) * 1000).getUTCDay() + 6) % 7;

/**
 * The instant at which a clock in UTC shows what a clock in `zone` shows at `instant`.
 * 12:00 UTC is 13:00 in Berlin in winter, so the result is the instant of 13:00 UTC.
 * @param {number} instant @param {string} zone
 */
function wallClock(instant, zone) {
	const parts = formatOf(
		{
			timeZone: zone,
			hourCycle: "h23",
			year: "numeric",
			month: "numeric",
			day: "numeric",
			hour: "numeric",
			minute: "numeric",
			second: "numeric",
		},
		COMPUTER,
	).formatToParts(instant * 1000);
	const read = Object.fromEntries(parts.map((part) => [part.type, Number(part.value)]));
	const { year = 0, month = 0, day = 0, hour, minute, second } = read;
	return Date.UTC(year, month - 1, day, hour, minute, second) / 1000;
}

/** The date in `zone` at an instant. @param {number} instant @param {string} zone */
export const localDate = (instant, zone) => dateOf(wallClock(instant, zone));

/** @param {number} instant @param {string} zone */
export const localHour = (instant, zone) => Math.floor((wallClock(instant, zone) % DAY) / 3600);

/** Seconds by which `zone` is ahead of UTC. @param {number} instant @param {string} zone */
export const offsetOf = (instant, zone) => wallClock(instant, zone) - instant;

/**
 * The instant at which a date begins in `zone`. The offset at midnight UTC may differ from the one at midnight in the
 * zone if the clocks change in between, so the first result is only a guess.
 * @param {string} date @param {string} zone
 */
export function startOfDay(date, zone) {
	const guess = instantOf(date) - offsetOf(instantOf(date), zone);
	return instantOf(date) - offsetOf(guess, zone);
}

/** "2026-11-23T13:30:00+00:00" @param {number} instant */
export const isoInstant = (instant) => new Date(instant * 1000).toISOString().replace(".000Z", "+00:00");

/** "Monday, 23 November 2026" @param {string} date */
export const fullDate = (date) => writeDate({ dateStyle: "full" }, date);

/** "23 – 25 Nov 2026" @param {string} first @param {string} last */
export const dateRange = (first, last) => writeDates({ day: "numeric", month: "short", year: "numeric" }, first, last);

/** "Mon 23 – Wed 25 Nov" @param {string} first @param {string} last */
export const shortRange = (first, last) =>
	writeDates({ weekday: "short", day: "numeric", month: "short" }, first, last);

/** "Mon 23 Nov, Wed 25 Nov and Fri 27 Nov" @param {string[]} texts */
export const listed = (texts) => new Intl.ListFormat(LOCALE.toString(), { type: "conjunction" }).format(texts);

/** "3 days" @param {number} count */
export const daysLong = (count) =>
	new Intl.NumberFormat(LOCALE.toString(), { style: "unit", unit: "day", unitDisplay: "long" }).format(count);

/** "Monday" @param {string} date */
export const weekdayName = (date) => writeDate({ weekday: "long" }, date);

/** "23 November" @param {string} date */
export const dayAndMonth = (date) => writeDate({ day: "numeric", month: "long" }, date);

/** "Mon 23 Nov" @param {string} date */
export const shortDay = (date) => writeDate({ weekday: "short", day: "numeric", month: "short" }, date);

/** "November 2026", or "Nov – Dec 2026" @param {string} first @param {string} last */
export function sheetTitle(first, last) {
	const whole = (/** @type {string} */ date) => writeDate({ month: "long", year: "numeric" }, date);
	if (monthOf(first) === monthOf(last)) return whole(first);
	const text = writeDates({ month: "short", year: "numeric" }, first, last);
	// In Japanese: 2026/11～2026/12.
	return !text.includes("/")
		? text
		: `${whole(first)}～${first.slice(0, 4) === last.slice(0, 4) ? shortMonth(last) : whole(last)}`;
}

/** "Dec" @param {string} date */
export const shortMonth = (date) => writeDate({ month: "short" }, date);

/** @param {boolean} twelveHours @param {string} zone @returns {Intl.DateTimeFormatOptions} */
function clock(twelveHours, zone) {
	if (!twelveHours) return { timeStyle: "short", hourCycle: "h23", timeZone: zone };
	// Noon is 0:00 in Japanese. With `timeStyle` some locales would write 02:30 pm.
	const hourCycle = LOCALE.language === "ja" ? "h11" : "h12";
	return { hour: "numeric", minute: "2-digit", hourCycle, timeZone: zone };
}

/** "14:30" or "2:30 pm" @param {number} instant @param {string} zone @param {boolean} twelveHours */
export const clockTime = (instant, zone, twelveHours) => formatOf(clock(twelveHours, zone)).format(instant * 1000);

/**
 * "14:30 – 15:00", and "23:00 – 01:00" over midnight: on different days `formatRange` would add the dates.
 * @param {number} start @param {number} end @param {string} zone @param {boolean} twelveHours
 */
export function clockRange(start, end, zone, twelveHours) {
	const [first = 0, last = 0] = [start, end].map((instant) => (wallClock(instant, zone) % DAY) * 1000);
	const apart = [start, end].map((instant) => clockTime(instant, zone, twelveHours)).join("～");
	try {
		const text = formatOf(clock(twelveHours, "UTC")).formatRange(first, last);
		return text.includes("時") ? apart : text;
	} catch {
		// In older browsers, the end must follow the start.
		return apart.replace("～", " – ");
	}
}

/** "GMT+1" @param {number} instant @param {string} zone */
export function offsetName(instant, zone) {
	const parts = formatOf({ timeZone: zone, timeZoneName: "shortOffset" }, COMPUTER).formatToParts(instant * 1000);
	return parts.find((part) => part.type === "timeZoneName")?.value ?? "";
}
