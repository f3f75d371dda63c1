// Choices that outlive the visit, as cookies: the server draws the next page with them (pages/guest.py).

const ZONE = "scheduling_tz";
const CLOCK = "scheduling_clock";
const HOLD = "scheduling_hold";
const GUESSED = "auto:";
const A_YEAR = 365 * 24 * 3600;

/** @param {string} zone */
export function rememberZone(zone) {
	remember(ZONE, zone);
}

/** Lets the next page start in the zone the browser names; never over a choice. @param {string} zone */
export function rememberGuess(zone) {
	remember(ZONE, GUESSED + zone);
}

/** @param {boolean} twelveHours */
export function rememberClock(twelveHours) {
	remember(CLOCK, twelveHours ? "12" : "24");
}

/** Lets the server show what is held for this browser as free. @param {string} key @param {number} seconds */
export function rememberHold(key, seconds) {
	remember(HOLD, key, seconds);
}

export function forgetHold() {
	remember(HOLD, "", 0);
}

/**
 * @param {string} name
 * @param {string} value
 * @param {number} [seconds]
 */
function remember(name, value, seconds = A_YEAR) {
	const secure = location.protocol === "https:" ? "; secure" : "";
	// Names of zones and keys hold nothing that a cookie could not.
	document.cookie = `${name}=${value}; path=/schedule; max-age=${seconds}; samesite=lax${secure}`;
}
