// Choices that outlive the visit, as cookies: the server draws the next page with them (pages/guest.py).

const ZONE = "scheduling_tz";
const CLOCK = "scheduling_clock";
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

/**
 * @param {string} name
 * @param {string} value
 */
function remember(name, value) {
	const secure = location.protocol === "https:" ? "; secure" : "";
	// Names of zones hold nothing that a cookie could not.
	document.cookie = `${name}=${value}; path=/schedule; max-age=${A_YEAR}; samesite=lax${secure}`;
}
