// What the booking form needs if the server asks for a proof or a code. It loads then (js/server/gate.js).
import { askForCode, prove } from "../js/parts/gate-kit.js";
import { element } from "../js/shared/page.js";

element("booking-form").dispatchEvent(new CustomEvent("gate", { detail: { askForCode, prove } }));
