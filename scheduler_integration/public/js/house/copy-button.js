// A button that copies a text: `<button data-copy="https://…"><span class="copy-label">Copy link</span></button>`. With
// `data-copy-html`, programs that show HTML, such as mail programs, paste that.
import { announce, t } from "../shared/page.js";

const A_MOMENT = 2000;

/** @param {HTMLElement} button */
export async function copy(button) {
	const label = button.querySelector(".copy-label");
	if (!label) return;
	if (!(await toClipboard(button.dataset.copy ?? "", button.dataset.copyHtml))) return announce(t("failed"));
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

/** @param {string} text @param {string} [html] */
async function toClipboard(text, html) {
	// `navigator.clipboard.write` applies the styles of the HTML to this page, which its security policy forbids.
	if (html) return copyBySelection(text, html);
	try {
		await navigator.clipboard.writeText(text);
		return true;
	} catch {
		return copyBySelection(text);
	}
}

/** For HTML, and for pages without TLS, where browsers have no `navigator.clipboard`. @param {string} text @param {string} [html] */
function copyBySelection(text, html) {
	const area = document.createElement("textarea");
	area.value = text;
	document.body.append(area);
	area.select();
	/** @param {ClipboardEvent} event */
	const addHtml = (event) => {
		if (!html) return;
		event.clipboardData?.setData("text/plain", text);
		event.clipboardData?.setData("text/html", html);
		event.preventDefault();
	};
	document.addEventListener("copy", addHtml);
	try {
		return document.execCommand("copy");
	} finally {
		document.removeEventListener("copy", addHtml);
		area.remove();
	}
}
