// A list that is put in order with the buttons up, down and to the top, or by dragging. It works without a script too.
//
//   <form method="post" action="…" data-autosave>
//     <ol data-sortable>
//       <li data-title="Intro call">
//         <input type="hidden" name="order" value="the-record">
//         <span data-drag class="with-script" aria-hidden="true">⠿</span>
//         <button type="submit" name="move" value="up:the-record">Up</button>
//         <button type="submit" name="move" value="down:the-record">Down</button>
//         <button type="submit" name="move" value="top:the-record">To the top</button>
//
// A script moves the row, keeps the focus on the button, says the new position, and dispatches `change` on the form, which
// then sends `order` in the new order. Without a script, the server gets `move` and the former order.
import { announce, around, t } from "../shared/page.js";

/** @param {HTMLElement} list */
export function sortable(list) {
	list.addEventListener("click", (event) => {
		const button = around(event, "button[name=move]");
		const row = button?.closest("li");
		if (!(button instanceof HTMLButtonElement) || !row) return;
		event.preventDefault();
		const [way] = button.value.split(":");
		const other = way === "down" ? row.nextElementSibling : row.previousElementSibling;
		if (!other) return;
		if (way === "top") list.prepend(row);
		else if (way === "up") other.before(row);
		else other.after(row);
		moved(list, row);
		keepFocus(button);
	});
	for (const grip of list.querySelectorAll("[data-drag]")) {
		grip.addEventListener("pointerdown", (event) => drag(list, /** @type {PointerEvent} */ (event)));
	}
}

/** Closes the menu that the button is in, if it is in one. At an end of the list, the button back has the focus. @param {HTMLButtonElement} button */
function keepFocus(button) {
	const menu = button.closest("details");
	menu?.removeAttribute("open");
	const other = button.disabled ? button.parentElement?.querySelector("button:enabled") : button;
	/** @type {HTMLElement | null | undefined} */ (menu?.querySelector("summary") ?? other)?.focus();
}

/** @param {HTMLElement} list @param {HTMLElement} row */
function moved(list, row) {
	const rows = [...list.children];
	for (const button of list.querySelectorAll("button[name=move]")) {
		const end = button.getAttribute("value")?.startsWith("down:") ? rows.at(-1) : rows[0];
		button.toggleAttribute("disabled", end?.contains(button));
	}
	announce(t("position", row.dataset.title ?? "", rows.indexOf(row) + 1, rows.length));
	list.closest("form")?.dispatchEvent(new Event("change", { bubbles: true }));
}

/** Lets the row follow the pointer until it is released. @param {HTMLElement} list @param {PointerEvent} event */
function drag(list, event) {
	const grip = event.currentTarget;
	const row = grip instanceof HTMLElement ? grip.closest("li") : null;
	if (!(grip instanceof HTMLElement) || !row || event.button !== 0) return;
	event.preventDefault();
	grip.setPointerCapture(event.pointerId);
	row.classList.add("is-dragged");
	const before = row.previousElementSibling;
	/** @param {PointerEvent} to */
	const follow = (to) => {
		const over = document.elementFromPoint(to.clientX, to.clientY)?.closest("li");
		if (!over || over === row || over.parentElement !== list) return;
		const { top, height } = over.getBoundingClientRect();
		if (to.clientY < top + height / 2) over.before(row);
		else over.after(row);
	};
	grip.addEventListener("pointermove", follow);
	grip.addEventListener(
		"lostpointercapture",
		() => {
			grip.removeEventListener("pointermove", follow);
			row.classList.remove("is-dragged");
			if (row.previousElementSibling !== before) moved(list, row);
		},
		{ once: true },
	);
}
