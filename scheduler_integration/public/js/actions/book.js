// Sends the booking, shows the result, and helps if somebody else was faster.
import { BookingForm } from "../parts/booking-form.js";
import { hideLostRace, showLostRace } from "../parts/chosen.js";
import { showSending } from "../parts/messages.js";
import { writeAddress } from "../parts/steps.js";
import { ApiError, post, wanted } from "../server/api.js";
import { gate } from "../server/gate.js";
import { hold } from "../server/hold.js";
import { loadMonth, slots } from "../server/months.js";
import { untilHeard } from "../server/patience.js";
import { clockTime, fullDate, isoInstant, localDate } from "../shared/dates.js";
import { announce, data, element, t } from "../shared/page.js";
import { dropDraft, forgetKey, idempotencyKey, readDraft, rememberBooked } from "../state/memory.js";
import { change, show, state } from "../state/store.js";
import { backToTimes, dayOf } from "./choose.js";

/** @import { Outcome } from "../types.js" */

/** @type {Outcome} */
const NOTHING = { kind: "refused", address: "", code: "", nearest: [], message: "", details: {} };

// The status of an answer without a code that isn't the app's: none (0), or that of a proxy in front of it.
const SILENT = new Set([0, 502, 503, 504]);

const form = new BookingForm(book, typed);

/** Stops the booking that is being sent. */
let underway = new AbortController();
let isWaiting = false;

/** @returns {Promise<Outcome>} */
async function book() {
	const { start, duration, zone } = state;
	if (!start) return NOTHING;
	underway = new AbortController();
	const { signal } = underway;
	form.busy("booking");
	await hold.settled();
	const values = form.payload();
	const sent = await untilHeard(
		() => send(start, duration, zone, values),
		() => waitForConnection(signal),
		signal,
	);
	const { kind, address, nearest, message, details } = sent;
	if (kind === "booked") {
		const when = `${fullDate(localDate(start, zone))}, ${timeOf(start)}`;
		rememberBooked({ address, start, when, values: readDraft().values });
		dropDraft();
		hold.forget();
		// The booked time is no longer free, so the Back button mustn't return to its form.
		location.replace(address);
	}
	if (kind === "booked" || signal.aborted) return sent;
	stopSending();
	if (kind === "code") gate.askForCode(message, book).catch(() => form.refuse(message, {}));
	else if (kind === "taken") loseRace(start, nearest);
	else form.refuse(message, details);
	return sent;
}

/** Says that the booking waits for the connection. @param {AbortSignal} signal */
function waitForConnection(signal) {
	if (signal.aborted) return;
	isWaiting = true;
	form.busy("waiting");
	showSending(true);
}

/** Somebody who types while the booking waits has changed their mind: the button is theirs again. */
function typed() {
	if (isWaiting) stopSending();
	hold.renew();
}

/** Stops a booking that waits for the connection, for example because the visitor goes back to the times. */
export function stopSending() {
	underway.abort();
	isWaiting = false;
	showSending(false);
	form.busy("");
}

/** @param {number} start */
const timeOf = (start) => clockTime(start, state.zone, state.twelveHours);

/** Offers the nearest free times: somebody else has taken the chosen one. @param {number} start @param {number[]} nearest */
export function loseRace(start, nearest) {
	if (state.start !== start) return;
	hold.lapse();
	slots.forget(state.duration, start);
	slots.refresh(state.duration, state.zone, state.month).catch(() => {});
	showLostRace(nearest, state.zone, state.twelveHours, { onTime: takeInstead, onAll: backToTimes });
}

/** Tells the visitor that the server's clock differs, and lets them decide. @param {number} start @param {string} question */
export function askAboutClock(start, question) {
	if (state.start === start) form.refuse(question, {});
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
	announce(t("time_changed", `${fullDate(localDate(start, state.zone))}, ${timeOf(start)}`));
	element("submit").focus();
}

/** Makes the page usable again after the browser restored it as it was left. */
export function comeBack() {
	stopSending();
	if (state.start) hold.take(state.start, state.duration);
}

/**
 * @param {number} start @param {number} duration @param {string} zone
 * @param {object} typed the values of the form
 * @param {boolean} [isAgain] whether the server has asked for a proof already
 * @returns {Promise<Outcome>}
 */
async function send(start, duration, zone, typed, isAgain = false) {
	try {
		const proof = await gate.proof();
		const time = {
			...typed,
			...hold.clock(start, zone),
			start: isoInstant(start),
			duration,
			idempotency_key: idempotencyKey(start, duration),
			...(hold.key && { hold: hold.key }),
			...(proof && { proof }),
		};
		// Messages are written as this page: in its language, and by its clock.
		const language = `${document.documentElement.lang}-u-hc-${state.twelveHours ? "h12" : "h23"}`;
		const visitor = { ...data.origin, timezone: zone, language };
		/** @type {{manage_url: string}} */
		const booking = data.rescheduling
			? await post("public.reschedule", { ...time, token: data.rescheduling })
			: await post("public.book", { ...visitor, ...time, ...wanted });
		return { ...NOTHING, kind: "booked", address: pathOf(booking.manage_url) + data.news };
	} catch (error) {
		const refusal = error instanceof ApiError ? error : new ApiError(0, {});
		if (refusal.code === "ALREADY_CANCELLED") forgetKey(start, duration);
		hold.hasOtherClock(refusal, start);
		if (refusal.challenge && !isAgain) {
			gate.renew(refusal.challenge);
			return send(start, duration, zone, typed, true);
		}
		return outcome(refusal);
	}
}

/** Only the path: the site may have another name here than in its e-mails. @param {string | undefined} address */
const pathOf = (address) => new URL(address ?? "", location.href).pathname;

/** @param {ApiError} error @returns {Outcome} */
function outcome(error) {
	const { code, message, details } = error;
	if (code === "CODE_NEEDED") return { ...NOTHING, kind: "code", code, message };
	if (code === "PAYMENT_OPEN") return { ...NOTHING, kind: "booked", address: pathOf(details.address) + data.news };
	if (code === "SLOT_TAKEN") return { ...NOTHING, kind: "taken", code, message, nearest: error.nearest };
	// No answer at all, or a proxy's page: the request may still have got through, or will the next time.
	if (!code) return { ...NOTHING, kind: SILENT.has(error.status) ? "unheard" : "refused", message: t("failed") };
	return {
		...NOTHING,
		kind: error.status === 503 ? "later" : "refused",
		code,
		message: message || t("failed"),
		details,
	};
}
