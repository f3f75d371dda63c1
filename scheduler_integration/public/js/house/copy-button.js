// A button that copies a text: `<button data-copy="https://…"><span class="copy-label">Copy link</span></button>`.
import { announce, t } from "../shared/page.js";

const A_MOMENT = 2000;

/** @param {HTMLElement} button */
export async function copy(button) {
	const label = button.querySelector(".copy-label");
	if (!label) return;
	if (!(await toClipboard(button.dataset.copy ?? ""))) return announce(t("failed"));
	const hidden = label.classList.contains("visually-hidden");
	const before = label.textContent;
	label.textContent = t("copied");
	label.classList.remove("visually-hidden");
	announce(t("copied"));
	setTimeout(() => {
		label.textContent = before;
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
