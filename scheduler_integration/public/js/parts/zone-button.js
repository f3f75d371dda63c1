// The visitor's time zone with its current time, as the button that opens the picker. The picker loads on first use.
import { clockTime, now } from "../shared/dates.js";
import { data, element, t } from "../shared/page.js";
import { cityOf } from "../shared/zone-names.js";

/** @import { ZonePicker } from "./zone-picker.js" */

const A_MINUTE = 60_000;

export class ZoneButton {
	zone = "";
	twelveHours = false;
	/** @type {ZonePicker | null} */
	_picker = null;

	/** @param {{hostZone: string, onZone: (zone: string) => void}} settings */
	constructor({ hostZone, onZone }) {
		this.hostZone = hostZone;
		this.onZone = onZone;
		this.button = element("zone-button");
		this.button.addEventListener("pointerenter", () => this._load());
		this.button.addEventListener("focus", () => this._load());
		this.button.addEventListener("click", () => this._toggle());
		this.button.addEventListener("picker", (event) => {
			this._picker = new /** @type {CustomEvent<typeof ZonePicker>} */ (event).detail(this);
		});
		setInterval(() => this._name(), A_MINUTE);
	}

	/** @param {string} zone @param {boolean} twelveHours */
	show(zone, twelveHours) {
		this.zone = zone;
		this.twelveHours = twelveHours;
		this._name();
	}

	/** Takes over the names that the picker has asked for. @param {Record<string, string>} cities */
	learn(cities) {
		data.cities = cities;
		this._name();
	}

	_name() {
		const time = clockTime(now(), this.zone, this.twelveHours);
		element("zone-name").textContent = t("zone_and_time", cityOf(this.zone), time);
	}

	/** Loads the picker, which is a script of its own and sends its class to the button. The next click tries again if that fails. */
	_load() {
		return import(data.zonePicker).catch(() => {});
	}

	async _toggle() {
		await this._load();
		if (this._picker) this._picker.toggle();
		else openPlainList();
	}
}

/** Opens the page with the list that works without a script. */
function openPlainList() {
	const address = new URL(location.href);
	address.searchParams.set("zones", "1");
	address.hash = "zone";
	location.assign(address);
}
