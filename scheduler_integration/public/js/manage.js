// The confirmation: prints it, shows the link of the video call when it comes, and goes on to the host's own page unless
// the visitor stays.
import { awaitLink } from "./parts/awaited-link.js";
import { data, element, t } from "./shared/page.js";

const A_MOMENT = 10;

document.documentElement.classList.add("js");
document.getElementById("print")?.addEventListener("click", () => print());
awaitLink();
if (data.followUp) countDown(data.followUp, A_MOMENT);

/** @param {string} address @param {number} seconds */
function countDown(address, seconds) {
	const stay = element("stay");
	const line = element("countdown");
	stay.hidden = false;
	line.textContent = t("continuing", seconds);
	const timer = setTimeout(() => location.assign(address), seconds * 1000);
	stay.addEventListener("click", () => {
		clearTimeout(timer);
		stay.hidden = true;
		line.textContent = "";
	});
}
