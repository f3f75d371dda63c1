// Messages of the page: a month without times, and a connection that is lost.
import { dayAndMonth } from "../shared/dates.js";
import { announce, element, make, t } from "../shared/page.js";

let isSending = false;

/** Says when the visitor is offline, and that nothing they typed is lost. */
export function watchConnection() {
	addEventListener("offline", showConnection);
	addEventListener("online", showConnection);
	showConnection();
}

/** Says whether a booking waits for the connection. @param {boolean} waits */
export function showSending(waits) {
	isSending = waits;
	showConnection();
}

function showConnection() {
	const bar = element("offline");
	const wasHidden = bar.hidden;
	bar.hidden = navigator.onLine && !isSending;
	if (!bar.hidden) bar.textContent = t(isSending ? "sent_later" : "offline");
	else if (!wasHidden) announce(t("online"));
	// Parts that stick to the top of a phone's screen stay below the bar.
	document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`);
}

/** Fills in the message below the month. @param {string | null} sentence @param {{label: string, act: () => void} | null} [offer] @param {string} [hint] */
function show(sentence, offer = null, hint = "") {
	const box = element("month-message");
	box.hidden = !sentence;
	box.replaceChildren();
	if (!sentence) return;
	box.append(make("p", {}, make("strong", { text: sentence })));
	if (hint) box.append(make("p", { class: "soft", text: hint }));
	if (!offer) return;
	const button = make("button", { type: "button", class: "button button-quiet", text: offer.label });
	button.addEventListener("click", offer.act);
	box.append(make("p", {}, button));
}

export const showNothing = () => show(null);

/** @param {() => void} retry */
export const showLoadFailed = (retry) => show(t("load_failed"), { label: t("try_again"), act: retry });

/** @param {string} title */
export const showLooking = (title) => show(t("no_times_month", title), null, t("looking_ahead"));

/** Without these in its address, the page opens at the first free day. */
const PLACE = ["month", "date", "start"];

function goToFirst() {
	const query = new URLSearchParams(location.search);
	for (const name of PLACE) query.delete(name);
	location.assign(`${location.pathname}?${query}`);
}

/** @param {string} title @param {string | null} found @param {(date: string) => void} go */
export function showEmptyMonth(title, found, go) {
	if (!found) {
		const query = new URLSearchParams(location.search);
		const offer = PLACE.some((name) => query.has(name)) ? { label: t("first_free"), act: goToFirst } : null;
		return show(t("no_times_month", title), offer, t("no_times_later"));
	}
	show(t("no_times_month", title), { label: t("next_free", dayAndMonth(found)), act: () => go(found) });
}
