// The searchable list of time zones below its button: a combobox as in the ARIA Authoring Practices.

import { clockTime, now } from "../shared/dates.js";
import { announce, around, element, make, t } from "../shared/page.js";
import { detectedZone } from "../shared/zone-names.js";
import { cityMeant, findZones, learnNames } from "./zones.js";

/** @import { Zone } from "../types.js" */
/** @import { ZoneButton } from "./zone-button.js" */

export class ZonePicker {
	/** @type {HTMLElement[]} */
	#options = [];
	#active = -1;

	/** @param {ZoneButton} owner */
	constructor(owner) {
		this.owner = owner;
		this.button = owner.button;
		this.popover = element("zone-popover");
		this.search = element("zone-search", HTMLInputElement);
		this.list = element("zone-list");
		this.search.addEventListener("input", () => this.#fill());
		this.popover.addEventListener("keydown", (event) => this.#press(event));
		// A press would move the focus out of the popover, which closes it before the click arrives.
		this.list.addEventListener("mousedown", (event) => event.preventDefault());
		this.list.addEventListener("click", (event) => this.#click(event));
		this.popover.addEventListener("focusout", (event) => this.#leave(event));
		this.#learn();
	}

	toggle() {
		if (this.popover.hidden) this.#open();
		else this.#close();
	}

	async #learn() {
		try {
			this.owner.learn(await learnNames());
		} catch {
			return;
		}
		if (!this.popover.hidden) this.#fill();
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
		// The focus moves first: hiding the focused field would close the popover a second time.
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

	/** @param {Zone} zone @param {number} at */
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
		const act = acts[event.key];
		if (!act) return;
		event.preventDefault();
		act();
	}

	/** @param {MouseEvent} event */
	#click(event) {
		this.#choose(around(event, "[data-zone]")?.dataset.zone);
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
