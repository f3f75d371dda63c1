// Shows the booking to somebody who comes back to the page with the Back button, instead of inviting them to book it twice.
import { element, make, t } from "../shared/page.js";
import { keepDraft } from "../state/memory.js";

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
		keepDraft({ values: booked.values });
		const query = new URLSearchParams(location.search);
		query.delete("start");
		location.replace(`${location.pathname}?${query}`);
	});
	page.hidden = true;
	page.before(notice);
	heading.focus();
}
