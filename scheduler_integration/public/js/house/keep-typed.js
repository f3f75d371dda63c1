// A message that is typed before another day is chosen is still there on that day's page. The days are links.
const key = () => `scheduling-typed:${location.pathname}`;

/** @param {HTMLElement} panel @returns {HTMLTextAreaElement[]} */
const texts = (panel) => [...panel.querySelectorAll("textarea")];

/** @param {HTMLElement} panel The part of a page that has the links to days and the form. */
export function keepTyped(panel) {
	const kept = JSON.parse(sessionStorage.getItem(key()) ?? "{}");
	sessionStorage.removeItem(key());
	for (const text of texts(panel)) text.value ||= kept[text.name] ?? "";
	panel.addEventListener("click", (event) => {
		if (!(/** @type {Element} */ (event.target).closest(".day-strip a"))) return;
		const typed = texts(panel).map((text) => [text.name, text.value]);
		sessionStorage.setItem(key(), JSON.stringify(Object.fromEntries(typed)));
	});
}
