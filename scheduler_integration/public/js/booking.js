// The booking page: connects its parts and starts it. actions/ changes the state, view.js draws it.
import { comeBack, loseRace } from "./actions/book.js";
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
import { data, element } from "./shared/page.js";
import { drawWith, state } from "./state/store.js";
import { draw } from "./view.js";

/** Acts on a click instead of following the link, which does the same without a script. @param {string} id @param {() => void} act */
function onClick(id, act) {
	element(id).addEventListener("click", (event) => {
		event.preventDefault();
		act();
	});
}

document.documentElement.classList.add("js");
onClick("back-to-month", backToMonth);
onClick("back-to-times", backToTimes);
onClick("change", backToTimes);
onClick("clock-12", () => chooseClock(true));
onClick("clock-24", () => chooseClock(false));
document.querySelector(".durations")?.addEventListener("click", chooseDuration);
document.addEventListener("visibilitychange", refreshIfStale);
addEventListener("popstate", followAddress);
addEventListener("pagehide", () => hold.leave());
addEventListener("pageshow", (event) => event.persisted && comeBack());
watchConnection();
hold.onTaken = loseRace;
drawWith(draw);
startInOwnZone();
prefetch();
if (data.counts) requestAnimationFrame(() => setTimeout(() => import("./steps.js")));
if (state.start && state.step === "details") hold.take(state.start, state.duration);
