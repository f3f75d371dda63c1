// A host's page: copies a link with one click, and selects all meetings.
import { announce, t } from "./shared/page.js";

const A_MOMENT = 2000;

/** @type {NodeListOf<HTMLElement>} */
const buttons = document.querySelectorAll("[data-copy]");
document.documentElement.classList.add("js");
for (const button of buttons) button.addEventListener("click", () => copy(button));

document.getElementById("select-all")?.addEventListener("click", () => {
	/** @type {NodeListOf<HTMLInputElement>} */
	const boxes = document.querySelectorAll(".pick input");
	const all = ![...boxes].every((box) => box.checked);
	for (const box of boxes) box.checked = all;
});

/** @param {HTMLElement} button */
async function copy(button) {
	const label = button.querySelector(".copy-label");
	if (!label) return;
	if (!(await toClipboard(button.dataset.copy ?? ""))) return announce(t("failed"));
	const hidden = label.classList.contains("visually-hidden");
	label.textContent = t("copied");
	label.classList.remove("visually-hidden");
	announce(t("copied"));
	setTimeout(() => {
		label.textContent = t("copy");
		label.classList.toggle("visually-hidden", hidden);
	}, A_MOMENT);
}

/** @param {string} text */
async function toClipboard(text) {
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copyBySelection(text);
	}
}

/** For pages without TLS, where browsers have no `navigator.clipboard`. @param {string} text */
function copyBySelection(text) {
	const area = document.createElement("textarea");
	area.value = text;
	document.body.append(area);
	area.select();
	try {
		return document.execCommand("copy");
	} finally {
		area.remove();
	}
}
