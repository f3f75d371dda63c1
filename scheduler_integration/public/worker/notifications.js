// The service worker of /scheduling: shows what the site sends (notifications/devices.py) and opens the meeting on a tap. It
// keeps no pages, so what a host sees is never old.

const worker = /** @type {ServiceWorkerGlobalScope} */ (/** @type {unknown} */ (self));

worker.addEventListener("install", () => worker.skipWaiting());
worker.addEventListener("activate", (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener("push", (event) => {
	/** @type {{ title: string, body: string, path: string, about: string }} */
	const { title, body, path, about } = event.data?.json() ?? { title: "", body: "", path: "/scheduling", about: "" };
	const icon = "/assets/scheduler_integration/images/app-192.png";
	event.waitUntil(worker.registration.showNotification(title, { body, tag: about, icon, data: path }));
});

worker.addEventListener("notificationclick", (event) => {
	event.notification.close();
	event.waitUntil(open(new URL(event.notification.data, worker.location.origin).href));
});

/** Shows the page in a window that is open already, otherwise in a new one. @param {string} address */
async function open(address) {
	const windows = await worker.clients.matchAll({ type: "window" });
	const shown = windows.find((one) => one.url === address) ?? windows[0];
	if (!shown) return worker.clients.openWindow(address);
	await shown.focus();
	return shown.url === address ? shown : shown.navigate(address);
}
