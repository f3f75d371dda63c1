// Proves work in workers (ALTCHA v2), and shows the field for the code. Loads when the server asks for one of them.
import { data, element, make } from "../shared/page.js";

/** @import { Challenge } from "../types.js" */

const MOST_WORKERS = 4;

/**
 * The proof for a challenge, or "none" if this browser can't make one: WebCrypto needs https.
 * @param {Challenge} challenge @returns {Promise<string>}
 */
export async function prove(challenge) {
	if (!crypto.subtle || !data.gate) return "none";
	const step = Math.min(MOST_WORKERS, navigator.hardwareConcurrency || 1);
	const { solver } = data.gate;
	/** @type {Worker[]} */
	const workers = [];
	try {
		const solution = await new Promise((done, fail) => {
			for (let start = 0; start < step; start++) {
				const worker = new Worker(solver);
				workers.push(worker);
				worker.onmessage = ({ data: found }) => done(found);
				worker.onerror = fail;
				worker.postMessage({ ...challenge.parameters, start, step });
			}
		});
		return btoa(JSON.stringify({ challenge, solution }));
	} catch {
		return "none";
	} finally {
		for (const worker of workers) worker.terminate();
	}
}

/** @param {string} sentence @param {() => void} onAgain */
export function askForCode(sentence, onAgain) {
	const field = document.querySelector('[data-field="code"]') ?? makeField(onAgain);
	const help = /** @type {HTMLElement} */ (field.querySelector(".field-help"));
	const input = /** @type {HTMLInputElement} */ (field.querySelector("input"));
	help.textContent = sentence;
	// On a telephone, the button below stays in sight and could cover the field.
	field.scrollIntoView({ block: "center" });
	input.focus({ preventScroll: true });
}

/** @param {() => void} onAgain */
function makeField(onAgain) {
	const { label, again, missing } = /** @type {import("../types.js").GateData} */ (data.gate);
	const input = make("input", {
		class: "input",
		id: "code",
		name: "code",
		inputmode: "numeric",
		autocomplete: "one-time-code",
		maxlength: 12,
		"aria-describedby": "code-help",
		toolparamdescription: label,
	});
	const button = make("button", { class: "button button-quiet", type: "button", text: again });
	button.addEventListener("click", () => {
		/** @type {HTMLInputElement} */ (input).value = "";
		onAgain();
	});
	const field = make(
		"div",
		{ class: "field", "data-field": "code", "data-missing": missing },
		make("label", { for: "code", text: label }),
		input,
		make("p", { class: "field-help", id: "code-help" }),
		make("p", { class: "field-error", id: "code-error", hidden: "" }),
		make("p", {}, button),
	);
	element("submit").parentElement?.before(field);
	return field;
}
