// Turns notifications of offers on this device on and off. Each page of somebody who waits has a worker of its own, so that it
// ends with the entry.
import { post } from "./server/api.js";
import { element } from "./shared/page.js";

const WORKER = "/api/method/scheduler_integration.api.waiting_devices.worker";
const scope = location.pathname;
const token = decodeURIComponent(scope.split("/").pop() ?? "");

const section = element("notify");
section.addEventListener("turn", async (event) => {
	const wanted = /** @type {CustomEvent} */ (event).detail;
	let state = wanted;
	try {
		await (wanted === "on" ? turnOn() : turnOff());
	} catch {
		state = "failed";
	}
	section.dispatchEvent(new CustomEvent("turned", { detail: state }));
	const next = section.querySelector("[data-when]:not([hidden]) button");
	if (next instanceof HTMLElement) next.focus();
});

async function turnOn() {
	const registration = await navigator.serviceWorker.register(WORKER, { scope, updateViaCache: "none" });
	await active(registration);
	const wanted = { userVisibleOnly: true, applicationServerKey: section.dataset.key };
	const subscription = await registration.pushManager.subscribe(wanted);
	const { endpoint, keys } = subscription.toJSON();
	await post("waiting_devices.add", { token, endpoint, ...keys });
}

/** Waits until the worker works: before that, browsers make no subscription. @param {ServiceWorkerRegistration} registration */
function active(registration) {
	const worker = registration.installing ?? registration.waiting;
	if (registration.active || !worker) return;
	return new Promise((resolve) => {
		worker.addEventListener("statechange", () => {
			if (worker.state === "activated") resolve(undefined);
		});
	});
}

async function turnOff() {
	const registration = await navigator.serviceWorker.getRegistration(scope);
	const subscription = await registration?.pushManager.getSubscription();
	if (subscription) {
		await post("waiting_devices.remove", { token, endpoint: subscription.endpoint });
		await subscription.unsubscribe();
	}
	await registration?.unregister();
}
