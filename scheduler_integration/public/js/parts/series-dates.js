// The dates of a meeting that repeats: loads them when the time or the number changes, and fills in which were agreed to. The
// server writes them (pages/kit/series.py), so they are the same without a script.
import { data, element } from "../shared/page.js";
import { readDraft, rememberHold } from "../state/memory.js";

const LEFT_OUT = "-";
const form = element("booking-form", HTMLFormElement);
const page = element("booking");
const submit = element("submit");

/** The question that the list on the screen answers. The server wrote it before the browser's own zone was known. */
let shown = wish(data.zone);

/** @param {string} name @returns {string} */
function inForm(name) {
	return String(new FormData(form).get(name) ?? "");
}

function wish(zone = inForm("tz")) {
	return [...["start", "times", "duration"].map(inForm), zone].join(" ");
}

/** Loads the dates if those on the screen are about another time or number. */
async function refresh() {
	const wanted = wish();
	if (wanted === shown || page.dataset.step !== "details" || !inForm("start")) return;
	shown = wanted;
	submit.setAttribute("aria-disabled", "true");
	try {
		// The time may be held already, but the answer with the hold isn't there yet. It mustn't look taken.
		const { held } = readDraft();
		if (held) rememberHold(held.key, data.holdMinutes * 60);
		const query = new URLSearchParams(location.search);
		for (const name of ["start", "times", "duration", "tz"]) query.set(name, inForm(name));
		query.set("part", "series");
		const answer = await fetch(`${location.pathname}?${query}`, { credentials: "same-origin" });
		const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("series-dates");
		if (shown !== wanted) return;
		if (!fresh) throw new Error("no dates");
		element("series-dates").replaceWith(fresh);
		// The list may bring the number of dates along.
		shown = wish();
	} catch {
		// The next change tries again. Without dates, the server decides whether all of them are free.
		shown = "";
	}
	submit.setAttribute("aria-disabled", "false");
	agree();
}

/** Fills in the starts that the person has agreed to, as `book` takes them; empty for a single date. */
function agree() {
	const values = new FormData(form);
	const dates = [...values.entries()].filter(([name]) => /^date-\d+$/.test(name)).map(([, value]) => String(value));
	const agreed = dates.map((value) => (value.startsWith(LEFT_OUT) ? null : value));
	const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("dates"));
	field.value = dates.length > 1 ? JSON.stringify(agreed) : "";
}

function again() {
	const problem = element("form-problem");
	if (problem.hidden || !problem.textContent) return;
	shown = "";
	refresh();
}

form.addEventListener("input", () => {
	agree();
	refresh();
});
// The booking page draws the chosen time and the step here.
new MutationObserver(refresh).observe(element("summary"), { childList: true, subtree: true, characterData: true });
new MutationObserver(refresh).observe(page, { attributes: true, attributeFilter: ["data-step"] });
// Somebody else may have taken one of the dates.
new MutationObserver(again).observe(element("form-problem"), { childList: true });
agree();
refresh();
