// The part of the booking form that loads if the server asks for a proof or a code (js/server/gate.js).
import { askForCode, prove } from "../js/parts/gate-kit.js";
import { element } from "../js/shared/page.js";

element("booking-form").dispatchEvent(new CustomEvent("gate", { detail: { askForCode, prove } }));
