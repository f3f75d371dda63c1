// A field above a list of all time zones that finds one by city, country, offset or abbreviation.
import { findZones, learnNames } from "../parts/zones.js";
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
		for (const option of options) option.hidden = Boolean(search.value) && !fitting.includes(option.value);
		const best = fitting.find((name) => options.some(({ value }) => value === name));
		if (search.value && best) select.value = best;
	};
	search.addEventListener("change", () => select.dispatchEvent(new Event("change", { bubbles: true })));
	search.addEventListener("keydown", (event) => {
		if (event.key !== "Enter") return;
		event.preventDefault();
		select.focus();
	});
	// The names are loaded with the first letter.
	/** @type {Promise<unknown> | undefined} */
	let names;
	search.addEventListener("input", () => {
		names ??= learnNames().catch(() => (data.cities = {}));
		names.then(fill);
	});
	select.before(search);
}
