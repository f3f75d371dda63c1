// The page of somebody who waits: counts down how long the offered time is held, and then shows what has become of it.
// Offers to tell them of offers on this device. The module for that (waiting-notify.js) loads only when they want it.
import { data, element, t } from "./shared/page.js";

// Before the last hour, the time of day says enough.
const SHOWN = 3_600_000;

const line = document.getElementById("left");
// By the server's clock: that of a device may be wrong.
const ends = performance.now() + (Number(line?.dataset.left) + 1) * 1000;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
	minute: "2-digit",
	second: "2-digit",
	timeZone: "UTC",
});

function count() {
	const left = ends - performance.now();
	if (left <= 0) return location.reload();
	if (line) line.textContent = left < SHOWN ? t("left", clock.format(left)) : "";
	setTimeout(count, 1000);
}

/** Shows the part of the section for this state: on, off, blocked or failed. @param {string} state */
function show(state) {
	for (const part of element("notify").querySelectorAll("[data-when]")) {
		/** @type {HTMLElement} */ (part).hidden = /** @type {HTMLElement} */ (part).dataset.when !== state;
	}
	element("notify").hidden = false;
}

async function offerNotifications() {
	// In a frame of another website, browsers permit none.
	if (window.top !== window || !("serviceWorker" in navigator && "PushManager" in window && "Notification" in window))
		return;
	const section = element("notify");
	section.addEventListener("click", turn);
	section.addEventListener("turned", (event) => show(/** @type {CustomEvent} */ (event).detail));
	const registration = await navigator.serviceWorker.getRegistration(location.pathname).catch(() => undefined);
	const otherwise = Notification.permission === "denied" ? "blocked" : "off";
	show((await registration?.pushManager.getSubscription()) ? "on" : otherwise);
}

/** @param {Event} event */
async function turn(event) {
	const button = event.target instanceof Element ? event.target.closest("button") : null;
	if (!button) return;
	button.disabled = true;
	try {
		// At once: some browsers ask only in the moment of the click.
		const answer = button.value === "on" ? await Notification.requestPermission() : "granted";
		if (answer !== "granted") return show(answer === "denied" ? "blocked" : "off");
		await import(data.notify ?? "");
		element("notify").dispatchEvent(new CustomEvent("turn", { detail: button.value }));
	} catch {
		show("failed");
	} finally {
		button.disabled = false;
	}
}

if (line && data.strings) count();
if (document.getElementById("notify")) offerNotifications();
