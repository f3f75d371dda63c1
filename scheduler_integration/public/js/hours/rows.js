// Rows of hours: more hours in a day, fewer, the same on other days, and a note if they end on the next day. The fields have the
// names that the server reads, so the form is the same with and without this script.
import { clockTime, listed } from "../shared/dates.js";
import { announce, around, data, t } from "../shared/page.js";

const DAY = 24 * 60;
const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri"];

/** @param {HTMLFormElement} form */
export function watchRows(form) {
	form.addEventListener("click", (event) => {
		const button = around(event, "button");
		const row = button?.closest("[data-day], [data-spans]");
		if (!(button instanceof HTMLButtonElement) || !(row instanceof HTMLElement)) return;
		const act = actionOf(button);
		if (!act) return;
		event.preventDefault();
		act(row, button);
		row.dispatchEvent(new Event("change", { bubbles: true }));
	});
	form.addEventListener("change", (event) => {
		const span = around(event, ".span");
		if (span) note(span);
	});
}

/** @param {HTMLButtonElement} button @returns {((row: HTMLElement, button: HTMLButtonElement) => void) | null} */
function actionOf(button) {
	if (button.matches("[data-add]")) return add;
	if (button.matches("[data-remove]")) return remove;
	return button.value.startsWith("copy:") ? copy : null;
}

/** @param {Element} row @returns {HTMLElement[]} */
const spansOf = (row) => [...row.querySelectorAll(".span")].map((span) => /** @type {HTMLElement} */ (span));

/** From and until. @param {Element} span @returns {HTMLInputElement[]} */
const timesOf = (span) => [...span.querySelectorAll("input")];

/** @param {Element} row @returns {HTMLInputElement | null} */
const switchOf = (row) => row.querySelector(".day-name input");

/** @param {HTMLElement} row */
function add(row) {
	const onOff = switchOf(row);
	const spans = spansOf(row);
	const last = spans.at(-1);
	if (!last) return;
	if (onOff && !onOff.checked) {
		onOff.checked = true;
		timesOf(last)[0]?.focus();
		return;
	}
	const [, until] = timesOf(last).map((input) => input.value);
	const added = /** @type {HTMLElement} */ (last.cloneNode(true));
	const [from, to] = timesOf(added);
	if (from) from.value = later(until, 60);
	if (to) to.value = later(until, 120);
	note(added);
	last.after(added);
	from?.focus();
}

/** The time so many minutes later, or nothing if that is tomorrow. @param {string | undefined} time @param {number} minutes */
function later(time, minutes) {
	if (!time) return "";
	const sum = minutesOf(time) + minutes;
	if (sum >= DAY || time === "00:00") return "";
	return `${String(Math.floor(sum / 60)).padStart(2, "0")}:${String(sum % 60).padStart(2, "0")}`;
}

/** @param {HTMLElement} row @param {HTMLButtonElement} button */
function remove(row, button) {
	const spans = spansOf(row);
	const span = button.closest(".span");
	const onOff = switchOf(row);
	if (spans.length > 1) span?.remove();
	else if (onOff) onOff.checked = false;
	else for (const input of timesOf(row)) input.value = "";
	const next = row.querySelector("[data-add]");
	if (next instanceof HTMLElement) next.focus();
}

/** @param {HTMLElement} row @param {HTMLButtonElement} button */
function copy(row, button) {
	const which = button.value.split(":")[2] ?? "";
	const boxes = [...row.querySelectorAll(".copy-to input")].map((box) => /** @type {HTMLInputElement} */ (box));
	const chosen = boxes.filter((box) => {
		if (which === "all") return true;
		return which === "weekdays" ? WEEKDAYS.includes(box.value) : box.checked;
	});
	const names = chosen.map((box) => copyTo(row, box.value)).filter(Boolean);
	for (const box of boxes) box.checked = false;
	const menu = row.querySelector(".copy-to");
	menu?.removeAttribute("open");
	menu?.querySelector("summary")?.focus();
	if (names.length) announce(t("copied_to", listed(names)));
}

/** @param {HTMLElement} row @param {string} day @returns {string} the day's name */
function copyTo(row, day) {
	const target = row.parentElement?.querySelector(`[data-day="${day}"]`);
	const [first] = target ? spansOf(target) : [];
	const onOff = target && switchOf(target);
	if (!(target instanceof HTMLElement) || !first || !onOff) return "";
	onOff.checked = Boolean(switchOf(row)?.checked);
	const copies = spansOf(row).map((span) => {
		const copied = /** @type {HTMLElement} */ (first.cloneNode(true));
		timesOf(copied).forEach((input, at) => {
			input.value = timesOf(span)[at]?.value ?? "";
		});
		note(copied);
		return copied;
	});
	target.querySelector(".spans")?.replaceChildren(...copies);
	return target.dataset.name ?? "";
}

/** @param {string} time */
function minutesOf(time) {
	const [hours = 0, minutes = 0] = time.split(":").map(Number);
	return hours * 60 + minutes;
}

/** Says that the hours end on the next day. @param {HTMLElement} span */
function note(span) {
	const [from = "", to = ""] = timesOf(span).map((input) => input.value);
	const words = span.querySelector(".span-note");
	if (words) words.textContent = from && to && to <= from ? until(to) : "";
}

/** @param {string} to */
function until(to) {
	if (to === "00:00") return t("until_midnight");
	return t("until_next_day", clockTime(minutesOf(to) * 60, "UTC", data.twelveHours));
}
