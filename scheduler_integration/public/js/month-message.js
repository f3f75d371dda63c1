// What stands under a month that has nothing to show: no free times, or no answer.
import { dayAndMonth } from "./dates.js";
import { element, make, t } from "./page-data.js";

/** @param {string | null} sentence @param {{label: string, act: () => void} | null} [offer] @param {string} [hint] */
function show(sentence, offer = null, hint = "") {
	const box = element("month-message");
	box.hidden = !sentence;
	box.replaceChildren();
	if (!sentence) return;
	box.append(make("p", {}, make("strong", { text: sentence })));
	if (hint) box.append(make("p", { class: "soft", text: hint }));
	if (!offer) return;
	const button = make("button", { type: "button", class: "button button-quiet", text: offer.label });
	button.addEventListener("click", offer.act);
	box.append(make("p", {}, button));
}

export const showNothing = () => show(null);

/** @param {() => void} retry */
export const showLoadFailed = (retry) => show(t("load_failed"), { label: t("try_again"), act: retry });

/** @param {string} title */
export const showLooking = (title) => show(t("no_times_month", title), null, t("looking_ahead"));

/** @param {string} title @param {string | null} found @param {(date: string) => void} go */
export function showEmptyMonth(title, found, go) {
	if (!found) return show(t("no_times_month", title), null, t("no_times_later"));
	show(t("no_times_month", title), { label: t("next_free", dayAndMonth(found)), act: () => go(found) });
}
