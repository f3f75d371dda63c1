// The guest's time zone with its current time, as the button that opens the picker. The picker comes when it is wanted.
import { clockTime, now } from "./dates.js";
import { element, t } from "./page-data.js";

const A_MINUTE = 60_000;

/** The zone the browser is set to, if it says. */
export function detectedZone() {
	try {
		return Intl.DateTimeFormat().resolvedOptions().timeZone || null;
	} catch {
		return null;
	}
}

/** The place a zone is named for, in the guest's language where the server knows it. @param {string} name */
export function cityOf(name) {
	const option = element("zone-select").querySelector(`option[value="${CSS.escape(name)}"]`);
	return option?.textContent || name.split("/").at(-1)?.replaceAll("_", " ") || name;
}

export class ZoneButton {
	zone = "";
	twelveHours = false;
	/** @type {Promise<import("./zone-picker.js").ZonePicker> | null} */
	#picker = null;

	/** @param {{hostZone: string, onZone: (zone: string) => void}} settings */
	constructor({ hostZone, onZone }) {
		this.hostZone = hostZone;
		this.onZone = onZone;
		this.button = element("zone-button");
		this.button.addEventListener("pointerenter", () => this.#load());
		this.button.addEventListener("focus", () => this.#load());
		this.button.addEventListener("click", () => this.#toggle());
		setInterval(() => this.#name(), A_MINUTE);
	}

	/** @param {string} zone @param {boolean} twelveHours */
	show(zone, twelveHours) {
		Object.assign(this, { zone, twelveHours });
		this.#name();
	}

	#name() {
		const time = clockTime(now(), this.zone, this.twelveHours);
		element("zone-name").textContent = t("zone_and_time", cityOf(this.zone), time);
	}

	#load() {
		this.#picker ??= import("./zone-picker.js").then(({ ZonePicker }) => new ZonePicker(this));
		return this.#picker.catch(() => (this.#picker = null));
	}

	async #toggle() {
		const picker = await this.#load();
		// Without the picker there is still the plain list.
		picker ? picker.toggle() : document.documentElement.classList.add("plain-zones");
	}
}
