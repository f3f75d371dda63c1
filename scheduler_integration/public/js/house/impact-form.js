// A form that says what it would do before it is saved. It works without a script too, by its button "See what changes".
//
//   <form method="post" action="…" data-impact>                  with data-autosave it saves itself if nothing stands against it;
//                                                                with data-autosave="asked" its button saves it
//     <input type="hidden" name="sure">                          the mark of what the person has seen and agreed to
//     <div class="impact" data-impact-words></div>               where the server's words are shown
//
// After each change it sends the form with `action=impact`, unless a required field or the one in `data-needs` is empty. The server answers, beside what autosave-form.js knows:
//
//   {"saved": false, "impact": "<p>…</p>", "sure": "<mark>" or "", "message": "the same in short"}
//
// With a mark, a form that saves itself asks first. `impact:shown` bubbles with the answer as its detail.
import { announce, make, t } from "../shared/page.js";
import { addressOf, fieldsOf, send } from "./autosave-form.js";
import { clear } from "./undo-toast.js";

/** @typedef {import("./autosave-form.js").Answer & { impact?: string, sure?: string }} Impact */

const A_MOMENT = 300;

/** @param {HTMLFormElement} form */
export function watchImpact(form) {
	const words = form.querySelector("[data-impact-words]");
	const sure = form.elements.namedItem("sure");
	if (!words || !(sure instanceof HTMLInputElement)) return;
	let asked = 0;
	let waiting = 0;
	/** Ends the question that is open, if there is one. @type {((isAgreed: boolean) => void) | null} */
	let settle = null;

	/** Asks for the impact of what the form says now, and shows it. Null if it was changed meanwhile, or can't be said. */
	async function ask() {
		asked += 1;
		const mine = asked;
		/** @type {HTMLInputElement} */ (sure).value = "";
		const fields = fieldsOf(form);
		fields.set("action", "impact");
		const { needs } = form.dataset;
		const isWhole = form.matches("[data-autosave]") || (form.checkValidity() && (!needs || fields.get(needs)));
		const answer = isWhole ? /** @type {Impact | null} */ (await send(addressOf(form), fields)) : null;
		if (mine !== asked) return null;
		/** @type {Element} */ (words).innerHTML = answer?.impact ?? "";
		if (!answer || answer.impact === undefined) return null;
		/** @type {HTMLInputElement} */ (sure).value = answer.sure ?? "";
		announce(answer.message);
		form.dispatchEvent(new CustomEvent("impact:shown", { bubbles: true, detail: answer }));
		return answer;
	}

	/** @returns {Promise<boolean>} */
	async function agree() {
		const answer = await ask();
		if (!answer?.sure) return true;
		return new Promise((resolve) => {
			settle = (isAgreed) => {
				settle = null;
				resolve(isAgreed);
			};
			question();
		});
	}

	function question() {
		const save = make("button", { type: "button", class: "button", text: t("save") });
		save.addEventListener("click", () => {
			save.closest("p")?.previousElementSibling?.remove();
			save.closest("p")?.remove();
			settle?.(true);
		});
		const drop = make("button", { type: "button", class: "button button-quiet", text: t("discard") });
		drop.addEventListener("click", () => {
			settle = null;
			location.reload();
		});
		words?.append(make("p", {}, make("strong", { text: t("unsaved") })), make("p", { class: "row" }, save, drop));
		clear();
	}

	const isAsked = form.dataset.autosave === "asked";
	form.addEventListener("change", (event) => {
		if (event.target instanceof Element && event.target.closest("[data-no-save]")) return;
		if (form.matches("[data-autosave]") && !isAsked && !settle) return;
		window.clearTimeout(waiting);
		waiting = window.setTimeout(async () => {
			const answer = await ask();
			if (!settle || !answer) return;
			if (answer.sure) question();
			else settle(true);
		}, A_MOMENT);
	});
	// What it would have done is said no longer: it is done, or it isn't wanted.
	const forget = () => {
		window.clearTimeout(waiting);
		asked += 1;
		words.innerHTML = "";
	};
	if (isAsked) for (const name of ["reset", "autosave:saved"]) form.addEventListener(name, forget);
	form.addEventListener("autosave:saving", (event) => {
		if (!isAsked && event instanceof CustomEvent) event.detail.agreed = agree();
	});
	addEventListener("beforeunload", (event) => {
		// What is wrong isn't stored either.
		if (settle || (form.matches("[data-autosave]") && form.querySelector("[aria-invalid]"))) event.preventDefault();
	});
}
