// Questions that depend on an earlier answer. It loads if the form has some (js/parts/booking-form.js).
import { watch } from "../js/parts/asked-after.js";
import { element } from "../js/shared/page.js";

watch(element("booking-form", HTMLFormElement));
