// Draws the booking page from its state. Every change of the screen goes through here.
import { chooseDay, chooseTime, chooseZone, confirmTime, goToDay, openMonth } from "./actions/choose.js";
import { fillHidden } from "./parts/booking-form.js";
import { CalendarGrid } from "./parts/calendar-grid.js";
import { showChosen } from "./parts/chosen.js";
import { showEmptyMonth, showLoadFailed, showLooking, showNothing } from "./parts/messages.js";
import { showNearest, showNextFree } from "./parts/next-free.js";
import { showStep } from "./parts/steps.js";
import { Times } from "./parts/times.js";
import { ZoneButton } from "./parts/zone-button.js";
import { hold } from "./server/hold.js";
import { slots } from "./server/months.js";
import { isoInstant, localDate, now, sheetOf, sheetTitle } from "./shared/dates.js";
import { data, element } from "./shared/page.js";
import { state } from "./state/store.js";

/** @import { PartlyFree } from "./types.js" */

const grid = new CalendarGrid({ onDay: chooseDay, onMonth: openMonth });
const times = new Times({ onTime: chooseTime, onConfirm: confirmTime, onDay: chooseDay });
const zoneButton = new ZoneButton({ hostZone: data.hostZone, onZone: chooseZone });

export function draw() {
	const { zone, twelveHours, duration, pending, month, waiting, start, step } = state;
	const free = slots.inMonth(duration, zone, month);
	const partlyFree = slots.partlyFree(duration, zone);
	const day = shownDay(free, partlyFree);
	const [starts, partial] = [free.get(day ?? "") ?? [], partlyFree.get(day ?? "") ?? []];
	const taken = (starts.length && slots.taken(duration, zone).get(day ?? "")) || [];
	const along = laterDays(starts);
	showNextFree(slots.next(duration, zone), zone, twelveHours, confirmTime);
	showNearest(zone, twelveHours);
	grid.show({ month, today: localDate(now(), zone), selected: day, free, partial: partlyFree, along, waiting });
	const next = [...free].sort().find(([date]) => day && date > day)?.[1][0];
	times.show({
		date: day,
		next,
		starts,
		partial,
		taken,
		about: (one) => slots.about(duration, one),
		zone,
		twelveHours,
		pending,
	});
	zoneButton.show(zone, twelveHours);
	drawChosen();
	hold.show(zone, twelveHours);
	drawMessage(free.size > 0);
	showStep(step);
	mark(element("clock-12"), twelveHours);
	mark(element("clock-24"), !twelveHours);
	// If the script can't send the form, the browser sends it with these values.
	fillHidden({ tz: zone, duration: start ? String(duration) : "" });
}

function drawChosen() {
	const { start, duration, zone, twelveHours } = state;
	const { parts, seats } = slots.about(duration, start ?? 0);
	showChosen(start, parts ?? [[start ?? 0, (start ?? 0) + duration * 60]], zone, twelveHours, seats);
	if (!start) return;
	// The booking is sent with the days that are on the screen, even if others have been loaded since.
	fillHidden({ start: isoInstant(start), parts: (parts ?? []).map(([since]) => isoInstant(since)).join(" ") });
}

/**
 * The day whose times are shown: the chosen one, even if it has none, or the first free day of the month.
 * @param {Map<string, number[]>} free @param {Map<string, PartlyFree[]>} partlyFree
 */
function shownDay(free, partlyFree) {
	const first = [...free.keys()].sort()[0] ?? null;
	const [since, until] = sheetOf(state.month, localDate(now(), state.zone));
	const isShown = state.day && since <= state.day && state.day <= until;
	return isShown && (first || partlyFree.has(state.day ?? "")) ? state.day : first;
}

/**
 * The later days of the multi-day meeting that begins at the chosen start, or else at the first of `starts`.
 * @param {number[]} starts
 */
function laterDays(starts) {
	const { start, pending, duration, zone } = state;
	const chosen = [start, pending].find((one) => one && starts.includes(one)) ?? starts[0] ?? 0;
	const { parts = [] } = slots.about(duration, chosen);
	return new Set((parts ?? []).slice(1).map(([since]) => localDate(since, zone)));
}

/** @param {boolean} hasTimes */
async function drawMessage(hasTimes) {
	const { month, zone, duration, waiting, failed } = state;
	if (failed) return showLoadFailed(() => openMonth(month));
	if (hasTimes || waiting || !slots.covers(duration, zone, month)) return showNothing();
	const title = sheetTitle(...sheetOf(month, localDate(now(), zone)));
	showLooking(title);
	const found = await slots.nextAfter(duration, zone, month).catch(() => null);
	if (state.month !== month || state.zone !== zone) return;
	showEmptyMonth(title, found, goToDay);
	if (!found) grid.end();
}

/** Marks the choice that applies now. @param {Element} choice @param {boolean} isCurrent */
function mark(choice, isCurrent) {
	if (isCurrent) choice.setAttribute("aria-current", "true");
	else choice.removeAttribute("aria-current");
}
