// Every page of a host: copies links, closes menus, undoes, and starts what the page's attributes ask for. A page with a script of
// its own imports this one.
import { copy } from "./house/copy-button.js";
import { watchToast } from "./house/undo-toast.js";
import { around } from "./shared/page.js";

document.documentElement.classList.add("js");
watchToast();

/** @param {string} selector @returns {HTMLElement[]} */
const all = (selector) => [...document.querySelectorAll(selector)].map((one) => /** @type {HTMLElement} */ (one));

const forms = all("form[data-autosave]");
if (forms.length) {
	import("./house/autosave-form.js").then(({ autosave }) => {
		for (const form of forms) autosave(/** @type {HTMLFormElement} */ (form));
	});
}

const lists = all("[data-sortable]");
if (lists.length) import("./house/sortable-list.js").then(({ sortable }) => lists.forEach(sortable));

const [live] = all("form[data-live]");
if (live) import("./house/live-form.js").then(({ keepLive }) => keepLive(/** @type {HTMLFormElement} */ (live)));

const [series] = all("form:has(#series)");
if (series)
	import("./house/series-dates.js").then(({ keepDates }) => keepDates(/** @type {HTMLFormElement} */ (series)));

const zones = all("[data-zone-search]");
if (zones.length) {
	import("./house/zone-search.js").then(({ searchable }) => {
		for (const select of zones) searchable(/** @type {HTMLSelectElement} */ (select));
	});
}

const panels = all(".panel:has(.day-strip)");
if (panels.length) import("./house/keep-typed.js").then(({ keepTyped }) => panels.forEach(keepTyped));

const [section] = all("[data-notifications]");
if (section) import("./house/notifications.js").then(({ offerNotifications }) => offerNotifications(section));

document.addEventListener("click", (event) => {
	const button = around(event, "[data-copy]");
	if (button) copy(button);
	const inside = around(event, ".menu");
	for (const menu of all(".menu[open]")) if (menu !== inside) menu.removeAttribute("open");
});

if (all("[data-bar]").length) import("./house/follow-bars.js").then(({ followBars }) => followBars());

document.addEventListener("keydown", (event) => {
	if (event.key !== "Escape") return;
	for (const menu of all(".menu[open]")) {
		menu.removeAttribute("open");
		menu.querySelector("summary")?.focus();
	}
});

document.getElementById("select-all")?.addEventListener("click", () => {
	const boxes = all(".pick input").map((box) => /** @type {HTMLInputElement} */ (box));
	const isEach = boxes.every((box) => box.checked);
	for (const box of boxes) box.checked = !isEach;
});
