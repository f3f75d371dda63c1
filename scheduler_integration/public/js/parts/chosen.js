// The chosen time beside the form (above it on a phone), and the message if somebody else was faster.
import { clockTime, localDate, shortDay } from "../shared/dates.js";
import { element, make, t } from "../shared/page.js";
import { whenPeopleMeet } from "../shared/spans.js";
import { hostNote, seatsLeft } from "./times.js";

/** @import { Stretch } from "../types.js" */

/**
 * @param {number | null} start @param {Stretch[]} stretches when people meet
 * @param {string} zone @param {boolean} twelveHours @param {number | null | undefined} seats
 */
export function showChosen(start, stretches, zone, twelveHours, seats) {
	element("chosen").hidden = start === null;
	if (start === null) return;
	const { date, time, days } = whenPeopleMeet(stretches, zone, twelveHours);
	for (const place of ["chosen", "summary"]) {
		element(`${place}-time`).textContent = time;
		element(`${place}-date`).textContent = date;
		write(`${place}-seats`, seatsLeft(seats));
		const list = element(`${place}-days`);
		list.hidden = !days.length;
		list.replaceChildren(
			...days.map((day) => make("li", {}, make("span", { text: day.date }), " ", make("span", { text: day.time }))),
		);
	}
	write("chosen-note", hostNote(start, zone));
}

/** Writes a line, or hides it if there is nothing to say. @param {string} id @param {string} text */
function write(id, text) {
	const line = element(id);
	line.textContent = text;
	line.hidden = !text;
}

/**
 * Says that the time is taken, with a button for each of the nearest free ones.
 * @param {number[]} nearest @param {string} zone @param {boolean} twelveHours
 * @param {{onTime: (start: number) => void, onAll: () => void}} handlers
 */
export function showLostRace(nearest, zone, twelveHours, { onTime, onAll }) {
	const buttons = nearest.map((start) => {
		const day = make("span", { text: shortDay(localDate(start, zone)) });
		const time = make("strong", { text: clockTime(start, zone, twelveHours) });
		return quietButton(() => onTime(start), day, " ", time);
	});
	buttons.push(quietButton(onAll, t("all_times")));
	const box = element("lost-race");
	box.replaceChildren(
		make("p", {}, make("strong", { text: t("taken") })),
		make("p", { text: t(nearest.length ? "taken_help" : "taken_none") }),
		make("p", { class: "alternatives" }, ...buttons),
	);
	strike(true);
	box.scrollIntoView({ block: "nearest" });
	buttons[0]?.focus({ preventScroll: true });
}

export const hideLostRace = () => strike(false);

/** @param {boolean} isLost */
function strike(isLost) {
	element("lost-race").hidden = !isLost;
	element("chosen-when").classList.toggle("lost", isLost);
	element("summary").classList.toggle("lost", isLost);
}

/** @param {() => void} act @param {...(Node | string)} children */
function quietButton(act, ...children) {
	const button = make("button", { type: "button", class: "button button-quiet" }, ...children);
	button.addEventListener("click", act);
	return button;
}
