// The link of a video call, which the provider makes some seconds after the booking. The page asks for itself again
// until the link is there. The sentence that it follows by e-mail stays true, so the script may give up.
import { announce, t } from "../shared/page.js";

// Seconds before each question. After these two minutes the provider is in trouble, and the e-mail brings the link.
const WAITS = [2, 3, 5, 10, 20, 30, 50];

/** Asks for the link if it follows. A page that nobody sees doesn't ask. */
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

/** This page as the server writes it now, or null if it can't be had. The address is without its news ("?booked=1"). */
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
 * Shows the place of the newer page: the link, or who sends it if the call could not be made. The links for calendars
 * name the place too.
 * @param {Document} newer
 */
function show(newer) {
	const place = newer.getElementById("place");
	if (!place) return;
	document.getElementById("place")?.replaceWith(place);
	const links = newer.querySelectorAll("#add a");
	for (const [position, link] of document.querySelectorAll("#add a").entries()) {
		link.setAttribute("href", links[position]?.getAttribute("href") ?? "");
	}
	announce(place.querySelector("a") ? t("link_is_here") : (place.querySelector("dd")?.textContent ?? ""));
}
