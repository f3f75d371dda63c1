// A form that says what it would do before it is saved. It works without a script too, by its button "See what changes".
//
//   <form method="post" action="…" data-impact>                  with data-autosave="asked" or without
//     <input type="hidden" name="sure">                          the mark of what the person has seen and agreed to
//     <div class="impact" data-impact-words></div>               where the server's words are shown
//
// After each change it sends the form with `action=impact`, unless a required field, or each of those in `data-needs`, is empty. The server answers, beside what autosave-form.js knows:
//
//   {"saved": false, "impact": "<p>…</p>", "sure": "<mark>" or "", "message": "the same in short"}
//
// `impact:shown` bubbles with the answer as its detail.
import { announce } from "../shared/page.js";
import { addressOf, fieldsOf, send } from "./autosave-form.js";

/** @typedef {import("./autosave-form.js").Answer & { impact?: string, sure?: string }} Impact */

const A_MOMENT = 300;

/** @param {HTMLFormElement} form */
export function watchImpact(form) {
	const words = form.querySelector("[data-impact-words]");
	const sure = form.elements.namedItem("sure");
	if (!words || !(sure instanceof HTMLInputElement)) return;
	let asked = 0;
	let waiting = 0;

	/** Asks for the impact of what the form says now, and shows it, unless it was changed meanwhile or can't be said. */
	async function ask() {
		asked += 1;
		const mine = asked;
		/** @type {HTMLInputElement} */ (sure).value = "";
		const fields = fieldsOf(form);
		fields.set("action", "impact");
		const needs = form.dataset.needs?.split(" ");
		const isFilled = !needs || needs.some((name) => fields.get(name));
		const isWhole = form.matches("[data-autosave]") || (form.checkValidity() && isFilled);
		const answer = isWhole ? /** @type {Impact | null} */ (await send(addressOf(form), fields)) : null;
		if (mine !== asked) return;
		/** @type {Element} */ (words).innerHTML = answer?.impact ?? "";
		if (!answer || answer.impact === undefined) return;
		/** @type {HTMLInputElement} */ (sure).value = answer.sure ?? "";
		announce(answer.message);
		form.dispatchEvent(new CustomEvent("impact:shown", { bubbles: true, detail: answer }));
	}

	form.addEventListener("change", (event) => {
		if (event.target instanceof Element && event.target.closest("[data-no-save]")) return;
		window.clearTimeout(waiting);
		waiting = window.setTimeout(ask, A_MOMENT);
	});
	// Hides the effect of a change that is done or no longer wanted.
	const forget = () => {
		window.clearTimeout(waiting);
		asked += 1;
		words.innerHTML = "";
	};
	for (const name of ["reset", "autosave:saved"]) form.addEventListener(name, forget);
}
