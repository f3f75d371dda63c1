// Calls to the app's whitelisted methods; docs/api.md says what they answer.
import { data } from "./page-data.js";

const ROOT = "/api/method/scheduler_integration.api.";
const PATIENCE = 20_000;

/** A refusal by the server, or none at all: then `status` is 0. */
export class ApiError extends Error {
	/** @param {number} status @param {Record<string, any>} body */
	constructor(status, body) {
		super(body.error || "");
		this.status = status;
		this.code = body.code || "";
		/** @type {Record<string, string>} */
		this.details = body.details || {};
		const starts = (body.suggestions || []).map((/** @type {any} */ slot) => Date.parse(slot.start) / 1000);
		/** @type {number[]} the nearest free starts, where one is taken */
		this.nearest = starts.sort((/** @type {number} */ one, /** @type {number} */ other) => one - other);
	}
}

/** @param {string} method @param {Record<string, string | number>} values */
export function get(method, values) {
	const query = new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));
	return send(`${ROOT}${method}?${query}`, {});
}

/**
 * @param {string} method @param {Record<string, any>} values
 * @param {RequestInit} [options] `keepalive` lets it outlive the page
 */
export function post(method, values, options) {
	return send(ROOT + method, {
		...options,
		method: "POST",
		body: JSON.stringify(values),
		headers: {
			"Content-Type": "application/json",
			...(data.csrfToken ? { "X-Frappe-CSRF-Token": data.csrfToken } : {}),
		},
	});
}

/** @param {string} address @param {RequestInit} options */
async function send(address, options) {
	const stop = new AbortController();
	const timer = setTimeout(() => stop.abort(), PATIENCE);
	const headers = { Accept: "application/json", ...options.headers };
	try {
		const response = await fetch(address, { ...options, headers, signal: stop.signal });
		const body = await response.json().catch(() => ({}));
		const answer = body.success === undefined && body.message ? body.message : body;
		if (!response.ok || !answer.success) throw new ApiError(response.status, answer);
		return answer.data;
	} catch (error) {
		throw error instanceof ApiError ? error : new ApiError(0, {});
	} finally {
		clearTimeout(timer);
	}
}
