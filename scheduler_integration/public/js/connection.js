// Says when the guest is offline, and that nothing is lost by it.
import { announce } from "./announce.js";
import { element, t } from "./page-data.js";

const A_MOMENT = 4000;

export function watchConnection() {
	const banner = element("offline");
	addEventListener("offline", () => {
		banner.textContent = t("offline");
		banner.hidden = false;
	});
	addEventListener("online", () => {
		if (banner.hidden) return;
		banner.textContent = t("online");
		announce(t("online"));
		setTimeout(() => (banner.hidden = navigator.onLine), A_MOMENT);
	});
}
