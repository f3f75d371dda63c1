// A page in a frame of another website: starts the page's own script, and tells embed.js on that website how high the page is
// and what happens. Messages go to the exact origin of an allowed website only, and say nothing about a person.
import { around, data, element } from "./shared/page.js";

/** @import { FrameData } from "./types.js" */

/** @type {FrameData} */
const frame = JSON.parse(element("frame").textContent || "{}");

const SCRIPTS = {
	booking: () => import("./booking.js"),
	manage: () => import("./manage.js"),
	pay: () => import("./pay.js"),
	steps: () => import("./steps.js"),
};
const NEWS = ["booked", "moved", "cancelled"];
const TICKED = new Set(["1", "true", "yes", "on"]);
// Characters of a text that the website fills in.
const LONGEST = 1000;

/** The origin of the website, once it has greeted. */
let site = "";
/** @type {{scheduler: string, detail?: object}[]} Messages that wait for the greeting. */
const waiting = [];
let height = 0;
let chosen = "";

const started = frame.script ? SCRIPTS[frame.script]() : Promise.resolve();

if (parent !== window) {
	addEventListener("message", listen);
	const guess = location.ancestorOrigins?.[0] ?? (document.referrer && new URL(document.referrer).origin);
	if (guess && isAllowed(guess)) parent.postMessage({ scheduler: "here" }, guess);
	document.addEventListener("click", leaveFrame, true);
	addEventListener("keydown", (event) => {
		if (event.key === "Escape" && !event.defaultPrevented) tell("close");
	});
	const [, , page, type] = location.pathname.split("/");
	// The title of the window may have a name in it.
	tell("words", { title: document.querySelector("h1")?.textContent ?? "", close: frame.close });
	tell("ready", ["manage", "pay"].includes(page ?? "") ? {} : { page, type: type ?? "" });
	tellNews();
	const booking = document.getElementById("booking");
	if (booking) {
		new MutationObserver(tellStep).observe(booking, { attributeFilter: ["data-step"] });
		tellStep([]);
	}
	new ResizeObserver(measure).observe(document.body);
}

/** Whether the frame of a page with this origin may contain this page. The server says so too: `frame-ancestors`. @param {string} origin */
function isAllowed(origin) {
	return origin === location.origin || frame.hosts.includes(origin.replace(/^https?:\/\//, ""));
}

/** @param {string} type @param {object} [detail] */
function tell(type, detail) {
	const message = { scheduler: type, ...(detail && { detail }) };
	if (site) parent.postMessage(message, site);
	else waiting.push(message);
}

/** Hears the greeting of the website, which comes again with each page in the frame. @param {MessageEvent} event */
function listen({ source, origin, data: message }) {
	if (source !== parent || !isAllowed(origin) || message?.scheduler !== "hello") return;
	const isFirst = !site;
	site = origin;
	document.documentElement.classList.add("fitted");
	measure();
	if (isFirst) for (const one of waiting.splice(0)) parent.postMessage(one, site);
	if (message.prefill && typeof message.prefill === "object") started.then(() => fillIn(message.prefill));
}

/** The height of the content, which doesn't depend on that of the frame. A hidden frame has none. */
function measure() {
	const now = Math.ceil(document.body.getBoundingClientRect().height);
	if (!site || !now || Math.abs(now - height) < 2) return;
	height = now;
	tell("height", { height });
}

/** Tells the website what has just happened, unless the page is only loaded again. */
function tellNews() {
	const query = new URLSearchParams(location.search);
	const [visit] = performance.getEntriesByType("navigation");
	const isNew = /** @type {PerformanceNavigationTiming | undefined} */ (visit)?.type === "navigate";
	const news = NEWS.find((one) => query.has(one));
	if (news && isNew && data.booking && (news === "cancelled") === Boolean(data.isGone)) tell(news, data.booking);
}

/** @param {unknown[]} changes */
function tellStep(changes) {
	if (changes.length) tell("top");
	const start = element("booking").dataset.step === "details" && new URLSearchParams(location.search).get("start");
	if (start && start !== chosen) tell("time_selected", { type: data.meetingType, start });
	chosen = start || "";
}

/** Opens what doesn't stay in the frame outside of it. @param {MouseEvent} event */
function leaveFrame(event) {
	const link = around(event, "a[href]");
	if (!(link instanceof HTMLAnchorElement)) return;
	const { protocol, pathname, searchParams } = new URL(link.href);
	if (link.matches(".meeting")) tell("type_selected", { type: decodeURIComponent(pathname.split("/")[3] ?? "") });
	if (link.target || !protocol.startsWith("http") || searchParams.has("embed") || pathname.startsWith("/api/")) return;
	link.target = "_blank";
	link.rel = "noopener";
}

/** Fills in fields of the form that are empty, by the names that links use. @param {Record<string, unknown>} values */
function fillIn(values) {
	const { fields = {} } = data;
	for (const [key, value] of Object.entries(values)) {
		const texts = [value].flat().filter((one) => ["string", "number", "boolean"].includes(typeof one));
		const words = texts.map((one) => String(one).slice(0, LONGEST));
		if (!words.length || !Object.hasOwn(fields, key)) continue;
		if (fields[key]) fill(fields[key], words);
		else data.prefill[key] ??= words.join(", ");
	}
}

/** @param {string} name @param {string[]} words */
function fill(name, words) {
	/** @type {NodeListOf<HTMLInputElement>} */
	const controls = document.querySelectorAll(`#booking-form [name="${CSS.escape(name)}"]`);
	for (const control of controls) {
		if (control.type === "checkbox") control.checked ||= isTicked(control.value, words);
		else control.value ||= words.join(", ");
		control.closest("details")?.setAttribute("open", "");
		control.dispatchEvent(new Event("input", { bubbles: true }));
	}
}

/** Whether a box is one of the choices, or the only box of its question is wanted. @param {string} value @param {string[]} words */
function isTicked(value, words) {
	const choices = words.flatMap((one) => [one, ...one.split(",").map((part) => part.trim())]);
	return value === "1" ? TICKED.has(choices[0]?.toLowerCase() ?? "") : choices.includes(value);
}
