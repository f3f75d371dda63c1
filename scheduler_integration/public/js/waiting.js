// The page of somebody who waits: counts down how long the offered time is held, and then shows what has become of it.
import { data, element, t } from "./shared/page.js";

// Before the last hour, the time of day says enough.
const SHOWN = 3_600_000;

const line = element("left");
// By the server's clock: that of a device may be wrong.
const ends = performance.now() + (Number(line.dataset.left) + 1) * 1000;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, {
	minute: "2-digit",
	second: "2-digit",
	timeZone: "UTC",
});

function count() {
	const left = ends - performance.now();
	if (left <= 0) return location.reload();
	line.textContent = left < SHOWN ? t("left", clock.format(left)) : "";
	setTimeout(count, 1000);
}

if (data.strings) count();
