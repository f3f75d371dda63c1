// Shows the link of a video call, which the provider makes some seconds after the booking. The script loads this page
// again in the background until the page has the link. If it gives up, the link still comes by e-mail, as the page says.
import { announce, t } from "../shared/page.js";

// Seconds before each request. If there is no link after these two minutes, the provider is in trouble.
const WAITS = [2, 3, 5, 10, 20, 30, 50];

/** Waits for the link if the page doesn't have it yet. A hidden tab sends no requests. */
export function awaitLink() {
	if (!isAwaited(document)) return;
	let asked = 0;
	let timer = 0;
	const stop = new AbortController();
	document.addEventListener("visibilitychange", () => askIn(document.hidden ? null : 0), { signal: stop.signal });
	askIn(WAITS[0]);

	/** @param {number | null | undefined} seconds */
	function askIn(seconds) {
		clearTimeout(timer);
		if (document.hidden || asked >= WAITS.length || typeof seconds !== "number") return;
		timer = window.setTimeout(ask, seconds * 1000);
	}

	async function ask() {
		asked += 1;
		const answer = await currentPage();
		if (stop.signal.aborted) return;
		if (!answer || isAwaited(answer)) return askIn(WAITS[asked]);
		stop.abort();
		show(answer);
	}
}

/** This page as the server writes it now, or null if the request fails. Leaves out the query, such as "?booked=1". */
async function currentPage() {
	try {
		const response = await fetch(location.pathname);
		return response.ok ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
	} catch {
		return null;
	}
}

/** @param {Document} page */
function isAwaited(page) {
	return page.querySelector("#place[data-link-follows]") !== null;
}

/**
 * Copies the meeting's place from the newer page: the link, or who sends it if the call could not be made. Also copies
 * the "add to calendar" links, which contain the place.
 * @param {Document} newer
 */
function show(newer) {
	const place = newer.getElementById("place");
	if (!place) return;
	document.getElementById("place")?.replaceWith(place);
	document.getElementById("add")?.replaceWith(newer.getElementById("add") ?? "");
	announce(place.querySelector("a") ? t("link_is_here") : (place.querySelector("dd")?.textContent ?? ""));
}
