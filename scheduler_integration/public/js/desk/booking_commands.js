// The commands of hosts and managers for bookings. The desk loads this with the form and the list of bookings (hooks.py).
frappe.provide("scheduler_integration.bookings");

/** Sends a command and resolves to the API's answer. frappe.call would show its own sentence for a 403. */
scheduler_integration.bookings.update = (request) =>
	ask_api("bookings.update", {
		method: "POST",
		headers: { "Content-Type": "application/json", "X-Frappe-CSRF-Token": frappe.csrf_token },
		body: JSON.stringify(request),
	});

/** Resolves to what the signed-in user can do with the booking now. */
scheduler_integration.bookings.actions = async (name) => {
	const answer = await ask_api(`bookings.get?${new URLSearchParams({ name })}`, {});
	return answer.data?.actions || [];
};

/** The sentences of a refusal, as HTML. */
scheduler_integration.bookings.sentences = ({ error, details, reasons, suggestions }) => {
	const lines = [
		error || __("This could not be done."),
		...Object.values(details || {}),
		...(reasons || []).map(({ message }) => message),
	];
	if (suggestions?.length) lines.push(__("The nearest free times: {0}", [suggestions.map(shown).join("; ")]));
	return lines.map(frappe.utils.escape_html).join("<br>");
};

/** Converts a time of the desk, which is in the site's zone and has no offset, to an instant for the API. */
scheduler_integration.bookings.to_instant = (site_time) =>
	moment.tz(site_time, frappe.boot.time_zone?.system || "UTC").toISOString();

async function ask_api(method, options) {
	try {
		const headers = { Accept: "application/json", ...options.headers };
		const response = await fetch(`/api/method/scheduler_integration.api.${method}`, { ...options, headers });
		return await response.json();
	} catch {
		return {};
	}
}

function shown({ start }) {
	const site_time = moment.tz(start, frappe.boot.time_zone?.system || "UTC").format(frappe.defaultDatetimeFormat);
	// str_to_user converts it to the reader's zone.
	return frappe.datetime.str_to_user(site_time);
}
