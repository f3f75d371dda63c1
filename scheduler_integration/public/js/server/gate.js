// The server may want to see this before it books: a proof of work, or a code from the visitor's mailbox. The script for
// both loads when the server asks for the first time (js/parts/gate-kit.js).
import { data, element } from "../shared/page.js";
import { get, wanted } from "./api.js";

/** @import { Challenge, GateKit } from "../types.js" */

// A browser that can't prove anything sends this: then a code takes the place of the proof.
const NO_PROOF = "none";

class Gate {
	/** @type {Promise<GateKit> | null} */
	_kit = null;
	/** @type {Promise<string> | null} */
	_proof = null;

	/** The proof for the booking, or "" if the server asked for none. */
	proof() {
		return this._proof ?? Promise.resolve("");
	}

	/** Begins with the proof for the booking, while the visitor types. @param {Challenge | null | undefined} challenge */
	prepare(challenge) {
		if (challenge && !data.rescheduling) this._proof ??= this.solve(challenge);
	}

	/** Asks whether the booking will need a proof, if no hold has said so. */
	async ask() {
		if (!data.gate || data.rescheduling) return;
		/** @type {{challenge: Challenge | null} | null} */
		const answer = await get("public.get_challenge", wanted).catch(() => null);
		this.prepare(answer?.challenge);
	}

	/** Makes the proof that the server has just asked for. @param {Challenge} challenge */
	renew(challenge) {
		this._proof = this.solve(challenge);
	}

	/** @param {Challenge} challenge @returns {Promise<string>} */
	solve(challenge) {
		return this._load().then(
			(kit) => kit.prove(challenge),
			() => NO_PROOF,
		);
	}

	/** Shows the field for the code, below the sentence. @param {string} sentence @param {() => void} onAgain sends a new code */
	async askForCode(sentence, onAgain) {
		(await this._load()).askForCode(sentence, onAgain);
	}

	/** @returns {Promise<GateKit>} */
	_load() {
		this._kit ??= new Promise((done, fail) => {
			const found = (/** @type {Event} */ event) => done(/** @type {CustomEvent<GateKit>} */ (event).detail);
			element("booking-form").addEventListener("gate", found, { once: true });
			if (data.gate) import(data.gate.script).catch(fail);
			else fail();
		});
		this._kit.catch(() => {
			this._kit = null;
		});
		return this._kit;
	}
}

export const gate = new Gate();
