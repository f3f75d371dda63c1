// The confirmation: prints it, opens the forms for guests and cancelling, shows the link of the video call when it comes, and
// goes on to the host's own page unless the visitor stays. A visitor who came by "Yes, I'm coming" needn't press it again.
import { awaitLink } from "./parts/awaited-link.js";
import { around, data, element, t } from "./shared/page.js";

const A_MOMENT = 10;

document.documentElement.classList.add("js");
document.getElementById("print")?.addEventListener("click", () => print());
document.addEventListener("click", (event) => {
	const link = around(event, "[data-panel]");
	if (!link) return;
	event.preventDefault();
	openPanel(link.dataset.panel ?? "");
});
awaitLink();
pressAtOnce();
if (data.isGone) forgetBooked(/^scheduling:.*:booked$/);
// The page on which it was moved still says the new time.
if (new URLSearchParams(location.search).has("moved")) forgetBooked(/^scheduling:[^:]*:booked$/);
if (data.followUp) countDown(data.followUp, A_MOMENT);

/** Presses the button that the link in the e-mail has named already. A page that nobody sees waits. */
function pressAtOnce() {
	const button = document.querySelector("button[data-at-once]");
	if (!(button instanceof HTMLButtonElement) || navigator.webdriver) return;
	if (document.visibilityState === "visible") button.form?.requestSubmit(button);
	else document.addEventListener("visibilitychange", pressAtOnce, { once: true });
}

/** @param {string} address @param {number} seconds */
function countDown(address, seconds) {
	const stay = element("stay");
	const line = element("countdown");
	stay.hidden = false;
	line.textContent = t("continuing", seconds);
	const timer = setTimeout(() => location.assign(address), seconds * 1000);
	stay.addEventListener("click", () => {
		clearTimeout(timer);
		stay.hidden = true;
		line.textContent = "";
	});
}

/** Opens one of the forms, or closes the open one. @param {string} id "" closes */
function openPanel(id) {
	for (const panel of document.querySelectorAll(".ask")) {
		/** @type {HTMLElement | null} */
		const opener = document.querySelector(`.actions [data-panel="${panel.id}"]`);
		if (!panel.hasAttribute("hidden") && !id) opener?.focus();
		panel.toggleAttribute("hidden", panel.id !== id);
		opener?.setAttribute("aria-expanded", String(panel.id === id));
	}
	document.getElementById(id)?.focus();
}

/** Forgets the time that the booking page would show after the Back button: it isn't true any more. @param {RegExp} keys */
function forgetBooked(keys) {
	try {
		for (const key of Object.keys(sessionStorage)) if (keys.test(key)) sessionStorage.removeItem(key);
	} catch {
		// Storage is forbidden, so nothing was kept.
	}
}
