// The page of a payment. After the provider leads back, it asks a few times whether the money has come, and shows that. A
// visitor who booked in this window is then led to the confirmation. Its address is a secret: somebody with the link of
// this page may only pay, and not change the meeting. So it comes behind the "#", which no server or provider reads.

// Seconds before each request. After these minutes, the button "Check again" remains.
const WAITS = [2, 2, 3, 5, 8, 13, 20, 30, 60];

const CONFIRMATION = /^#(\/schedule\/manage\/[\w.~%-]+)$/;

const page = document.getElementById("payment");
const confirmation = remembered();
if (page?.dataset.payment === "paid" && confirmation) location.replace(`${confirmation}?booked=1`);
if (page?.dataset.payment === "waits") ask(0);

function remembered() {
	const [, address] = CONFIRMATION.exec(location.hash) ?? [];
	try {
		if (!address) return sessionStorage.getItem(location.pathname);
		sessionStorage.setItem(location.pathname, address);
	} catch {
		// The browser stores nothing for this site.
	}
	if (address) history.replaceState(null, "", location.pathname + location.search);
	return address;
}

/** @param {number} turn */
function ask(turn) {
	const wait = WAITS[turn];
	if (wait) setTimeout(() => look(turn), wait * 1000);
}

/** @param {number} turn */
async function look(turn) {
	if (document.hidden) {
		document.addEventListener("visibilitychange", () => look(turn), { once: true });
		return;
	}
	if (await isDecided()) location.replace(page?.dataset.page ?? location.pathname);
	else ask(turn + 1);
}

async function isDecided() {
	try {
		const response = await fetch(page?.dataset.again ?? location.href);
		if (!response.ok) return false;
		const newer = new DOMParser().parseFromString(await response.text(), "text/html");
		return newer.getElementById("payment")?.dataset.payment !== "waits";
	} catch {
		return false;
	}
}
