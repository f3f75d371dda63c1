// The confirmation: printing it, and going on to where the host sends people, unless they'd rather stay.
import { data, element, t } from "./page-data.js";

const A_MOMENT = 10;

document.documentElement.classList.add("js");
element("print")?.addEventListener("click", () => print());
if (data.followUp) countDown(A_MOMENT);

/** @param {number} seconds */
function countDown(seconds) {
	const stay = element("stay");
	const line = element("countdown");
	stay.hidden = false;
	line.textContent = t("continuing", seconds);
	const timer = setTimeout(() => location.assign(data.followUp), seconds * 1000);
	stay.addEventListener("click", () => {
		clearTimeout(timer);
		stay.hidden = true;
		line.textContent = "";
	});
}
