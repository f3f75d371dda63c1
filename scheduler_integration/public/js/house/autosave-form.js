// A form that saves itself when a field has changed, and that works without a script too.
//
//   <form method="post" action="/scheduling/hours" data-autosave>
//     <input type="hidden" name="modified" value="…">            the record's version, if conflicts matter
//     <label for="title">…</label> <input id="title" name="title">
//     <p class="field-error" id="title-error" hidden></p>        made if it is missing
//     <button type="submit" class="button without-script">Save</button>
//   </form>
//
// It sends the whole form on `change` (never on a key), after a moment, one request at a time. The server answers as
// pages/kit/saving.py says. Errors are put beside their fields, by name. A conflict shows both versions of each field. A
// button with a name submits the form as usual. A field with `data-no-save` saves nothing.
//
// With `data-autosave="asked"` only its button saves: the form has the class "is-changed" until then, its button
// `type="reset"` brings back what is stored, and leaving the page asks first.
//
// The form tells the page, by events that bubble: `autosave:saved` (detail: the answer), `autosave:undone` (the page is loaded
// again unless this is prevented). To save by a script, dispatch `change` on the form.
import { make, t } from "../shared/page.js";
import { clear, toast, toastLater } from "./undo-toast.js";

/** @typedef {HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement} Control */
/** @typedef {{ saved: boolean, message: string, modified?: string, undo?: string | null, seconds?: number | null, errors?: Record<string, string>, conflict?: { modified: string, theirs: Record<string, string>, mine?: Record<string, string> } }} Answer */

const A_MOMENT = 400;

/** Lets the form save itself. @param {HTMLFormElement} form */
export function autosave(form) {
	let waiting = 0;
	let isSending = false;
	let isWanted = false;
	const isAsked = form.dataset.autosave === "asked";
	/** @type {EventTarget | null} */
	let changed = null;
	const note = () => form.classList.toggle("is-changed", typedIn(form) !== stored);
	let stored = typedIn(form);

	async function save() {
		window.clearTimeout(waiting);
		waiting = 0;
		if (isSending) {
			isWanted = true;
			return;
		}
		isSending = true;
		// An earlier message would undo the change before this one.
		clear();
		show(form, await send(addressOf(form), fieldsOf(form)), save);
		isSending = false;
		if (isWanted) {
			isWanted = false;
			await save();
		}
	}

	form.noValidate = true;
	if (isAsked) {
		form.addEventListener("input", note);
		form.addEventListener("reset", () => {
			clearErrors(form);
			setTimeout(note);
		});
		form.addEventListener("autosave:saved", () => {
			keepAsStored(form);
			stored = typedIn(form);
			const isAtBar = document.activeElement?.closest(".save-bar");
			note();
			// The bar is gone, and the focus with it.
			if (isAtBar && changed instanceof HTMLElement) changed.focus();
		});
		addEventListener("beforeunload", (event) => {
			if (form.classList.contains("is-changed")) event.preventDefault();
		});
	}
	form.addEventListener("change", (event) => {
		if (isAsked) {
			// A script that has changed a row has also put the focus there.
			changed =
				event.target instanceof Element && event.target.matches("[name]") ? event.target : document.activeElement;
			note();
			return;
		}
		if (event.target instanceof Element && event.target.closest("[data-no-save]")) return;
		window.clearTimeout(waiting);
		waiting = window.setTimeout(save, A_MOMENT);
	});
	form.addEventListener("submit", (event) => {
		const button = event.submitter;
		if (button instanceof HTMLButtonElement && button.name) {
			// The page that follows isn't about what was saved on the way there.
			window.clearTimeout(waiting);
			waiting = 0;
			return;
		}
		event.preventDefault();
		save();
	});
	// What was changed a moment ago is saved too when the page is left.
	addEventListener("pagehide", () => {
		if (waiting) fetch(addressOf(form), { ...request(fieldsOf(form)), keepalive: true });
		window.clearTimeout(waiting);
	});
}

/** The form's address. A button with the name "action" hides the form's own property. @param {HTMLFormElement} form */
export const addressOf = (form) => new URL(form.getAttribute("action") ?? "", location.href).href;

/** @param {HTMLFormElement} form */
export function fieldsOf(form) {
	const fields = new URLSearchParams();
	for (const [name, value] of new FormData(form)) if (typeof value === "string") fields.append(name, value);
	return fields;
}

/** The typed values, in one text. @param {HTMLFormElement} form */
function typedIn(form) {
	const fields = fieldsOf(form);
	for (const name of ["modified", "sure"]) fields.delete(name);
	for (const field of form.querySelectorAll("[data-no-save] [name]")) fields.delete(field.getAttribute("name") ?? "");
	return String(fields);
}

/** Makes what the form says now what its reset brings back. @param {HTMLFormElement} form */
function keepAsStored(form) {
	for (const control of form.elements) {
		if (control instanceof HTMLInputElement && control.type === "checkbox") control.defaultChecked = control.checked;
		else if (control instanceof HTMLSelectElement)
			for (const option of control.options) option.defaultSelected = option.selected;
		else if (control instanceof HTMLInputElement || control instanceof HTMLTextAreaElement)
			control.defaultValue = control.value;
	}
}

/** @param {URLSearchParams} body */
const request = (body) => ({ method: "POST", body, headers: { Accept: "application/json" } });

/**
 * The server's answer, or null if there is none.
 * @param {string} address @param {URLSearchParams} fields
 * @returns {Promise<Answer | null>}
 */
export async function send(address, fields) {
	try {
		const answer = await (await fetch(address, request(fields))).json();
		return typeof answer.saved === "boolean" ? answer : null;
	} catch {
		return null;
	}
}

/** @param {HTMLFormElement} form @param {Answer | null} answer @param {() => void} again */
function show(form, answer, again) {
	if (!answer) return toast(t("not_saved"), { undo: again, button: t("try_again"), isError: true });
	clearErrors(form);
	form.querySelector(".conflict")?.remove();
	if (answer.conflict) return showConflict(form, answer, again);
	if (!answer.saved) return showErrors(form, answer);
	setVersion(form, answer.modified);
	const { undo, seconds } = answer;
	toast(answer.message, undo ? { undo: () => takeBack(form, undo), seconds: seconds ?? null } : {});
	form.dispatchEvent(new CustomEvent("autosave:saved", { bubbles: true, detail: answer }));
}

/** @param {HTMLFormElement} form @param {string} key */
async function takeBack(form, key) {
	const fields = new URLSearchParams({ undo: key });
	const token = form.elements.namedItem("csrf_token");
	if (token instanceof HTMLInputElement) fields.set("csrf_token", token.value);
	const answer = await send(addressOf(form), fields);
	if (!answer?.saved) return toast(answer?.message || t("not_saved"), { isError: true });
	const isUnhandled = form.dispatchEvent(
		new CustomEvent("autosave:undone", { bubbles: true, cancelable: true, detail: answer }),
	);
	if (!isUnhandled) return toast(answer.message);
	toastLater(answer.message);
	location.reload();
}

/** @param {HTMLFormElement} form @param {string} [version] */
function setVersion(form, version) {
	const field = form.elements.namedItem("modified");
	if (version && field instanceof HTMLInputElement) field.value = version;
}

/** @param {HTMLFormElement} form @param {string} name @returns {Control[]} */
const controlsOf = (form, name) =>
	[...form.querySelectorAll(`[name="${CSS.escape(name)}"]`)].map((one) => /** @type {Control} */ (one));

/** @param {HTMLFormElement} form */
function clearErrors(form) {
	for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
	for (const line of form.querySelectorAll(".field-error")) {
		line.textContent = "";
		line.toggleAttribute("hidden", true);
	}
}

/** @param {HTMLFormElement} form @param {Answer} answer */
function showErrors(form, answer) {
	const errors = Object.entries(answer.errors ?? {});
	for (const [name, sentence] of errors) {
		const controls = controlsOf(form, name);
		const last = controls.at(-1);
		// Two forms may have a field of this name. Their controls have ids of their own.
		const line =
			document.getElementById(`${last?.id}-error`) ??
			document.getElementById(`${name}-error`) ??
			(last && lineAfter(last, name));
		if (line) {
			line.textContent = sentence;
			line.hidden = false;
		}
		for (const control of controls) {
			control.setAttribute("aria-invalid", "true");
			control.setAttribute("aria-describedby", line?.id ?? "");
		}
	}
	toast([answer.message, ...errors.map(([, sentence]) => sentence)].join(" "), { isError: true });
}

/** @param {Control} control @param {string} name */
function lineAfter(control, name) {
	const line = make("p", { class: "field-error", id: `${name}-error` });
	(control.closest("label, .field") ?? control).after(line);
	return line;
}

/** A box that isn't ticked sends nothing. @param {Control} control */
const shownIn = (control) =>
	control instanceof HTMLInputElement && control.type === "checkbox" && !control.checked ? "" : control.value;

/** Shows both versions of each field that differs. @param {HTMLFormElement} form @param {Answer} answer @param {() => void} again */
function showConflict(form, answer, again) {
	const { modified = "", theirs = {}, mine: sent = {} } = answer.conflict ?? {};
	const list = make("dl");
	for (const [name, stored] of Object.entries(theirs)) {
		const [control] = controlsOf(form, name);
		const mine = sent[name] ?? (control ? shownIn(control) : "");
		if (mine === stored) continue;
		const label = control?.labels?.[0]?.textContent ?? name;
		list.append(
			make(
				"div",
				{},
				make("dt", { text: label }),
				make("dd", { text: `${t("yours")}: ${mine}` }),
				make("dd", { text: `${t("stored")}: ${stored}` }),
			),
		);
	}
	const keep = make("button", { type: "button", class: "button button-quiet", text: t("keep_mine") });
	keep.addEventListener("click", () => {
		setVersion(form, modified);
		again();
	});
	const drop = make("button", { type: "button", class: "button button-quiet", text: t("use_stored") });
	drop.addEventListener("click", () => {
		form.classList.remove("is-changed");
		location.reload();
	});
	form.prepend(
		make(
			"div",
			{ class: "alert conflict", role: "alert" },
			make("p", { text: t("changed_elsewhere") }),
			list,
			make("p", { class: "row" }, keep, drop),
		),
	);
}
