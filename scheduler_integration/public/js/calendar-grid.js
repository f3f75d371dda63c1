// The month as a grid by the Authoring Practices' date picker: one day takes the Tab key, arrows walk from there.
import { addDays, addMonths, fullDate, lastDayOf, monthOf, monthTitle, weekdayOf } from "./dates.js";
import { data, element, make, t } from "./page-data.js";

/**
 * @typedef {object} Sheet
 * @property {string} month
 * @property {string} today
 * @property {string | null} selected
 * @property {Map<string, number[]>} free
 * @property {Map<string, any>} partial the dates of which some starts are partly free
 * @property {boolean} waiting whether the month's times are still on their way
 */

export class CalendarGrid {
	/** @type {Sheet} */
	#sheet = { month: "", today: "", selected: null, free: new Map(), partial: new Map(), waiting: false };
	/** @type {string | null} */
	#focused = null;
	#takesFocus = false;

	/** @param {{onDay: (date: string) => void, onMonth: (month: string) => void}} handlers */
	constructor(handlers) {
		this.handlers = handlers;
		this.table = element("sheet");
		this.table.setAttribute("role", "grid");
		this.table.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#press(event));
		this.table.addEventListener("click", (/** @type {MouseEvent} */ event) => this.#click(event));
		this.previous = asButton(element("previous-month"), () => this.#turn(-1));
		this.next = asButton(element("next-month"), () => this.#turn(1));
	}

	/** @param {Sheet} sheet */
	show(sheet) {
		this.#sheet = sheet;
		element("month-title").textContent = monthTitle(sheet.month);
		this.previous.setAttribute("aria-disabled", String(sheet.month <= monthOf(sheet.today)));
		this.#focused = this.#focusable();
		element("weeks").replaceChildren(...this.#rows());
		this.table.setAttribute("aria-busy", String(sheet.waiting));
		this.table.classList.toggle("is-waiting", sheet.waiting);
		if (this.#takesFocus) this.#day(this.#focused)?.focus();
		this.#takesFocus = false;
	}

	/** The day that the Tab key reaches: where the focus was, else the selected, first free, today, first. */
	#focusable() {
		const { month, selected, free, today } = this.#sheet;
		const wanted = [this.#focused, selected, [...free.keys()].sort()[0], today, `${month}-01`];
		return wanted.find((date) => date && monthOf(date) === month) ?? null;
	}

	#rows() {
		const { month } = this.#sheet;
		const first = `${month}-01`;
		const blanks = (weekdayOf(first) - data.firstWeekday + 7) % 7;
		const days = Array(blanks).fill(null);
		for (let date = first; monthOf(date) === month; date = addDays(date, 1)) days.push(date);
		while (days.length % 7) days.push(null);
		const rows = [];
		for (let at = 0; at < days.length; at += 7) {
			rows.push(make("tr", {}, ...days.slice(at, at + 7).map((date) => this.#cell(date))));
		}
		return rows;
	}

	/** @param {string | null} date */
	#cell(date) {
		if (!date) return make("td");
		const { selected, today, free, partial } = this.#sheet;
		const count = free.get(date)?.length ?? 0;
		const kind = count ? "is-free" : partial.has(date) ? "is-partial" : "";
		const names = { "is-free": "free_times", "is-partial": "partly_free_day", "": "no_free_times" };
		const button = make("button", {
			type: "button",
			class: `day ${kind}${date === today ? " is-today" : ""}`,
			tabindex: date === this.#focused ? 0 : -1,
			"aria-label": t(names[kind], fullDate(date), count),
			"aria-disabled": kind ? null : "true",
			"aria-current": date === today ? "date" : null,
			"data-date": date,
			text: Number(date.slice(8)),
		});
		return make("td", { role: "gridcell", "aria-selected": date === selected && kind ? "true" : "false" }, button);
	}

	/** @param {MouseEvent} event */
	#click(event) {
		const button = /** @type {HTMLElement} */ (event.target).closest("button");
		if (!button) return;
		this.#focused = button.dataset.date ?? null;
		if (button.getAttribute("aria-disabled") !== "true" && this.#focused) {
			this.#takesFocus = true;
			this.handlers.onDay(this.#focused);
		}
	}

	/** @param {KeyboardEvent} event */
	#press(event) {
		const date = /** @type {HTMLElement} */ (event.target).dataset.date;
		const target = date && !event.ctrlKey && !event.altKey && !event.metaKey && this.#target(event, date);
		if (!target) return;
		event.preventDefault();
		this.#walkTo(target);
	}

	/** The date that a key leads to. @param {KeyboardEvent} event @param {string} date */
	#target(event, date) {
		const forward = getComputedStyle(this.table).direction === "rtl" ? -1 : 1;
		const column = (weekdayOf(date) - data.firstWeekday + 7) % 7;
		const months = event.shiftKey ? 12 : 1;
		switch (event.key) {
			case "ArrowRight":
				return addDays(date, forward);
			case "ArrowLeft":
				return addDays(date, -forward);
			case "ArrowDown":
				return addDays(date, 7);
			case "ArrowUp":
				return addDays(date, -7);
			case "Home":
				return addDays(date, -column);
			case "End":
				return addDays(date, 6 - column);
			case "PageDown":
				return sameDay(date, months);
			case "PageUp":
				return sameDay(date, -months);
			default:
				return null;
		}
	}

	/** @param {string} date */
	#walkTo(date) {
		const earliest = `${monthOf(this.#sheet.today)}-01`;
		this.#focused = date < earliest ? earliest : date;
		if (monthOf(this.#focused) !== this.#sheet.month) {
			this.#takesFocus = true;
			this.handlers.onMonth(monthOf(this.#focused));
			return;
		}
		for (const button of this.table.querySelectorAll("button[tabindex='0']")) button.tabIndex = -1;
		const button = this.#day(this.#focused);
		button.tabIndex = 0;
		button.focus();
	}

	/** @param {number} months */
	#turn(months) {
		const month = addMonths(this.#sheet.month, months);
		if (month < monthOf(this.#sheet.today)) return;
		this.#focused = null;
		this.handlers.onMonth(month);
	}

	/** @param {string | null} date @returns {any} */
	#day(date) {
		return date && this.table.querySelector(`[data-date="${date}"]`);
	}
}

/** The same day of the month some months on, or the last one there is. @param {string} date @param {number} months */
function sameDay(date, months) {
	const month = addMonths(monthOf(date), months);
	const last = lastDayOf(month);
	const same = month + date.slice(7);
	return same < last ? same : last;
}

/**
 * A button in place of the link that turns the page without a script.
 * @param {HTMLElement} link @param {() => void} act
 */
function asButton(link, act) {
	const label = link.getAttribute("aria-label");
	const button = make("button", { type: "button", id: link.id, class: link.className, "aria-label": label });
	button.append(...link.childNodes);
	button.addEventListener("click", act);
	link.replaceWith(button);
	return button;
}
