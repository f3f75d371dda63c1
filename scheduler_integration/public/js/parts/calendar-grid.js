// The month as a grid, as in the date picker of the ARIA Authoring Practices: the Tab key reaches one day, and the
// arrow keys move from there. (pages/booking/month.py draws the same month without a script.)
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
	#sheet = {
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
	#focused = null;
	#takesFocus = false;

	/** @param {{onDay: (date: string) => void, onMonth: (month: string) => void}} handlers */
	constructor(handlers) {
		this.handlers = handlers;
		this.table = element("sheet");
		this.table.setAttribute("role", "grid");
		this.table.addEventListener("keydown", (event) => this.#press(event));
		this.table.addEventListener("click", (event) => this.#click(event));
		this.previous = asButton(element("previous-month"), () => this.#turn(-1));
		this.next = asButton(element("next-month"), () => this.#turn(1));
	}

	/** @param {Sheet} sheet */
	show(sheet) {
		this.#sheet = sheet;
		[this.first, this.last] = sheetOf(sheet.month, sheet.today);
		element("month-title").textContent = sheetTitle(this.first, this.last);
		this.previous.setAttribute("aria-disabled", String(sheet.month <= monthOf(sheet.today)));
		this.next.setAttribute("aria-disabled", "false");
		this.#focused = this.#focusable();
		element("weeks").replaceChildren(...this.#rows());
		this.table.setAttribute("aria-busy", String(sheet.waiting));
		this.table.classList.toggle("is-waiting", sheet.waiting);
		if (this.#takesFocus) this.#day(this.#focused)?.focus();
		this.#takesFocus = false;
	}

	/** The day that the Tab key reaches: the one that had the focus, or the selected, first free, today's or first one. */
	#focusable() {
		const { selected, free, today } = this.#sheet;
		const wanted = [this.#focused, selected, [...free.keys()].sort()[0], today, this.first];
		return wanted.find((date) => date && this.#shows(date)) ?? null;
	}

	/** @param {string} date */
	#shows(date) {
		return this.first <= date && date <= this.last;
	}

	#rows() {
		const { today } = this.#sheet;
		const blanks = (weekdayOf(this.first) - data.firstWeekday + 7) % 7;
		/** @type {(string | null)[]} */
		const days = Array(blanks).fill(null);
		for (let date = this.first; this.#shows(date); date = addDays(date, 1)) days.push(date);
		while (days.length % 7) days.push(null);
		const rows = [];
		for (let at = 0; at < days.length; at += 7) {
			const week = days.slice(at, at + 7);
			// Weeks that are over would only take up room.
			if (week.some((date) => date && date >= today))
				rows.push(make("tr", {}, ...week.map((date) => this.#cell(date))));
		}
		return rows;
	}

	/** @param {string | null} date */
	#cell(date) {
		if (!date) return make("td");
		const { selected, today, free, partial, along } = this.#sheet;
		const count = free.get(date)?.length ?? 0;
		const kindWithoutTimes = partial.has(date) ? "is-partial" : "";
		const kind = count ? "is-free" : kindWithoutTimes;
		const button = make("button", {
			type: "button",
			class: ["day", kind, date === today && "is-today", date < today && "is-past", along.has(date) && "is-along"]
				.filter(Boolean)
				.join(" "),
			tabindex: date === this.#focused ? 0 : -1,
			"aria-label": t(NAMES[kind], fullDate(date), count),
			"aria-disabled": kind ? null : "true",
			"aria-current": date === today ? "date" : null,
			"data-date": date,
			text: Number(date.slice(8)),
		});
		button.prepend(...this.#beginning(date));
		return make("td", { role: "gridcell", "aria-selected": date === selected && kind ? "true" : "false" }, button);
	}

	/** The name of the month on its first day, if the sheet begins earlier. @param {string} date */
	#beginning(date) {
		return date.endsWith("-01") && date !== this.first ? [make("small", { text: shortMonth(date) })] : [];
	}

	/** @param {MouseEvent} event */
	#click(event) {
		const button = around(event, "button");
		if (!button) return;
		this.#focused = button.dataset.date ?? null;
		if (button.getAttribute("aria-disabled") !== "true" && this.#focused) {
			this.#takesFocus = true;
			this.handlers.onDay(this.#focused);
		}
	}

	/** @param {KeyboardEvent} event */
	#press(event) {
		const date = around(event, "button")?.dataset.date;
		if (!date) return;
		const column = (weekdayOf(date) - data.firstWeekday + 7) % 7;
		const target = dayByKey(event, date, column, event.shiftKey ? 12 : 1);
		if (!target) return;
		event.preventDefault();
		this.#walkTo(target);
	}

	/** @param {string} date */
	#walkTo(date) {
		const earliest = this.#earliest();
		this.#focused = date < earliest ? earliest : date;
		if (!this.#shows(this.#focused)) {
			this.#takesFocus = true;
			this.handlers.onMonth(monthShowing(this.#focused, this.#sheet.today));
			return;
		}
		this.table.querySelector("button[tabindex='0']")?.setAttribute("tabindex", "-1");
		const button = this.#day(this.#focused);
		button?.setAttribute("tabindex", "0");
		button?.focus();
	}

	/** The first date that is shown: the beginning of the current week, or of the month if the week began before it. */
	#earliest() {
		const { today } = this.#sheet;
		return monthOf(weekOf(today)) === monthOf(today) ? weekOf(today) : `${monthOf(today)}-01`;
	}

	/** Says that nothing is free after this month. */
	end() {
		this.next.setAttribute("aria-disabled", "true");
	}

	/** @param {number} months */
	#turn(months) {
		const month = addMonths(this.#sheet.month, months);
		const isOver = months > 0 && this.next.getAttribute("aria-disabled") === "true";
		if (isOver || month < monthOf(this.#sheet.today)) return;
		this.#focused = null;
		this.handlers.onMonth(month);
	}

	/** @param {string | null} date @returns {HTMLElement | null} */
	#day(date) {
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
