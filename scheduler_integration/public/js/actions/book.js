// Sends the booking, shows the result, and helps if somebody else was faster.
import { BookingForm } from "../parts/booking-form.js";
import { hideLostRace, showLostRace } from "../parts/chosen.js";
import { writeAddress } from "../parts/steps.js";
import { ApiError, post, wanted } from "../server/api.js";
import { hold } from "../server/hold.js";
import { loadMonth, slots } from "../server/months.js";
import { clockTime, fullDate, isoInstant, localDate } from "../shared/dates.js";
import { announce, data, element, t } from "../shared/page.js";
import { dropDraft, forgetKey, idempotencyKey } from "../state/memory.js";
import { change, show, state } from "../state/store.js";
import { backToTimes, dayOf } from "./choose.js";

/** @import { Outcome } from "../types.js" */

/** @type {Outcome} */
const NOTHING = { kind: "refused", address: "", nearest: [], message: "", details: {} };

const form = new BookingForm(book);

async function book() {
	const { start, duration, zone } = state;
	if (!start) return;
	form.busy(true);
	await hold.settled();
	const { kind, address, nearest, message, details } = await send(start, duration, zone, form.payload(), hold.key);
	if (kind === "booked") {
		hold.forget();
		// The booked time is no longer free, so the Back button mustn't return to its form.
		return location.replace(address);
	}
	form.busy(false);
	if (kind === "taken") return loseRace(start, nearest);
	// The banner already says that the visitor is offline.
	if (kind === "offline") announce(message);
	else form.refuse(message, details);
}

/** Offers the nearest free times: somebody else has taken the chosen one. @param {number} start @param {number[]} nearest */
export function loseRace(start, nearest) {
	if (state.start !== start) return;
	hold.lapse();
	slots.forget(state.duration, start);
	slots.refresh(state.duration, state.month).catch(() => {});
	showLostRace(nearest, state.zone, state.twelveHours, { onTime: takeInstead, onAll: backToTimes });
}

/** @param {number} start */
async function takeInstead(start) {
	change({ start, ...dayOf(start) });
	hold.take(start, state.duration);
	// The start may lie in a month that isn't loaded. A multi-day meeting must show its days before it is booked.
	await loadMonth(state.month);
	if (state.start !== start) return;
	hideLostRace();
	writeAddress(state, false);
	show();
	const time = clockTime(start, state.zone, state.twelveHours);
	announce(t("time_changed", `${fullDate(localDate(start, state.zone))}, ${time}`));
	element("submit").focus();
}

/** Makes the page usable again after the browser restored it as it was left. */
export function comeBack() {
	form.busy(false);
	if (state.start) hold.take(state.start, state.duration);
}

/**
 * @param {number} start @param {number} duration @param {string} zone
 * @param {object} typed the values of the form @param {string} hold the key of the hold, or ""
 * @returns {Promise<Outcome>}
 */
async function send(start, duration, zone, typed, hold) {
	try {
		const time = {
			...typed,
			start: isoInstant(start),
			duration,
			idempotency_key: idempotencyKey(start, duration),
			...(hold && { hold }),
		};
		const visitor = { ...data.origin, timezone: zone, language: document.documentElement.lang };
		/** @type {{manage_url: string}} */
		const booking = data.rescheduling
			? await post("public.reschedule", { ...time, token: data.rescheduling })
			: await post("public.book", { ...visitor, ...time, ...wanted });
		dropDraft();
		// Only the path: the site may have another name here than in its e-mails.
		const { pathname } = new URL(booking.manage_url, location.href);
		return { ...NOTHING, kind: "booked", address: `${pathname}?${data.rescheduling ? "moved" : "booked"}=1` };
	} catch (error) {
		const refusal = error instanceof ApiError ? error : new ApiError(0, {});
		if (refusal.code === "ALREADY_CANCELLED") forgetKey(start, duration);
		return outcome(refusal);
	}
}

/** @param {ApiError} error @returns {Outcome} */
function outcome(error) {
	if (error.code === "SLOT_TAKEN") return { ...NOTHING, kind: "taken", nearest: error.nearest };
	if (error.status === 0 && !navigator.onLine) return { ...NOTHING, kind: "offline", message: t("offline") };
	// An error without a code doesn't come from the app: a proxy's page, a crash, no answer at all.
	if (!error.code) return { ...NOTHING, message: t("failed") };
	return { ...NOTHING, message: error.message || t("failed"), details: error.details };
}
