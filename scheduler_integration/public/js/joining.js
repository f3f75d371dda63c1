// The form to join a waitlist: asks in the visitor's own time zone, and proves work before it is sent, if the server asks for
// that. Without this, the zone is the host's until the visitor chooses another, and a code is sent.
import { gate } from "./server/gate.js";
import { data, element } from "./shared/page.js";
import { detectedZone } from "./shared/zone-names.js";

/** @import { ToolEvent } from "./types.js" */

const form = element("booking-form", HTMLFormElement);

document.documentElement.classList.add("js");
// Few forms have questions that depend on an answer.
if (data.askedAfter) import(data.askedAfter).catch(() => {});
if (data.gate) form.addEventListener("submit", send);
if (data.zoneIsUnknown) openInOwnZone();

/** Opens the page in the browser's zone. "Today" may be another day there, so the server writes it again. */
function openInOwnZone() {
	const own = detectedZone();
	const address = new URL(location.href);
	// A zone in the address that the server doesn't know would open it again and again.
	if (!own || own === data.zone || address.searchParams.has("tz")) return;
	address.searchParams.set("tz", own);
	location.replace(address);
}

/** @param {SubmitEvent} event */
function send(event) {
	event.preventDefault();
	const sent = prove();
	// For an assistant that has filled the form in (WebMCP).
	const { agentInvoked, respondWith } = /** @type {ToolEvent} */ (event);
	if (agentInvoked) respondWith.call(event, sent);
}

async function prove() {
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
