// Loads months: the one that is shown, the next one in advance, and one that may be out of date.
import { addMonths, now } from "../shared/dates.js";
import { announce, data, t } from "../shared/page.js";
import { Slots } from "../state/slots.js";
import { change, show, state } from "../state/store.js";
import { hold } from "./hold.js";

// Milliseconds after which people notice a wait.
const NOTICEABLE = 300;
// Seconds after which the times on the screen may be gone.
const STALE = 5 * 60;

export const slots = new Slots(data.slots, () => hold.key);
let refreshed = now();

/** Loads a month. A wait that people notice shows as a skeleton. @param {string} month */
export async function loadMonth(month) {
	const timer = setTimeout(() => {
		show({ waiting: true });
		announce(t("loading"));
	}, NOTICEABLE);
	try {
		await slots.load(state.duration, state.zone, month);
	} catch {
		change({ failed: state.month === month });
	} finally {
		clearTimeout(timer);
		change({ waiting: false });
	}
}

/** Loads the next month while the browser has nothing else to do. */
export function prefetch() {
	const next = addMonths(state.month, 1);
	const ask = () => slots.load(state.duration, state.zone, next).catch(() => {});
	// Safari has no requestIdleCallback.
	if ("requestIdleCallback" in window) requestIdleCallback(ask, { timeout: NOTICEABLE });
	else setTimeout(ask);
}

/** Loads the month again if the visitor comes back to the tab after a while. */
export function refreshIfStale() {
	if (document.hidden || now() - refreshed < STALE) return;
	refreshed = now();
	slots.refresh(state.duration, state.zone, state.month).then(
		() => show(),
		() => {},
	);
}
