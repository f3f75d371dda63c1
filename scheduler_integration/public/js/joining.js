// The form to join a waitlist: proves work before it is sent, if the server asks for that. Without this, a code is sent.
import { gate } from "./server/gate.js";
import { data, element } from "./shared/page.js";

const form = element("booking-form", HTMLFormElement);

document.documentElement.classList.add("js");
// Few forms have questions that depend on an answer.
if (data.askedAfter) import(data.askedAfter).catch(() => {});
if (data.gate) form.addEventListener("submit", prove);

/** @param {SubmitEvent} event */
async function prove(event) {
	event.preventDefault();
	if (form.ariaBusy === "true") return;
	form.ariaBusy = "true";
	await gate.ask();
	element("proof", HTMLInputElement).value = await gate.proof();
	// The button has the id `submit`, which hides the method of that name.
	HTMLFormElement.prototype.submit.call(form);
}

// The Back button shows the form as it was left.
addEventListener("pageshow", () => {
	form.ariaBusy = "false";
});
