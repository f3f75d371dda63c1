// A chosen time is held for a few minutes while the form is filled in. A courtesy that nothing depends on: only when
// somebody else has the time does the guest hear of it.
import { post } from "./api.js";
import { clockTime, isoInstant, now } from "./dates.js";
import { keepDraft, randomKey, readDraft } from "./draft.js";
import { data, element, t } from "./page-data.js";
import { forgetHold, rememberHold } from "./preferences.js";

const PATIENCE = 3000;

/** @typedef {import("./draft.js").Held} Held */

export class Hold {
	/** @type {Held | null} */
	#held = readDraft().held;
	/** One call after the other, so that a release can't overtake the hold that it is for. */
	#calls = Promise.resolve();
	#timer = 0;
	#zone = "";
	#twelveHours = false;

	/** @param {(start: number, nearest: number[]) => void} onTaken */
	constructor(onTaken) {
		this.onTaken = onTaken;
	}

	/** The key by which the server knows what is held for this page. */
	get key() {
		return this.#held?.key ?? "";
	}

	/** Holds a time, in place of the one before. @param {number} start @param {number} duration */
	take(start, duration) {
		if (!data.holdMinutes) return;
		this.#calls = this.#calls.then(() => this.#take(start, duration));
	}

	/** Lets go of what is held. */
	release() {
		if (!data.holdMinutes) return;
		this.#calls = this.#calls.then(() => this.#release());
	}

	/** Lets go on the way out. The key is kept: a reload holds the time anew by it. */
	leave() {
		if (!this.#isLive()) return;
		post("public.release_slot", { hold: this.key }, { keepalive: true }).catch(() => {});
		this.#keep({ ...this.#held, until: 0 });
	}

	/** What was held is booked now. */
	forget() {
		forgetHold();
		this.#keep(null);
	}

	/** Waits, not for long, for what is under way: a booking must know the key of its own hold. */
	settled() {
		return Promise.race([this.#calls, new Promise((done) => setTimeout(done, PATIENCE))]);
	}

	/** Writes the time until which it is held. @param {string} zone @param {boolean} twelveHours */
	show(zone, twelveHours) {
		this.#zone = zone;
		this.#twelveHours = twelveHours;
		this.#write();
	}

	/** @param {number} start @param {number} duration */
	async #take(start, duration) {
		// Known before it is asked for: should the answer get lost, the time is still this guest's own.
		const key = this.key || randomKey();
		this.#keep({ key, start, duration, until: 0 });
		try {
			const answer = await post("public.hold_slot", {
				slug: data.slug,
				meeting_type: data.meetingType,
				start: isoInstant(start),
				duration,
				hold: key,
			});
			const until = Date.parse(answer.expires_at) / 1000;
			rememberHold(answer.hold, until - now());
			this.#keep({ key: answer.hold, start, duration, until });
		} catch (error) {
			const refusal = /** @type {import("./api.js").ApiError} */ (error);
			if (refusal.code === "SLOT_TAKEN") this.onTaken(start, refusal.nearest);
		}
	}

	async #release() {
		const key = this.key;
		this.forget();
		if (key) await post("public.release_slot", { hold: key }).catch(() => {});
	}

	/** @param {Held | null} held */
	#keep(held) {
		this.#held = held;
		keepDraft({ held });
		this.#write();
	}

	#isLive() {
		return Boolean(this.#held && this.#held.until > now());
	}

	#write() {
		const line = element("held");
		if (!line || !this.#zone) return;
		clearTimeout(this.#timer);
		const until = this.#isLive() ? this.#held.until : 0;
		line.textContent = until ? t("held_until", clockTime(until, this.#zone, this.#twelveHours)) : "";
		if (until) this.#timer = window.setTimeout(() => this.#write(), (until - now()) * 1000 + 500);
	}
}
