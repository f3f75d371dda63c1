// The month as a grid, as in the date picker of the ARIA Authoring Practices: the Tab key reaches one day, and the
// arrow keys move from there. (pages/booking/days.py draws the same month without a script.)
import {
	addDays,
	addMonths,
	fullDate,
	monthOf,
	monthShowing,
	sheetOf,
	sheetTitle,
	shortMonth,
	weekdayOf,
	weekOf,
} from "../shared/dates.js";
import { dayByKey } from "../shared/month-keys.js";
import { around, data, element, make, t } from "../shared/page.js";

/** @import { Sheet } from "../types.js" */

const NAMES = { "is-free": "free_times", "is-partial": "partly_free_day", "": "no_free_times" };

export class CalendarGrid {
	/** @type {Sheet} */
	_sheet = {
		month: "",
		today: "",
		selected: null,
		free: new Map(),
		partial: new Map(),
		along: new Set(),
		waiting: false,
	};
	/** The first and the last date that are shown. */
	first = "";
	last = "";
	/** @type {string | null} */
	_focused = null;
	_takesFocus = false;

	/** @param {{onDay: (date: string) => void, onMonth: (month: string) => void}} handlers */
	constructor(handlers) {
		this.handlers = handlers;
		this.table = element("sheet");
		this.table.setAttribute("role", "grid");
		this.table.addEventListener("keydown", (event) => this._press(event));
		this.table.addEventListener("click", (event) => this._click(event));
		this.previous = asButton(element("previous-month"), () => this._turn(-1));
		this.next = asButton(element("next-month"), () => this._turn(1));
	}

	/** @param {Sheet} sheet */
	show(sheet) {
		this._sheet = sheet;
		[this.first, this.last] = sheetOf(sheet.month, sheet.today);
		element("month-title").textContent = sheetTitle(this.first, this.last);
		this.previous.setAttribute("aria-disabled", String(sheet.month <= monthOf(sheet.today)));
		this.next.setAttribute("aria-disabled", "false");
		this._focused = this._focusable();
		element("weeks").replaceChildren(...this._rows());
		this.table.setAttribute("aria-busy", String(sheet.waiting));
		this.table.classList.toggle("is-waiting", sheet.waiting);
		if (this._takesFocus) this._day(this._focused)?.focus();
		this._takesFocus = false;
	}

	/** The day that the Tab key reaches: the one that had the focus, or the selected, first free, today's or first one. */
	_focusable() {
		const { selected, free, today } = this._sheet;
		const wanted = [this._focused, selected, [...free.keys()].sort()[0], today, this.first];
		return wanted.find((date) => date && this._shows(date)) ?? null;
	}

	/** @param {string} date */
	_shows(date) {
		return this.first <= date && date <= this.last;
	}

	_rows() {
		const { today } = this._sheet;
		const blanks = (weekdayOf(this.first) - data.firstWeekday + 7) % 7;
		/** @type {(string | null)[]} */
		const days = Array(blanks).fill(null);
		for (let date = this.first; this._shows(date); date = addDays(date, 1)) days.push(date);
		while (days.length % 7) days.push(null);
		const rows = [];
		for (let at = 0; at < days.length; at += 7) {
			const week = days.slice(at, at + 7);
			// Weeks that are over would only take up room.
			if (week.some((date) => date && date >= today))
				rows.push(make("tr", {}, ...week.map((date) => this._cell(date))));
		}
		return rows;
	}

	/** @param {string | null} date */
	_cell(date) {
		if (!date) return make("td");
		const { selected, today, free, partial, along } = this._sheet;
		const count = free.get(date)?.length ?? 0;
		const kindWithoutTimes = partial.has(date) ? "is-partial" : "";
		const kind = count ? "is-free" : kindWithoutTimes;
		const button = make("button", {
			type: "button",
			class: ["day", kind, date === today && "is-today", date < today && "is-past", along.has(date) && "is-along"]
				.filter(Boolean)
				.join(" "),
			tabindex: date === this._focused ? 0 : -1,
			"aria-label": t(NAMES[kind], fullDate(date), count),
			"aria-disabled": kind ? null : "true",
			"aria-current": date === today ? "date" : null,
			"data-date": date,
			text: Number(date.slice(8)),
		});
		button.prepend(...this._beginning(date));
		return make("td", { role: "gridcell", "aria-selected": date === selected && kind ? "true" : "false" }, button);
	}

	/** The name of the month on its first day, if the sheet begins earlier. @param {string} date */
	_beginning(date) {
		return date.endsWith("-01") && date !== this.first
			? [make("small", { "aria-hidden": "true", text: shortMonth(date) })]
			: [];
	}

	/** @param {MouseEvent} event */
	_click(event) {
		const button = around(event, "button");
		if (!button) return;
		this._focused = button.dataset.date ?? null;
		if (button.getAttribute("aria-disabled") !== "true" && this._focused) {
			this._takesFocus = true;
			this.handlers.onDay(this._focused);
		}
	}

	/** @param {KeyboardEvent} event */
	_press(event) {
		const date = around(event, "button")?.dataset.date;
		if (!date) return;
		const column = (weekdayOf(date) - data.firstWeekday + 7) % 7;
		const target = dayByKey(event, date, column, event.shiftKey ? 12 : 1);
		if (!target) return;
		event.preventDefault();
		this._walkTo(target);
	}

	/** @param {string} date */
	_walkTo(date) {
		const earliest = this._earliest();
		this._focused = date < earliest ? earliest : date;
		if (!this._shows(this._focused)) {
			this._takesFocus = true;
			this.handlers.onMonth(monthShowing(this._focused, this._sheet.today));
			return;
		}
		this.table.querySelector("button[tabindex='0']")?.setAttribute("tabindex", "-1");
		const button = this._day(this._focused);
		button?.setAttribute("tabindex", "0");
		button?.focus();
	}

	/** The first date that is shown: the beginning of the current week, or of the month if the week began before it. */
	_earliest() {
		const { today } = this._sheet;
		return monthOf(weekOf(today)) === monthOf(today) ? weekOf(today) : `${monthOf(today)}-01`;
	}

	/** Says that nothing is free after this month. */
	end() {
		this.next.setAttribute("aria-disabled", "true");
	}

	/** @param {number} months */
	_turn(months) {
		const month = addMonths(this._sheet.month, months);
		const isOver = months > 0 && this.next.getAttribute("aria-disabled") === "true";
		if (isOver || month < monthOf(this._sheet.today)) return;
		this._focused = null;
		this.handlers.onMonth(month);
	}

	/** @param {string | null} date @returns {HTMLElement | null} */
	_day(date) {
		return this.table.querySelector(`[data-date="${date}"]`);
	}
}

/**
 * Replaces the link to another month, which works without a script, by a button.
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
