// A host's page: one click copies a link.
import { announce } from "./announce.js";
import { t } from "./page-data.js";

const A_MOMENT = 2000;

document.documentElement.classList.add("js");
for (const button of document.querySelectorAll("[data-copy]")) {
	button.addEventListener("click", () => copy(/** @type {HTMLElement} */ (button)));
}

/** @param {HTMLElement} button */
async function copy(button) {
	const label = /** @type {HTMLElement} */ (button.querySelector(".copy-label"));
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

/** The clipboard's own interface is there on secure origins only. @param {string} text */
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
