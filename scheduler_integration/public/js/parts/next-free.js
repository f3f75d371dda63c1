// The next free times above the month: one tap leads to the form.
import { addDays, clockTime, localDate, now, shortDay } from "../shared/dates.js";
import { element, make, t } from "../shared/page.js";

/**
 * @param {number[]} starts of one day @param {string} zone @param {boolean} twelveHours
 * @param {(start: number) => void} onTime
 */
export function showNextFree(starts, zone, twelveHours, onTime) {
	const line = element("next-free");
	const [first] = starts;
	line.hidden = first === undefined;
	if (first === undefined) return;
	const text = make("span", { text: t("next_free_times", nearDay(localDate(first, zone), zone)) });
	const times = starts.flatMap((start) => {
		const button = make("button", { type: "button", class: "chip", text: clockTime(start, zone, twelveHours) });
		button.addEventListener("click", () => onTime(start));
		return [" ", button];
	});
	line.replaceChildren(text, ...times);
}

/** Writes the times beside one that is gone: the server wrote them in a zone that needn't be the visitor's. @param {string} zone @param {boolean} twelveHours */
export function showNearest(zone, twelveHours) {
	for (const link of document.querySelectorAll("#nearest a")) {
		const start = Number(/** @type {HTMLElement} */ (link).dataset.start);
		link.textContent = `${nearDay(localDate(start, zone), zone)} · ${clockTime(start, zone, twelveHours)}`;
	}
}

/** "today", "tomorrow" or "Mon 23 Nov" @param {string} day @param {string} zone */
function nearDay(day, zone) {
	const today = localDate(now(), zone);
	if (day === today) return t("today");
	return day === addDays(today, 1) ? t("tomorrow") : shortDay(day);
}
