// A field above a list of all time zones that finds one by city, country, offset or abbreviation.
import { findZones, learn } from "../parts/zones.js";
import { get } from "../server/api.js";
import { data, make } from "../shared/page.js";

/** @param {HTMLSelectElement} select */
export function searchable(select) {
	const about = select.dataset.zoneSearch ?? "";
	const search = /** @type {HTMLInputElement} */ (
		make("input", { class: "input zone-search", type: "search", placeholder: about, "aria-label": about })
	);
	search.autocomplete = "off";
	const options = [...select.options];
	const fill = () => {
		const fitting = findZones(search.value, []).map(({ name }) => name);
		const found = options.filter(({ value }) => fitting.includes(value));
		for (const option of options) option.hidden = Boolean(search.value) && !found.includes(option);
		const best = fitting.find((name) => found.some(({ value }) => value === name));
		if (search.value && best) select.value = best;
	};
	search.addEventListener("change", () => select.dispatchEvent(new Event("change", { bubbles: true })));
	search.addEventListener("keydown", (event) => {
		if (event.key !== "Enter") return;
		event.preventDefault();
		select.focus();
	});
	// The names of cities and countries are loaded with the first letter. Without them, zones are found by their own names.
	/** @type {Promise<void> | undefined} */
	let names;
	const learned = () =>
		get("public.time_zones", { language: document.documentElement.lang })
			.catch(() => ({ cities: {}, words: {} }))
			.then(({ cities, words }) => {
				data.cities = cities;
				learn(words);
			});
	search.addEventListener("input", () => {
		names ??= learned();
		names.then(fill);
	});
	select.before(search);
}
