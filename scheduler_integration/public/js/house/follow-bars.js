// Long work shows how far it is. The server prints a bar, and tells a script that asks this address for JSON which work runs now:
//
//   <section id="…" data-result><label data-bar="<id>"><progress max="5000" value="1200"></progress> <span>1,200 of 5,000 events read</span></label></section>
//   {"running": [{ "id": "…", "done": 1200, "total": 5000, "text": "1,200 of 5,000 events read" }]}
//
// When other work runs than the bars show, the sections are taken from the page as it is then: there is the result. A form that takes
// long has a hidden bar. It is shown when the form is sent, which can't happen twice, and the answer replaces the page.
import { announce } from "../shared/page.js";

/** @typedef {{ id: string, done: number, total: number, text: string }} Work */

// Seconds between two questions. They grow while nothing moves.
const PAUSE = 2;
const LONGEST = 30;
const MOST_FAILURES = 6;

const SHOWN = "[data-bar]:not([hidden])";

export function followBars() {
	let pause = PAUSE;
	let failures = 0;
	let before = "";

	async function look() {
		if (document.hidden) return document.addEventListener("visibilitychange", look, { once: true });
		try {
			const { running } = await (await asked("application/json")).json();
			if (!show(running)) await takeResults();
			const now = JSON.stringify(running);
			pause = now === before ? Math.min(pause * 1.5, LONGEST) : PAUSE;
			before = now;
			failures = 0;
		} catch {
			pause = Math.min(pause * 2, LONGEST);
			failures += 1;
		}
		next();
	}

	const next = () => {
		if (failures < MOST_FAILURES && document.querySelector(SHOWN)) setTimeout(look, pause * 1000);
	};

	for (const bar of document.querySelectorAll("form [data-bar][hidden]")) {
		const form = /** @type {HTMLFormElement} */ (bar.closest("form"));
		form.addEventListener("submit", (event) => {
			if (form.ariaBusy === "true") return event.preventDefault();
			form.ariaBusy = "true";
			bar.removeAttribute("hidden");
			announce(bar.textContent ?? "");
			next();
		});
		// The browser's back button may show the page as it was left.
		addEventListener("pageshow", ({ persisted }) => persisted && form.ariaBusy === "true" && location.reload());
	}
	next();
}

/** @param {string} kind */
async function asked(kind) {
	const response = await fetch(location.href, { headers: { Accept: kind } });
	if (!response.ok) throw new Error(response.statusText);
	return response;
}

/** Shows how far the work is. Returns whether the page has a bar for all of it, and no other. @param {Work[]} running */
function show(running) {
	const bars = [...document.querySelectorAll(SHOWN)].map((one) => /** @type {HTMLElement} */ (one));
	for (const bar of bars) {
		const work = running.find((one) => one.id === bar.dataset.bar);
		const [progress, text] = [bar.querySelector("progress"), bar.querySelector("span")];
		if (!work || !progress || !text) continue;
		if (work.total) {
			// A screen reader says each quarter.
			const quarter = Math.floor((4 * work.done) / work.total);
			if (quarter > Math.max(0, Math.floor(4 * progress.position))) announce(work.text);
			progress.max = work.total;
			progress.value = work.done;
		}
		text.textContent = work.text;
	}
	const waiting = bars.filter((bar) => !bar.closest("form")).map((bar) => bar.dataset.bar);
	return waiting.every((id) => running.some((work) => work.id === id)) && waiting.length >= running.length;
}

/** Replaces the sections with bars, unless somebody is filling in a form there. */
async function takeResults() {
	const sections = [...document.querySelectorAll(`[data-result]:has(${SHOWN})`)].filter(
		(one) => !one.querySelector(":focus, details[open]"),
	);
	if (!sections.length) return;
	const page = new DOMParser().parseFromString(await (await asked("text/html")).text(), "text/html");
	for (const section of sections) {
		const newer = page.getElementById(section.id);
		if (!newer) continue;
		section.replaceWith(newer);
		if (!newer.querySelector(SHOWN)) announce(newer.querySelector("[data-said]")?.textContent?.trim() ?? "");
	}
}
