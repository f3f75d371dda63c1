// The keys of a month's grid, as in the ARIA Authoring Practices.
import { addDays, addMonths, lastDayOf, monthOf } from "./dates.js";

/**
 * The date that a key leads to, or null. Page Up and Page Down go so many `months`.
 * @param {KeyboardEvent} event of the element that has the grid
 * @param {string} date @param {number} column the date's place in its week, from 0
 * @param {number} [months]
 */
export function dayByKey(event, date, column, months = 1) {
	if (event.ctrlKey || event.altKey || event.metaKey) return null;
	const isRtl = getComputedStyle(/** @type {Element} */ (event.currentTarget)).direction === "rtl";
	const forward = isRtl ? -1 : 1;
	/** @type {Record<string, number>} */
	const days = {
		ArrowRight: forward,
		ArrowLeft: -forward,
		ArrowDown: 7,
		ArrowUp: -7,
		Home: -column,
		End: 6 - column,
	};
	const step = days[event.key];
	if (step !== undefined) return addDays(date, step);
	if (event.key === "PageDown") return sameDay(date, months);
	return event.key === "PageUp" ? sameDay(date, -months) : null;
}

/** The same day some months later, or the last day of that month: 31 January + 1 is 28 February. @param {string} date @param {number} months */
function sameDay(date, months) {
	const month = addMonths(monthOf(date), months);
	const last = lastDayOf(month);
	const same = month + date.slice(7);
	return same < last ? same : last;
}
