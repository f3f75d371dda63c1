// The form: keeps what is typed, checks it before it is sent, and shows each error beside its field.
import { keepDraft, readDraft } from "./draft.js";
import { element, t } from "./page-data.js";

const ANSWER = "answer_";
const OWN = ["attendee_name", "attendee_email", "attendee_phone", "attendee_company", "notes", "website"];
const NOT_KEPT = new Set(["csrf_token", "start", "parts", "tz", "duration", "idempotency_key", "website"]);
// As little as rules out a slip; the server knows better.
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

export class BookingForm {
	/** @param {() => void} onSubmit */
	constructor(onSubmit) {
		this.form = element("booking-form");
		this.submit = element("submit");
		this.label = this.submit.textContent;
		this.form.noValidate = true;
		this.#restore();
		this.form.addEventListener("input", (/** @type {Event} */ event) => this.#typed(event));
		this.form.addEventListener("submit", (/** @type {Event} */ event) => {
			event.preventDefault();
			if (this.submit.getAttribute("aria-disabled") === "true") return;
			if (this.#check()) onSubmit();
		});
	}

	/** What `book` takes from the form (docs/api.md). */
	payload() {
		const values = new FormData(this.form);
		/** @type {Record<string, any>} */
		const payload = { answers: this.#answers(values) };
		for (const name of OWN) if (values.get(name)) payload[name] = values.get(name);
		const guests = String(values.get("guests") ?? "").split(/[\s,;]+/).filter(Boolean);
		if (guests.length) payload.guests = guests;
		return payload;
	}

	/** @param {boolean} isBusy */
	busy(isBusy) {
		this.submit.setAttribute("aria-disabled", String(isBusy));
		this.submit.textContent = isBusy ? t("booking") : this.label;
	}

	/**
	 * Puts each sentence beside its field, the others on top with `message`, and the focus on the first.
	 * @param {string} message @param {Record<string, string>} details
	 */
	refuse(message, details) {
		const elsewhere = [];
		for (const [field, sentence] of Object.entries(details)) {
			const found = this.#field(field) ?? this.#field(ANSWER + field.replace(/^answers\./, ""));
			if (found) mark(found, sentence);
			else elsewhere.push(sentence);
		}
		this.problem([message, ...elsewhere]);
		this.#focusFirstWrong() || element("form-problem").scrollIntoView({ block: "nearest" });
	}

	/** What stands above the form; none takes it away. @param {string[]} sentences */
	problem(sentences) {
		const box = element("form-problem");
		box.hidden = !sentences.length;
		box.replaceChildren(
			...sentences.map((sentence) => Object.assign(document.createElement("p"), { textContent: sentence })),
		);
	}

	/** @param {FormData} values */
	#answers(values) {
		/** @type {Record<string, any>} */
		const answers = {};
		for (const name of new Set([...values.keys()])) {
			if (!name.startsWith(ANSWER)) continue;
			const id = name.slice(ANSWER.length);
			const type = this.#type(name);
			if (type === "multi_select") answers[id] = values.getAll(name);
			else if (type === "checkbox") answers[id] = true;
			else if (values.get(name)) answers[id] = type === "number" ? plainNumber(values.get(name)) : values.get(name);
		}
		return answers;
	}

	/** A question's type, which its fieldset or its control knows. @param {string} name */
	#type(name) {
		const field = this.#field(name);
		return field?.dataset.type ?? field?.querySelector(".input")?.dataset.type;
	}

	/** @param {Event} event */
	#typed(event) {
		const field = /** @type {HTMLElement} */ (event.target).closest(".field");
		if (field?.classList.contains("is-wrong")) mark(field, "");
		const values = [...new FormData(this.form)].filter(([name]) => !NOT_KEPT.has(name));
		keepDraft({ values: /** @type {[string, string][]} */ (values) });
	}

	#restore() {
		for (const [name, value] of readDraft().values) {
			for (const control of this.form.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
				if (control.type === "checkbox") control.checked ||= control.value === value;
				else control.value = value || control.value;
			}
		}
		const folded = this.form.querySelector("details");
		if ([...folded.querySelectorAll(".input")].some((control) => control.value)) folded.open = true;
	}

	#check() {
		this.problem([]);
		for (const field of this.form.querySelectorAll(".field")) mark(field, complaint(field));
		return !this.#focusFirstWrong();
	}

	/** @param {string} name @returns {any} */
	#field(name) {
		return this.form.querySelector(`[data-field="${CSS.escape(name)}"]`);
	}

	#focusFirstWrong() {
		const wrong = this.form.querySelector(".is-wrong");
		if (!wrong) return false;
		const folded = wrong.closest("details");
		if (folded) folded.open = true;
		wrong.querySelector("input, select, textarea").focus();
		return true;
	}
}

/** What is wrong with a field, or nothing. @param {HTMLElement} field */
function complaint(field) {
	const controls = /** @type {HTMLInputElement[]} */ ([...field.querySelectorAll("input, select, textarea")]);
	const [control] = controls;
	if (field.dataset.type === "multi_select") {
		return "required" in field.dataset && !controls.some((box) => box.checked) ? t("required_choice") : "";
	}
	if (control.type === "checkbox") return control.required && !control.checked ? t("required_check") : "";
	const value = control.value.trim();
	if (!value) return control.required ? t(control.tagName === "SELECT" ? "required_choice" : "required") : "";
	if (control.dataset.type === "email" && !EMAIL.test(value)) return t("bad_email");
	if (control.dataset.type === "number" && !Number.isFinite(Number(plainNumber(value)))) return t("bad_number");
	return "";
}

/** "1,5" as the server reads it; what holds more than one separator is left as it is. @param {any} text */
function plainNumber(text) {
	return /^[^.,]*,[^.,]*$/.test(text) ? text.replace(",", ".") : text;
}

/** Shows or takes away the sentence beside a field. @param {Element} field @param {string} sentence */
function mark(field, sentence) {
	const line = /** @type {HTMLElement} */ (field.querySelector(".error"));
	field.classList.toggle("is-wrong", Boolean(sentence));
	line.hidden = !sentence;
	line.textContent = sentence;
	const described = field.matches("fieldset") ? field : /** @type {Element} */ (field.querySelector(".input"));
	const help = field.querySelector(".help");
	const ids = [sentence ? line.id : "", help?.id ?? ""].filter(Boolean).join(" ");
	ids ? described.setAttribute("aria-describedby", ids) : described.removeAttribute("aria-describedby");
	for (const control of field.querySelectorAll("input, select, textarea")) {
		sentence ? control.setAttribute("aria-invalid", "true") : control.removeAttribute("aria-invalid");
	}
}
