// The page of working hours: rows of hours, days to choose, what a change would do, and the next two weeks with it.
import "./host.js";
import { watchDays } from "./hours/days.js";
import { watchRows } from "./hours/rows.js";
import { watchImpact } from "./house/impact-form.js";
import { clockTime, now } from "./shared/dates.js";
import { around, data, t } from "./shared/page.js";

/** @typedef {{ forecast?: string, sentence?: string | null, modified?: string }} Answer */

/** @param {string} selector @returns {HTMLFormElement[]} */
const forms = (selector) => [...document.querySelectorAll(selector)].map((one) => /** @type {HTMLFormElement} */ (one));

forms("form[data-impact]").forEach(watchImpact);
forms("form[data-week], form[data-dates]").forEach(watchRows);
forms("form[data-dates]").forEach(watchDays);

setInterval(() => {
	const shown = document.getElementById("zone-now");
	const { zone = "", city = "" } = shown?.dataset ?? {};
	if (shown) shown.textContent = t("zone_and_time", city, clockTime(now(), zone, data.twelveHours));
}, 60_000);

/** Shows the strip and the week in words that the server has sent. @param {Event} event @returns {Answer} */
function show(event) {
	/** @type {Answer} */
	const answer = event instanceof CustomEvent ? event.detail : {};
	const { forecast, sentence } = answer;
	const strip = document.getElementById("forecast");
	if (strip && forecast !== undefined) strip.innerHTML = forecast;
	const words = document.getElementById("sentence");
	const text = document.getElementById("hours");
	if (event.target instanceof Element && event.target.matches("[data-week]") && sentence && words) {
		words.textContent = sentence;
		if (text instanceof HTMLInputElement) text.value = sentence;
	}
	return answer;
}

document.addEventListener("impact:shown", (event) => {
	show(event);
	isPreview(true);
});

document.addEventListener("autosave:saved", (event) => {
	const { modified } = show(event);
	isPreview(false);
	// All forms are about the same record, so each of them must send its new version.
	if (!modified) return;
	for (const field of document.querySelectorAll("input[name=modified]")) {
		if (field instanceof HTMLInputElement) field.value = modified;
	}
});

/** @param {boolean} isOne */
function isPreview(isOne) {
	document.getElementById("forecast-unsaved")?.toggleAttribute("hidden", !isOne);
}

// The rows and the strip are those that are stored again.
document.addEventListener("reset", (event) => {
	if (event.target instanceof HTMLFormElement) event.target.classList.remove("is-changed");
	location.reload();
});

// A click in a day's bar asks about the time that it shows.
document.getElementById("forecast")?.addEventListener("click", (event) => {
	const day = around(event, "a.forecast-day");
	const bars = day?.querySelector(".bars")?.getBoundingClientRect();
	if (!(day instanceof HTMLAnchorElement) || !bars || event.clientX < bars.left || event.clientX > bars.right) return;
	const isRtl = getComputedStyle(day).direction === "rtl";
	const part = (isRtl ? bars.right - event.clientX : event.clientX - bars.left) / bars.width;
	const minutes = Number(day.dataset.first) + Math.floor((part * Number(day.dataset.width)) / 15) * 15;
	const address = new URL(day.href);
	const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
	address.searchParams.set("time", `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`);
	day.href = address.href;
});
