// The chosen time, as it stands beside the form (wide) or on top of it (phone), and a race that was lost over it.
import { clockTime, isoInstant, localDate, shortDay } from "./dates.js";
import { element, make, t } from "./page-data.js";
import { whenPeopleMeet } from "./spans.js";
import { hostNote } from "./times.js";

/**
 * @param {number | null} start @param {import("./spans.js").Stretch[]} stretches when people meet
 * @param {string} zone @param {boolean} twelveHours
 */
export function showChosen(start, stretches, zone, twelveHours) {
	element("chosen").hidden = start === null;
	if (start === null) return;
	const { date, time, days } = whenPeopleMeet(stretches, zone, twelveHours);
	for (const place of ["chosen", "summary"]) {
		element(`${place}-time`).textContent = time;
		element(`${place}-date`).textContent = date;
		const list = element(`${place}-days`);
		list.hidden = !days.length;
		list.replaceChildren(
			...days.map((day) => make("li", {}, make("span", { text: day.date }), " ", make("span", { text: day.time }))),
		);
	}
	const note = hostNote(start, zone);
	element("chosen-note").textContent = note;
	element("chosen-note").hidden = !note;
	element("booking-form").elements.start.value = isoInstant(start);
}

/**
 * Says that the time is gone, with the nearest free ones as buttons.
 * @param {number[]} nearest @param {string} zone @param {boolean} twelveHours
 * @param {{onTime: (start: number) => void, onAll: () => void}} handlers
 */
export function showLostRace(nearest, zone, twelveHours, { onTime, onAll }) {
	const buttons = nearest.map((start) => {
		const day = make("span", { text: shortDay(localDate(start, zone)) });
		const time = make("strong", { text: clockTime(start, zone, twelveHours) });
		const button = make("button", { type: "button", class: "button button-quiet" }, day, " ", time);
		button.addEventListener("click", () => onTime(start));
		return button;
	});
	const all = make("button", { type: "button", class: "button button-quiet", text: t("all_times") });
	all.addEventListener("click", onAll);
	const box = element("lost-race");
	box.replaceChildren(
		make("p", {}, make("strong", { text: t("taken") })),
		make("p", { text: t(nearest.length ? "taken_help" : "taken_none") }),
		make("p", { class: "alternatives" }, ...buttons, all),
	);
	box.hidden = false;
	element("chosen-when").classList.add("lost");
	element("summary").classList.add("lost");
	box.scrollIntoView({ block: "nearest" });
	box.querySelector("button").focus({ preventScroll: true });
}

export function hideLostRace() {
	element("lost-race").hidden = true;
	element("chosen-when").classList.remove("lost");
	element("summary").classList.remove("lost");
}
