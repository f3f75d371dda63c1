// The list of time zones, which loads when somebody first needs it (js/parts/zone-button.js).
import { ZonePicker } from "../js/parts/zone-picker.js";
import { element } from "../js/shared/page.js";

element("zone-button").dispatchEvent(new CustomEvent("picker", { detail: ZonePicker }));
