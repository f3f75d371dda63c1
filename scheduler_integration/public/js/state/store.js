// The state of the booking page: what the visitor has chosen so far. Only `change` and `show` write it.
import { data } from "../shared/page.js";

/** @import { State } from "../types.js" */

/** @type {Readonly<State>} */
export let state = Object.freeze({
	zone: data.zone,
	twelveHours: data.twelveHours,
	duration: data.duration,
	month: data.month,
	day: data.day,
	start: data.start,
	pending: null,
	step: data.step,
	waiting: false,
	failed: false,
});

let draw = () => {};

/** Names the function that draws the page. @param {() => void} drawPage */
export function drawWith(drawPage) {
	draw = drawPage;
}

/** Changes the state, but not yet the screen, for example while a month is loading. @param {Partial<State>} part */
export function change(part) {
	state = Object.freeze({ ...state, ...part });
}

/** Changes the state and draws the page. @param {Partial<State>} [part] */
export function show(part = {}) {
	change(part);
	draw();
}
