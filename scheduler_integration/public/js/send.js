// Sends the booking, and says in the form's terms what became of it.
import { post } from "./api.js";
import { isoInstant } from "./dates.js";
import { dropDraft, forgetKey, idempotencyKey } from "./draft.js";
import { data, t } from "./page-data.js";

/**
 * @typedef {object} Outcome
 * @property {"booked" | "taken" | "offline" | "refused"} kind
 * @property {string} address where the confirmation is, when booked
 * @property {number[]} nearest the nearest free starts, when taken
 * @property {string} message
 * @property {Record<string, string>} details by field, when refused
 */

/** @type {Outcome} */
const NOTHING = { kind: "refused", address: "", nearest: [], message: "", details: {} };

/**
 * @param {number} start @param {[number, number][]} parts the days as they were shown, of a meeting over several
 * @param {number} duration @param {string} zone
 * @param {Record<string, any>} typed what the form holds @param {string} hold the key of what is held
 * @returns {Promise<Outcome>}
 */
export async function send(start, parts, duration, zone, typed, hold) {
	try {
		const booking = await post("public.book", {
			...data.origin,
			...typed,
			slug: data.slug,
			meeting_type: data.meetingType,
			start: isoInstant(start),
			...(parts.length && { parts: parts.map(([since]) => isoInstant(since)) }),
			duration,
			timezone: zone,
			language: document.documentElement.lang,
			idempotency_key: idempotencyKey(start, duration),
			...(hold && { hold }),
		});
		dropDraft();
		// By path: the site may go by another name here than in its e-mails.
		const { pathname } = new URL(booking.manage_url, location.href);
		return { ...NOTHING, kind: "booked", address: `${pathname}?booked=1` };
	} catch (error) {
		if (error.code === "ALREADY_CANCELLED") forgetKey(start, duration);
		return outcome(/** @type {import("./api.js").ApiError} */ (error));
	}
}

/** @param {import("./api.js").ApiError} error @returns {Outcome} */
function outcome(error) {
	if (error.code === "SLOT_TAKEN") {
		return { ...NOTHING, kind: "taken", nearest: error.nearest };
	}
	if (error.status === 0 && !navigator.onLine) return { ...NOTHING, kind: "offline", message: t("offline") };
	// What has no code wasn't said by the app: a proxy's page, a crash, no answer at all.
	if (!error.code) return { ...NOTHING, message: t("failed") };
	return { ...NOTHING, message: error.message || t("failed"), details: error.details };
}
