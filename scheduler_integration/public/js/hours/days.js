// The month from which several days are chosen: click, or Shift and click for a range; the arrow keys move, Shift and an arrow key
// choose on the way, Space chooses, Page Up and Down turn the month. The days are checkboxes, so it works without a script too.
import { addressOf } from "../house/autosave-form.js";
import { addDays, monthOf, weekdayOf } from "../shared/dates.js";
import { dayByKey } from "../shared/month-keys.js";
import { around, element, t } from "../shared/page.js";

/** @param {HTMLFormElement} form */
export function watchDays(form) {
	new Days(form);
}

class Days {
	/** The days that are chosen, whatever month is shown. @type {Set<string>} */
	#chosen = new Set();
	/** The day that the Tab key reaches. */
	#focused = "";
	/** The day at which a range begins. */
	#anchor = "";

	/** @param {HTMLFormElement} form */
	constructor(form) {
		this.form = form;
		this.month = element("month");
		for (const input of form.querySelectorAll("[name=day]")) {
			if (input instanceof HTMLInputElement && (input.checked || input.type === "hidden"))
				this.#chosen.add(input.value);
		}
		this.#prepare();
		this.month.addEventListener("click", (event) => this.#click(event));
		this.month.addEventListener("change", (event) => this.#change(event));
		this.month.addEventListener("keydown", (event) => this.#press(event));
	}

	get #boxes() {
		return [...this.month.querySelectorAll("td input")].map((box) => /** @type {HTMLInputElement} */ (box));
	}

	get #shown() {
		return monthOf(this.#boxes[0]?.value ?? "");
	}

	#prepare() {
		const table = this.month.querySelector("table");
		table?.setAttribute("role", "grid");
		table?.setAttribute("aria-multiselectable", "true");
		const free = this.#boxes.filter((box) => !box.disabled);
		if (!free.some((box) => box.value === this.#focused)) this.#focused = free[0]?.value ?? "";
		for (const box of this.#boxes) {
			box.checked = this.#chosen.has(box.value);
			box.tabIndex = box.value === this.#focused ? 0 : -1;
			const cell = box.closest("td");
			cell?.setAttribute("role", "gridcell");
			cell?.setAttribute("aria-selected", String(box.checked));
		}
		const shown = new Set(this.#boxes.map((box) => box.value));
		const inputs = [...this.#chosen].filter((day) => !shown.has(day)).map((day) => hidden(day));
		element("elsewhere").replaceChildren(...inputs);
		element("days-chosen").textContent = this.#chosen.size ? t("days_chosen", this.#chosen.size) : "";
	}

	/** @param {MouseEvent} event */
	#click(event) {
		const turn = around(event, "[data-month]");
		if (turn) {
			event.preventDefault();
			this.#turn(turn.dataset.month ?? "");
			return;
		}
		const box = around(event, "td label")?.querySelector("input");
		if (!event.shiftKey || !box || box.disabled || !this.#anchor) return;
		event.preventDefault();
		this.#range(box.value);
	}

	/** @param {Event} event */
	#change(event) {
		const box = event.target;
		if (!(box instanceof HTMLInputElement) || box.name !== "day") return;
		this.#anchor = box.value;
		this.#focused = box.value;
		this.#choose(box.value, box.checked);
		this.#prepare();
	}

	/** @param {string} day @param {boolean} isChosen */
	#choose(day, isChosen) {
		if (isChosen) this.#chosen.add(day);
		else this.#chosen.delete(day);
	}

	/** Chooses the days between the last one and this one, or takes them back, as was done with the last one. @param {string} day */
	#range(day) {
		const isChosen = this.#chosen.has(this.#anchor);
		const [first = "", last = ""] = [this.#anchor, day].sort();
		for (let each = first; each <= last; each = addDays(each, 1)) this.#choose(each, isChosen);
		this.#anchor = day;
		this.#focused = day;
		this.#prepare();
		this.#box(day)?.focus();
		this.form.dispatchEvent(new Event("change", { bubbles: true }));
	}

	/** @param {string} day */
	#box(day) {
		return this.#boxes.find((box) => box.value === day && !box.disabled);
	}

	/** @param {KeyboardEvent} event */
	async #press(event) {
		const day = event.target instanceof HTMLInputElement ? event.target.value : "";
		const target = day && dayByKey(event, day, this.#column(day));
		if (!target) return;
		event.preventDefault();
		const chooses = event.shiftKey && event.key.startsWith("Arrow");
		if (chooses && !this.#anchor) {
			this.#anchor = day;
			this.#choose(day, true);
		}
		if (!this.#box(target) && !(await this.#turn(monthOf(target)))) return;
		if (!this.#box(target)) return;
		if (chooses) return this.#range(target);
		this.#focused = target;
		this.#prepare();
		this.#box(target)?.focus();
	}

	/** The column of a day: weeks begin with the reader's own first day. @param {string} day */
	#column(day) {
		const known = this.#boxes[0];
		const cells = [...(known?.closest("tr")?.children ?? [])];
		const first = weekdayOf(known?.value ?? day) - cells.indexOf(/** @type {Element} */ (known?.closest("td")));
		return (weekdayOf(day) - first + 14) % 7;
	}

	/** Shows another month, as the server prints it. @param {string} month @returns {Promise<boolean>} */
	async #turn(month) {
		const address = new URL(addressOf(this.form));
		address.searchParams.set("month", month);
		address.hash = "";
		const page = await fetch(address).then(
			(answer) => answer.text(),
			() => "",
		);
		const found = new DOMParser().parseFromString(page, "text/html").getElementById("month");
		if (!found || !this.#chosen) return false;
		const had = document.activeElement?.getAttribute("data-month")
			? document.activeElement.getAttribute("aria-label")
			: "";
		for (const selector of [".month-bar", "table"]) {
			const fresh = found.querySelector(selector);
			if (fresh) this.month.querySelector(selector)?.replaceWith(fresh);
		}
		const field = this.form.elements.namedItem("month");
		if (field instanceof HTMLInputElement) field.value = this.#shown;
		this.#prepare();
		if (had) focusOn(this.month, had);
		return this.#shown === month;
	}
}

/** Gives the focus back to the arrow that turned the month. @param {HTMLElement} month @param {string} label */
function focusOn(month, label) {
	const turn = [...month.querySelectorAll(".turn")].find((one) => one.getAttribute("aria-label") === label);
	if (turn instanceof HTMLAnchorElement) turn.focus();
}

/** @param {string} day */
function hidden(day) {
	const input = document.createElement("input");
	input.type = "hidden";
	input.name = "day";
	input.value = day;
	return input;
}
