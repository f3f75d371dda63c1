// The form: keeps what is typed, checks it before it is sent, and shows each error beside its field.
import { announce, around, data, element, t } from "../shared/page.js";
import { keepDraft, readDraft } from "../state/memory.js";

/** @import { Outcome, ToolEvent } from "../types.js" */
/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */

const ANSWER = "answer_";
const OWN = [
	"attendee_name",
	"attendee_email",
	"attendee_phone",
	"attendee_company",
	"location",
	"notes",
	"reason",
	"website",
	"code",
	"dates",
	"scope",
];
const NOT_KEPT = new Set([
	"csrf_token",
	"start",
	"parts",
	"tz",
	"duration",
	"idempotency_key",
	"website",
	"code",
	"dates",
]);
// Milliseconds after which people notice a wait.
const NOTICEABLE = 300;
// Catches typing mistakes. The server checks more.
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** @param {ParentNode} parent @returns {NodeListOf<Control>} */
const controlsIn = (parent) => parent.querySelectorAll("input, select, textarea");

/** @param {Control} control @returns {control is HTMLInputElement} */
const isBox = (control) => control.type === "checkbox" || control.type === "radio";

/** Fills in hidden fields of the form. @param {Record<string, string>} values */
export function fillHidden(values) {
	for (const [name, value] of Object.entries(values)) {
		const hidden = element("booking-form").querySelector(`input[name="${name}"]`);
		if (hidden instanceof HTMLInputElement) hidden.value = value;
	}
}

export class BookingForm {
	_timer = 0;

	/** @param {() => Promise<Outcome>} onSubmit @param {() => void} onTyped */
	constructor(onSubmit, onTyped) {
		this.onTyped = onTyped;
		this.form = element("booking-form", HTMLFormElement);
		this.submit = element("submit");
		this.label = this.submit.textContent;
		this.form.noValidate = true;
		this._restore();
		this.form.addEventListener("input", (event) => this._typed(event));
		// Few forms have questions that depend on an answer.
		if (data.askedAfter) import(data.askedAfter).catch(() => {});
		this.form.addEventListener("submit", (event) => {
			event.preventDefault();
			if (this.submit.getAttribute("aria-disabled") === "true") return;
			const wrong = this._check() ? null : this.form.querySelector(".is-wrong .field-error");
			const told = wrong ? Promise.resolve({ code: "VALIDATION_ERROR", message: wrong.textContent }) : onSubmit();
			// For an assistant that has filled the form in (WebMCP).
			const { agentInvoked, respondWith } = /** @type {ToolEvent} */ (event);
			if (agentInvoked) respondWith.call(event, told);
		});
	}

	/** The values of the form as `book` takes them (docs/reference/api.md). */
	payload() {
		const values = new FormData(this.form);
		/** @type {Record<string, unknown>} */
		const payload = { answers: this._answers(values), prefill: data.prefill };
		for (const name of OWN) if (values.get(name)) payload[name] = values.get(name);
		const guests = wordsOf(values.get("guests"), /[\s,;]+/);
		if (guests.length) payload.guests = guests;
		const parts = wordsOf(values.get("parts"), " ");
		if (parts.length) payload.parts = parts;
		return payload;
	}

	/** Says on the button that the booking is being sent. @param {"booking" | "waiting" | ""} how "" if it isn't */
	busy(how) {
		const label = how ? t(how === "waiting" ? "waiting" : "booking") : this.label;
		clearTimeout(this._timer);
		// A short wait isn't worth a word.
		if (how) this._timer = window.setTimeout(() => announce(label ?? ""), NOTICEABLE);
		this.form.setAttribute("aria-busy", String(Boolean(how)));
		this.submit.setAttribute("aria-disabled", String(Boolean(how)));
		this.submit.textContent = label;
	}

	/**
	 * Shows each sentence beside its field, the others on top below `message`, and puts the focus on the first.
	 * @param {string} message @param {Record<string, string>} details
	 */
	refuse(message, details) {
		const elsewhere = [];
		for (const [name, sentence] of Object.entries(details)) {
			const field = this._field(name) ?? this._field(ANSWER + name.replace(/^answers\./, ""));
			if (field) mark(field, sentence);
			else elsewhere.push(sentence);
		}
		this.problem([message, ...elsewhere]);
		if (!this._focusFirstWrong()) element("form-problem").scrollIntoView({ block: "nearest" });
	}

	/** Shows sentences above the form, or nothing if there are none. @param {string[]} sentences */
	problem(sentences) {
		const box = element("form-problem");
		box.hidden = !sentences.length;
		box.replaceChildren(
			...sentences.map((sentence) => Object.assign(document.createElement("p"), { textContent: sentence })),
		);
	}

	/** @param {FormData} values */
	_answers(values) {
		/** @type {Record<string, unknown>} */
		const answers = {};
		for (const name of new Set(values.keys())) {
			if (!name.startsWith(ANSWER)) continue;
			const id = name.slice(ANSWER.length);
			const type = this._type(name);
			const value = String(values.get(name));
			if (type === "multi_select") answers[id] = values.getAll(name);
			else if (type === "checkbox") answers[id] = true;
			else if (value) answers[id] = type === "number" ? plainNumber(value) : value;
		}
		return answers;
	}

	/** The type of a question, from its fieldset or its control. @param {string} name */
	_type(name) {
		const field = this._field(name);
		return (field?.dataset.type ? field : inputOf(field))?.dataset.type;
	}

	/** @param {Event} event */
	_typed(event) {
		const field = around(event, ".field");
		if (field?.classList.contains("is-wrong")) mark(field, "");
		/** @type {[string, string][]} */
		const values = [];
		for (const [name, value] of new FormData(this.form)) if (!NOT_KEPT.has(name)) values.push([name, String(value)]);
		keepDraft({ values });
		this.onTyped();
	}

	_restore() {
		const controls = [...controlsIn(this.form)];
		for (const [name, value] of readDraft().values) {
			for (const control of controls.filter((one) => one.name === name)) fill(control, value);
		}
		const folded = this.form.querySelector("details");
		if (folded && [...controlsIn(folded)].some((control) => control.value)) folded.open = true;
	}

	_check() {
		this.problem([]);
		/** @type {NodeListOf<HTMLElement>} */
		const fields = this.form.querySelectorAll(".field");
		for (const field of fields) mark(field, field.hidden ? "" : complaint(field));
		return !this._focusFirstWrong();
	}

	/** @param {string} name @returns {HTMLElement | null} */
	_field(name) {
		return this.form.querySelector(`[data-field="${CSS.escape(name)}"]`);
	}

	_focusFirstWrong() {
		const wrong = this.form.querySelector(".is-wrong");
		if (!wrong) return false;
		const folded = wrong.closest("details");
		if (folded) folded.open = true;
		controlsIn(wrong)[0]?.focus();
		return true;
	}
}

/** @param {Control} control @param {string} value */
function fill(control, value) {
	if (isBox(control)) control.checked ||= control.value === value;
	else control.value = value || control.value;
}

/** @param {Element | null} field @returns {HTMLElement | null} */
function inputOf(field) {
	return field?.querySelector(".input") ?? null;
}

/** @param {FormDataEntryValue | null} text @param {string | RegExp} separator */
function wordsOf(text, separator) {
	return String(text ?? "")
		.split(separator)
		.filter(Boolean);
}

/** The sentence about what is wrong with a field, or "". @param {HTMLElement} field */
function complaint(field) {
	const controls = [...controlsIn(field)];
	const [control] = controls;
	if (!control) return "";
	const value = control.value.trim();
	if (isMissing(field, controls)) return field.dataset.missing ?? "";
	if (control.dataset.type === "email" && value && !EMAIL.test(value)) return t("bad_email");
	if (control.dataset.type === "number" && !Number.isFinite(Number(plainNumber(value)))) return t("bad_number");
	return "";
}

/** Whether a field must be filled in and isn't. @param {HTMLElement} field @param {Control[]} controls */
function isMissing(field, controls) {
	return (
		"missing" in field.dataset && !controls.some((control) => (isBox(control) ? control.checked : control.value.trim()))
	);
}

/** "1.5" for "1,5", as the server reads it. A text with more than one separator stays as it is. @param {string} text */
function plainNumber(text) {
	return /^[^.,]*,[^.,]*$/.test(text) ? text.replace(",", ".") : text;
}

/** Shows a sentence beside a field, or removes it if it is "". @param {Element} field @param {string} sentence */
function mark(field, sentence) {
	field.classList.toggle("is-wrong", Boolean(sentence));
	const line = /** @type {HTMLElement} */ (field.querySelector(".field-error"));
	line.hidden = !sentence;
	line.textContent = sentence;
	const ids = [sentence && line.id, field.querySelector(".field-help")?.id].filter(Boolean).join(" ");
	const described = field.matches("fieldset") ? field : inputOf(field);
	if (described) setOrRemove(described, "aria-describedby", ids);
	for (const control of controlsIn(field)) setOrRemove(control, "aria-invalid", sentence && "true");
}

/** @param {Element} where @param {string} attribute @param {string} value "" removes the attribute */
function setOrRemove(where, attribute, value) {
	if (value) where.setAttribute(attribute, value);
	else where.removeAttribute(attribute);
}
