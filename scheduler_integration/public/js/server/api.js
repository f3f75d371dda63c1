// Calls to the app's whitelisted methods. docs/reference/api.md says what they return.
import { data } from "../shared/page.js";

/** @import { Refusal } from "../types.js" */

/** The meeting type that the page is about and, if a booking is rescheduled, its token. */
export const wanted = {
	slug: data.slug,
	meeting_type: data.meetingType,
	...(data.rescheduling && { rescheduling: data.rescheduling }),
	...(data.host && { host: data.host }),
};

const ROOT = "/api/method/scheduler_integration.api.";
const PATIENCE = 20_000;

/** A refusal by the server. `status` is 0 if the server couldn't be reached. */
export class ApiError extends Error {
	/** @param {number} status @param {Refusal} body */
	constructor(status, body) {
		super(body.error || "");
		this.status = status;
		this.code = body.code || "";
		this.details = body.details || {};
		/** The work to prove, if the server wants a proof. */
		this.challenge = body.challenge;
		/** The nearest free starts, if the time is taken. */
		this.nearest = (body.suggestions || [])
			.map((slot) => Date.parse(slot.start) / 1000)
			.sort((one, other) => one - other);
	}
}

/**
 * @template T
 * @param {string} method @param {Record<string, string | number>} values
 * @returns {Promise<T>}
 */
export function get(method, values) {
	const query = new URLSearchParams(Object.entries(values).map(([name, value]) => [name, String(value)]));
	return send(`${ROOT}${method}?${query}`, {});
}

/**
 * With the option `keepalive` the request outlives the page.
 * @template T
 * @param {string} method @param {object} values @param {RequestInit} [options]
 * @returns {Promise<T>}
 */
export function post(method, values, options) {
	/** @type {Record<string, string>} */
	const headers = { "Content-Type": "application/json" };
	if (data.csrfToken) headers["X-Frappe-CSRF-Token"] = data.csrfToken;
	return send(ROOT + method, { ...options, method: "POST", body: JSON.stringify(values), headers });
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
