// The booking page: connects its parts and starts it. actions/ changes the state, view.js draws it.
import { askAboutClock, comeBack, loseRace, stopSending } from "./actions/book.js";
import {
	backToMonth,
	backToTimes,
	chooseClock,
	chooseDuration,
	followAddress,
	startInOwnZone,
} from "./actions/choose.js";
import { watchConnection } from "./parts/messages.js";
import { hold } from "./server/hold.js";
import { prefetch, refreshIfStale } from "./server/months.js";
import { now } from "./shared/dates.js";
import { data, element } from "./shared/page.js";
import { readBooked } from "./state/memory.js";
import { drawWith, state } from "./state/store.js";
import { draw } from "./view.js";

/** Acts on a click instead of following the link, which does the same without a script. @param {string} id @param {() => void} act */
function onClick(id, act) {
	element(id).addEventListener("click", (event) => {
		event.preventDefault();
		act();
	});
}

function leaveForm() {
	stopSending();
	backToTimes();
}

/** Whether the visitor came with the Back button, or loaded the page again after that. */
function isReturn() {
	const [visit] = performance.getEntriesByType("navigation");
	return /** @type {PerformanceNavigationTiming | undefined} */ (visit)?.type !== "navigate";
}

/** Shows what was booked here before, until it is over. */
function showEarlier() {
	const booked = readBooked();
	if (booked && booked.start > now()) import(data.booked).catch(() => {});
}

document.documentElement.classList.add("js");
onClick("back-to-month", backToMonth);
onClick("back-to-times", leaveForm);
onClick("change", leaveForm);
onClick("clock-12", () => chooseClock(true));
onClick("clock-24", () => chooseClock(false));
document.querySelector(".durations")?.addEventListener("click", chooseDuration);
document.addEventListener("visibilitychange", refreshIfStale);
addEventListener("popstate", () => {
	stopSending();
	followAddress();
});
addEventListener("pagehide", () => hold.leave());
addEventListener("pageshow", (event) => {
	if (event.persisted) comeBack();
	if (event.persisted || isReturn()) showEarlier();
});
watchConnection();
hold.onTaken = loseRace;
hold.onClock = askAboutClock;
drawWith(draw);
startInOwnZone();
prefetch();
if (data.series) import(data.series).catch(() => {});
if (data.waitlist) import(data.waitlist.script).catch(() => {});
if (data.counts) requestAnimationFrame(() => setTimeout(() => import("./steps.js")));
if (state.start && state.step === "details") hold.take(state.start, state.duration);
