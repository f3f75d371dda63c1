// The page to which the payment provider leads back: asks a few times whether the money has come, and shows what became of it.

// Seconds before each request. After these minutes, the button "Check again" remains.
const WAITS = [2, 2, 3, 5, 8, 13, 20, 30, 60];

const page = document.getElementById("payment");
if (page?.dataset.payment === "waits") ask(0);

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
