// Sends a booking again by itself while the server can't be heard, or asks to be asked later. The idempotency key makes sure that it is booked once.

/** @import { Outcome } from "../types.js" */

// Seconds between attempts. After this minute somebody should know that it isn't their connection alone.
const PAUSES = [1, 2, 4, 8, 15, 30];

/**
 * Asks until the server is heard and decides, and while the browser is offline for as long as that takes.
 * @param {() => Promise<Outcome>} ask
 * @param {() => void} onSilence called after each attempt that wasn't heard
 * @param {AbortSignal} signal stops it: the last outcome is returned
 */
export async function untilHeard(ask, onSilence, signal) {
	let outcome = await ask();
	for (let tried = 0; (outcome.kind === "unheard" || outcome.kind === "later") && tried < PAUSES.length; ) {
		if (outcome.kind === "unheard") onSilence();
		await rest(signal, navigator.onLine ? PAUSES[tried++] : undefined);
		if (signal.aborted) break;
		outcome = await ask();
	}
	return outcome;
}

/**
 * Waits until the connection is back, or for some seconds if they are given.
 * @param {AbortSignal} signal @param {number} [seconds]
 */
const rest = (signal, seconds) =>
	new Promise((done) => {
		addEventListener("online", done, { once: true, signal });
		signal.addEventListener("abort", done);
		if (seconds) setTimeout(done, seconds * 1000);
	});
