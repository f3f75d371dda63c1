// Shows the booking to somebody who comes back to the page with the Back button, instead of inviting them to book it twice.
import { element, make, t } from "../shared/page.js";
import { state } from "../state/store.js";
import { focusStep } from "./steps.js";

/** @import { Booked } from "../types.js" */

/** @param {Booked} booked */
export function showBooked(booked) {
	const page = element("booking");
	if (document.getElementById("booked")) return;
	const heading = make("h1", { tabindex: "-1", text: t("booked") });
	const other = make("button", { type: "button", class: "button button-quiet", text: t("book_other") });
	const notice = make(
		"section",
		{ class: "card notice", id: "booked" },
		heading,
		make("p", { text: booked.when }),
		make("p", {}, make("a", { class: "button", href: booked.address, text: t("see_booking") })),
		make("p", {}, other),
	);
	other.addEventListener("click", () => {
		notice.remove();
		page.hidden = false;
		focusStep(state.step);
	});
	page.hidden = true;
	page.before(notice);
	heading.focus();
}
