// A worker that solves a challenge of ALTCHA v2: it looks for the counter whose key, derived by PBKDF2, begins with the
// prefix. Each of the `step` workers tries one of every `step` counters.

/** @param {string} hex */
const bytes = (hex) => Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** @param {ArrayBuffer} buffer */
const hex = (buffer) => [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");

addEventListener("message", async ({ data: { nonce, salt, cost, keyLength, keyPrefix, start, step } }) => {
	const password = new Uint8Array([...bytes(nonce), 0, 0, 0, 0]);
	const place = new DataView(password.buffer, password.length - 4);
	const how = { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost };
	for (let counter = start; ; counter += step) {
		place.setUint32(0, counter);
		const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
		const derivedKey = hex(await crypto.subtle.deriveBits(how, key, keyLength * 8));
		if (derivedKey.startsWith(keyPrefix)) return postMessage({ counter, derivedKey });
	}
});
