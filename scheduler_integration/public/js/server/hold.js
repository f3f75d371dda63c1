// Holds the chosen time for a few minutes while the form is filled in. This is a courtesy, and booking works without
// it: if the hold fails, the visitor is told only if somebody else has the time.
import { clockTime, isoInstant, now, offsetOf } from "../shared/dates.js";
import { data, t } from "../shared/page.js";
import { forgetHold, keepDraft, randomKey, readDraft, rememberHold } from "../state/memory.js";
import { state } from "../state/store.js";
import { ApiError, post, wanted } from "./api.js";
import { gate } from "./gate.js";

/** @import { Challenge, Held } from "../types.js" */

const PATIENCE = 3000;
// Seconds between two requests for a longer hold.
const A_WHILE = 30;

class Hold {
	/** @type {Held | null} */
	_held = readDraft().held;
	/** Calls wait for each other, so that a release can't overtake its hold. */
	_calls = Promise.resolve();
	_timer = 0;
	/** When a longer hold was last asked for. */
	_renewed = 0;
	_zone = "";
	_twelveHours = false;

	/** Called if somebody else has the time. @type {(start: number, nearest: number[]) => void} */
	onTaken = () => {};
	/** Called if the server has another clock for the visitor's zone. @type {(start: number, question: string) => void} */
	onClock = () => {};
	/** The start of which the visitor was told what the server's clock shows then. */
	_told = 0;

	/** The key of this page's hold, or "". */
	get key() {
		return this._held?.key ?? "";
	}

	/** Holds this time, and releases the one that was held before. @param {number} start @param {number} duration */
	take(start, duration) {
		if (!data.holdMinutes) {
			gate.ask();
			return;
		}
		this._calls = this._calls.then(() => this._take(start, duration));
	}

	/** Holds the time for longer while somebody types, before it runs out. The server says how long that may go on. */
	renew() {
		const held = this._held;
		const soon = now() + data.holdMinutes * 30;
		if (!held?.until || held.until > soon || this._renewed > now() - A_WHILE) return;
		this._renewed = now();
		this.take(held.start, held.duration);
	}

	/**
	 * The clock by which the page shows a time: the server refuses it if its own differs. Nothing once the visitor knows that.
	 * @param {number} start @param {string} zone
	 */
	clock(start, zone) {
		return start === this._told ? {} : { timezone: zone, utc_offset: Math.round(offsetOf(start, zone) / 60) };
	}

	/** Whether the server has refused the page's clock. The visitor is told now, and decides. @param {ApiError} error @param {number} start */
	hasOtherClock(error, start) {
		if (error.code !== "CLOCK_DIFFERS") return false;
		this._told = start;
		return true;
	}

	/** Releases the held time. */
	release() {
		if (!data.holdMinutes) return;
		this._calls = this._calls.then(() => this._release());
	}

	/** Releases the held time when the visitor leaves the page. Keeps the key, so that a reload can hold the time again. */
	leave() {
		if (!this._until()) return;
		post("public.release_slot", { hold: this.key }, { keepalive: true }).catch(() => {});
		this.lapse();
	}

	/** Stops saying that the time is held, but keeps the key for the next hold. */
	lapse() {
		if (this._held) this._keep({ ...this._held, until: 0 });
	}

	/** Called when the held slot is booked. */
	forget() {
		forgetHold();
		this._keep(null);
	}

	/** Waits a short time for calls that are still running: a booking must send the key of its own hold. */
	settled() {
		return Promise.race([this._calls, new Promise((done) => setTimeout(done, PATIENCE))]);
	}

	/** Shows until when the time is held. @param {string} zone @param {boolean} twelveHours */
	show(zone, twelveHours) {
		this._zone = zone;
		this._twelveHours = twelveHours;
		this._write();
	}

	/** @param {number} start @param {number} duration @returns {Promise<void>} */
	async _take(start, duration) {
		// The key is known before the request: if the answer gets lost, the time is still this visitor's own.
		const key = this.key || randomKey();
		const isSame = this._held?.start === start && this._held.duration === duration;
		this._keep({ key, start, duration, until: (isSame && this._held?.until) || 0 });
		try {
			const clock = this.clock(start, state.zone);
			const answer = await this._ask({ ...wanted, ...clock, start: isoInstant(start), duration, hold: key });
			const until = Date.parse(answer.expires_at) / 1000;
			rememberHold(answer.hold, until - now());
			this._keep({ key: answer.hold, start, duration, until });
			gate.prepare(answer.challenge);
		} catch (error) {
			if (error instanceof ApiError && this.hasOtherClock(error, start)) {
				this.onClock(start, error.message);
				return this._take(start, duration);
			}
			gate.ask();
			if (error instanceof ApiError && error.code === "SLOT_TAKEN") this.onTaken(start, error.nearest);
		}
	}

	/**
	 * Asks for the hold, with a proof if the server wants one.
	 * @param {object} values @returns {Promise<{hold: string, expires_at: string, challenge?: Challenge}>}
	 */
	async _ask(values) {
		try {
			return await post("public.hold_slot", values);
		} catch (error) {
			if (!(error instanceof ApiError && error.challenge)) throw error;
			return post("public.hold_slot", { ...values, proof: await gate.solve(error.challenge) });
		}
	}

	async _release() {
		const key = this.key;
		this.forget();
		if (key) await post("public.release_slot", { hold: key }).catch(() => {});
	}

	/** @param {Held | null} held */
	_keep(held) {
		this._held = held;
		keepDraft({ held });
		this._write();
	}

	/** The end of the hold, or 0 if the time isn't held. */
	_until() {
		const until = this._held?.until ?? 0;
		return until > now() ? until : 0;
	}

	_write() {
		const line = document.getElementById("held");
		if (!line || !this._zone) return;
		clearTimeout(this._timer);
		const until = this._until();
		const isOver = this._held?.until && !until;
		if (until) line.textContent = t("held_until", clockTime(until, this._zone, this._twelveHours));
		else line.textContent = isOver ? t("held_no_longer") : "";
		if (until) this._timer = window.setTimeout(() => this._write(), (until - now()) * 1000 + 500);
	}
}

export const hold = new Hold();
