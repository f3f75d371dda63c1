// The dates of a meeting that repeats, where a host books for somebody. The server writes them when time or number change, as
// it does for the button "Show the dates" without a script.
const ABOUT = ["start", "other_time", "times"];

/** @param {HTMLFormElement} form The form around `series`. */
export function keepDates(form) {
	let newest = 0;
	const look = /** @type {HTMLButtonElement} */ (form.querySelector("[name=look]"));
	// The first button of a form is the one that Enter presses.
	look.remove();
	form.addEventListener("change", (event) => {
		if (ABOUT.includes(/** @type {HTMLInputElement} */ (event.target).name)) show();
	});
	// Somebody was faster than this script.
	const other = /** @type {HTMLInputElement | null} */ (form.querySelector("[name=other_time]"));
	if (other && other.value !== other.defaultValue) show();

	async function show() {
		const typed = new FormData(form);
		if (!typed.get("start") && !typed.get("other_time")) return;
		newest += 1;
		const turn = newest;
		typed.set("look", "1");
		const answer = await fetch(form.action, { method: "POST", body: typed }).catch(() => null);
		// Something else was chosen meanwhile. If the server wasn't reached, it shows the dates before it books.
		if (turn !== newest || !answer) return;
		if (!answer.ok) {
			// The time isn't free: the page says so, with others.
			form.append(look);
			form.requestSubmit(look);
			return;
		}
		const newer = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("series-dates");
		if (turn === newest && newer) document.getElementById("series-dates")?.replaceWith(newer);
	}
}
