const { page, type } = /** @type {HTMLElement} */ (document.querySelector("[data-page]")).dataset;
let last = "";

export function report() {
	let step = type ? "service_selected" : "page_view";
	if (document.querySelector("[data-step=details]")) step = "slot_selected";
	if (navigator.webdriver || step === last) return;
	last = step;
	const values = { booking_page_id: page, meeting_type: type, step };
	const body = new Blob([JSON.stringify(values)], { type: "application/json" });
	const to = "/api/method/scheduler_integration.api.analytics.track";
	fetch(to, { method: "POST", body, keepalive: true, credentials: "omit" }).catch(() => navigator.sendBeacon(to, body));
}

// Pages that are rendered ahead have no frames.
requestAnimationFrame(() => setTimeout(report, 300));
new MutationObserver(report).observe(document.body, { attributeFilter: ["data-step"], subtree: true });
