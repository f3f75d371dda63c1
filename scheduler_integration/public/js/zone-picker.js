// The searchable list of time zones under its button: a combobox by the Authoring Practices.
import { clockTime, now } from "./dates.js";
import { element, make, t } from "./page-data.js";
import { announce } from "./announce.js";
import { detectedZone } from "./zone-button.js";
import { cityMeant, findZones } from "./zones.js";

export class ZonePicker {
	/** @type {HTMLElement[]} */
	#options = [];
	#active = -1;

	/** @param {import("./zone-button.js").ZoneButton} owner */
	constructor(owner) {
		this.owner = owner;
		this.button = owner.button;
		this.popover = element("zone-popover");
		this.search = element("zone-search");
		this.list = element("zone-list");
		this.search.addEventListener("input", () => this.#fill());
		this.popover.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => this.#press(event));
		// Before the click, whose target would have lost the focus by then.
		this.list.addEventListener("mousedown", (/** @type {Event} */ event) => event.preventDefault());
		this.list.addEventListener("click", (/** @type {MouseEvent} */ event) => this.#click(event));
		this.popover.addEventListener("focusout", (/** @type {FocusEvent} */ event) => this.#leave(event));
	}

	toggle() {
		this.popover.hidden ? this.#open() : this.#close();
	}

	#open() {
		this.popover.hidden = false;
		this.button.setAttribute("aria-expanded", "true");
		this.search.value = "";
		this.#fill();
		this.search.focus();
	}

	#close(returnsFocus = true) {
		if (this.popover.hidden) return;
		// First, so that the focus leaving doesn't close it a second time.
		if (returnsFocus) this.button.focus();
		this.popover.hidden = true;
		this.button.setAttribute("aria-expanded", "false");
	}

	#fill() {
		const typed = this.search.value;
		const first = [...new Set([this.owner.zone, detectedZone() ?? this.owner.zone, this.owner.hostZone])];
		const zones = findZones(typed, first);
		this.#options = zones.map((zone, at) => this.#option(zone, at));
		this.list.replaceChildren(...this.#options);
		this.list.scrollTop = 0;
		element("zone-none").hidden = zones.length > 0;
		element("zone-none").textContent = zones.length ? "" : t("no_zones");
		this.#activate(typed && zones.length ? 0 : -1);
		if (typed) announce(zones.length ? t("zones_found", zones.length) : t("no_zones"));
	}

	/** @param {import("./zones.js").Zone} zone @param {number} at */
	#option(zone, at) {
		const place = make("span", {}, zone.city);
		const about = [cityMeant(zone, this.search.value), zone.region, zone.offsetName].filter(Boolean);
		place.append(make("small", { text: about.join(" · ") }));
		const time = make("span", { class: "zone-clock", text: clockTime(now(), zone.name, this.owner.twelveHours) });
		const isChosen = String(zone.name === this.owner.zone);
		const attributes = { role: "option", id: `zone-${at}`, "aria-selected": isChosen, "data-zone": zone.name };
		return make("li", attributes, place, time);
	}

	/** @param {number} at */
	#activate(at) {
		this.#options[this.#active]?.classList.remove("is-active");
		this.#active = at;
		const option = this.#options[at];
		if (!option) return this.search.removeAttribute("aria-activedescendant");
		option.classList.add("is-active");
		option.scrollIntoView({ block: "nearest" });
		this.search.setAttribute("aria-activedescendant", option.id);
	}

	/** @param {KeyboardEvent} event */
	#press(event) {
		const last = this.#options.length - 1;
		/** @type {Record<string, () => void>} */
		const acts = {
			ArrowDown: () => this.#activate(this.#active >= last ? 0 : this.#active + 1),
			ArrowUp: () => this.#activate(this.#active <= 0 ? last : this.#active - 1),
			Enter: () => this.#choose(this.#options[this.#active]?.dataset.zone),
			Escape: () => this.#close(),
		};
		if (!acts[event.key]) return;
		event.preventDefault();
		acts[event.key]();
	}

	/** @param {MouseEvent} event */
	#click(event) {
		const option = /** @type {HTMLElement} */ (event.target).closest("[data-zone]");
		this.#choose(/** @type {HTMLElement | null} */ (option)?.dataset.zone);
	}

	/** @param {FocusEvent} event */
	#leave(event) {
		const to = /** @type {Node | null} */ (event.relatedTarget);
		if (!this.popover.contains(to) && to !== this.button) this.#close(false);
	}

	/** @param {string | undefined} zone */
	#choose(zone) {
		if (!zone) return;
		this.#close();
		this.owner.onZone(zone);
	}
}
