// What was typed, kept for this tab until it is booked: a reload, a lost race or the way back loses none of it.
import { data } from "./page-data.js";

const KEY = `scheduling:${data.slug}/${data.meetingType}`;

/** @typedef {{key: string, start: number, duration: number, until: number}} Held */
/** @typedef {{values: [string, string][], keys: Record<string, string>, held: Held | null}} Draft */

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
		// Storage is full or forbidden: the page itself still holds what was typed.
	}
}

export function dropDraft() {
	try {
		sessionStorage.removeItem(KEY);
	} catch {
		// Nothing was kept, then.
	}
}

/** @type {Record<string, string>} what `sessionStorage` may refuse to hold */
const madeHere = {};

/**
 * The key under which a booking may be sent again without booking twice: one for each intended time.
 * @param {number} start @param {number} duration
 */
export function idempotencyKey(start, duration) {
	const { keys } = readDraft();
	const name = `${start}/${duration}`;
	const key = keys[name] ?? (madeHere[name] ??= randomKey());
	if (!keys[name]) keepDraft({ keys: { ...keys, [name]: key } });
	return key;
}

/**
 * What is sent next for this time is another booking.
 * @param {number} start @param {number} duration
 */
export function forgetKey(start, duration) {
	const name = `${start}/${duration}`;
	delete madeHere[name];
	const { [name]: _key, ...keys } = readDraft().keys;
	keepDraft({ keys });
}

/** 32 letters and digits. (`randomUUID` is there on secure origins only.) */
export function randomKey() {
	return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
