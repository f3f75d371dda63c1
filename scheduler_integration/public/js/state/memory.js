// The memory of the browser. The tab keeps typed text until the booking is made, so a reload, a lost race or the back
// button loses nothing. Choices that outlive the visit are cookies: the server draws the next page with them.
import { data } from "../shared/page.js";

/** @import { Booked, Draft } from "../types.js" */

const KEY = `scheduling:${data.slug}/${data.meetingType}${data.rescheduling ? `:${data.rescheduling}` : ""}`;

/** @type {Draft} */
const NOTHING = { values: [], keys: {}, held: null };

/** @returns {Draft} */
export function readDraft() {
	try {
		return { ...NOTHING, ...JSON.parse(sessionStorage.getItem(KEY) || "{}") };
	} catch {
		return NOTHING;
	}
}

/** @param {Partial<Draft>} part */
export function keepDraft(part) {
	try {
		sessionStorage.setItem(KEY, JSON.stringify({ ...readDraft(), ...part }));
	} catch {
		// Storage is full or forbidden. The page itself still has what was typed.
	}
}

export function dropDraft() {
	try {
		sessionStorage.removeItem(KEY);
	} catch {
		// Storage is forbidden, so nothing was kept.
	}
}

const BOOKED = `${KEY}:booked`;

/** Remembers the booking for somebody who comes back with the Back button. @param {Booked} booked */
export function rememberBooked(booked) {
	try {
		sessionStorage.setItem(BOOKED, JSON.stringify(booked));
	} catch {
		// Storage is full or forbidden. The page then opens as for a new visitor.
	}
}

/** The booking that this tab has made here, or null. @returns {Booked | null} */
export function readBooked() {
	try {
		return JSON.parse(sessionStorage.getItem(BOOKED) || "null");
	} catch {
		return null;
	}
}

/** Keys that `sessionStorage` may refuse to keep. @type {Record<string, string>} */
const madeHere = {};

/**
 * The key with which a booking can be sent again without booking twice. Each time that the visitor tries has its own.
 * @param {number} start @param {number} duration
 */
export function idempotencyKey(start, duration) {
	const { keys } = readDraft();
	const name = `${start}/${duration}`;
	const kept = keys[name];
	if (kept) return kept;
	madeHere[name] ??= randomKey();
	keepDraft({ keys: { ...keys, [name]: madeHere[name] } });
	return madeHere[name];
}

/** Makes the next booking of this time a new one. @param {number} start @param {number} duration */
export function forgetKey(start, duration) {
	const name = `${start}/${duration}`;
	delete madeHere[name];
	const keys = { ...readDraft().keys };
	delete keys[name];
	keepDraft({ keys });
}

/** 32 letters and digits. (`randomUUID` exists on secure origins only.) */
export function randomKey() {
	return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const ZONE = "scheduling_tz";
const CLOCK = "scheduling_clock";
const HOLD = "scheduling_hold";
const GUESSED = "auto:";
const A_YEAR = 365 * 24 * 3600;

/** @param {string} zone */
export const rememberZone = (zone) => remember(ZONE, zone);

/** The zone that the browser names. Never called once the visitor has chosen one. @param {string} zone */
export const rememberGuess = (zone) => remember(ZONE, GUESSED + zone);

/** @param {boolean} twelveHours */
export const rememberClock = (twelveHours) => remember(CLOCK, twelveHours ? "12" : "24");

/** Tells the server this browser's hold, so that it shows the held time as free. @param {string} key @param {number} seconds */
export const rememberHold = (key, seconds) => remember(HOLD, key, seconds);

export const forgetHold = () => remember(HOLD, "", 0);

/** @param {string} name @param {string} value @param {number} [seconds] */
function remember(name, value, seconds = A_YEAR) {
	const secure = location.protocol === "https:" ? "; secure" : "";
	// Names of zones and keys need no encoding in a cookie.
	// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API exists on secure origins only, and not in Safari
	document.cookie = `${name}=${value}; path=/schedule; max-age=${seconds}; samesite=lax${secure}`;
}
