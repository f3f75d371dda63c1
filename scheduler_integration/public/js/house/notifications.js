// A section in which a host turns notifications of this browser on and off:
//   <section data-notifications="<the site's key>"><p data-when="off">…<button value="on">…</p> …</section>
// One `data-when` is shown at a time: on, off, blocked (by the browser's settings), impossible, or install (on an iPhone).
import { get, post } from "../server/api.js";

const WORKER = "/api/method/scheduler_integration.api.devices.worker";
const SCOPE = "/scheduling";

/** @param {HTMLElement} section */
export async function offerNotifications(section) {
	/** @param {string} state */
	const show = (state) => {
		for (const part of section.querySelectorAll("[data-when]")) {
			/** @type {HTMLElement} */ (part).hidden = /** @type {HTMLElement} */ (part).dataset.when !== state;
		}
	};

	section.addEventListener("click", async (event) => {
		const button = event.target instanceof Element ? event.target.closest("button") : null;
		if (!button) return;
		button.disabled = true;
		show(await turned(button.value, section.dataset.notifications ?? ""));
		button.disabled = false;
		const next = section.querySelector("[data-when]:not([hidden]) button");
		if (next instanceof HTMLElement) next.focus();
	});
	show(await stateNow().catch(() => "off"));
}

/** @param {string} wanted @param {string} key */
async function turned(wanted, key) {
	try {
		await (wanted === "on" ? turnOn(key) : turnOff());
		return await stateNow();
	} catch {
		return Notification.permission === "denied" ? "blocked" : "failed";
	}
}

async function stateNow() {
	if (!("serviceWorker" in navigator && "PushManager" in window && "Notification" in window)) {
		const isApple = /iP(hone|ad|od)/.test(navigator.userAgent);
		return isApple ? "install" : "impossible";
	}
	if (Notification.permission === "denied") return "blocked";
	const subscription = await present();
	if (!subscription) return "off";
	const answer = await get("devices.mine", { endpoint: subscription.endpoint });
	return /** @type {{ is_on: boolean }} */ (answer).is_on ? "on" : "off";
}

async function present() {
	const registration = await navigator.serviceWorker.getRegistration(SCOPE);
	return registration?.pushManager.getSubscription();
}

/** @param {string} key the site's public key, base64url */
async function turnOn(key) {
	if ((await Notification.requestPermission()) !== "granted") throw new Error("not permitted");
	await navigator.serviceWorker.register(WORKER, { scope: SCOPE, updateViaCache: "none" });
	const registration = await navigator.serviceWorker.ready;
	const subscription = await subscribed(registration.pushManager, key);
	const { endpoint, keys } = subscription.toJSON();
	await post("devices.add", { endpoint, ...keys });
}

/** @param {PushManager} manager @param {string} key @returns {Promise<PushSubscription>} */
async function subscribed(manager, key) {
	const wanted = { userVisibleOnly: true, applicationServerKey: key };
	try {
		return await manager.subscribe(wanted);
	} catch (error) {
		// It was made with another key, before the site was restored with another encryption key.
		const old = await manager.getSubscription();
		if (!old) throw error;
		await old.unsubscribe();
		return manager.subscribe(wanted);
	}
}

async function turnOff() {
	const subscription = await present();
	if (!subscription) return;
	await post("devices.remove", { endpoint: subscription.endpoint });
	await subscription.unsubscribe();
}
