// A form whose choices show at once: `<form method="get" data-live="result">`. The element with that id is the newer page's.
const POLITE = 150;

/** @param {HTMLFormElement} form */
export function keepLive(form) {
	let newest = 0;
	let timer = 0;
	form.addEventListener("input", () => {
		clearTimeout(timer);
		timer = window.setTimeout(show, POLITE);
	});

	async function show() {
		newest += 1;
		const turn = newest;
		const query = new URLSearchParams();
		for (const [name, value] of new FormData(form)) query.set(name, String(value));
		const address = `${location.pathname}?${query}`;
		const text = await fetch(address).then(
			(response) => (response.ok ? response.text() : ""),
			() => "",
		);
		// Something else was chosen meanwhile, or the server wasn't reached: then the button still works.
		if (turn !== newest || !text) return;
		const newer = new DOMParser().parseFromString(text, "text/html").getElementById(form.dataset.live ?? "");
		document.getElementById(form.dataset.live ?? "")?.replaceWith(newer ?? "");
		history.replaceState({}, "", address);
	}
}
