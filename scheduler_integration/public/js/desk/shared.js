// Shared by the desk's scripts: the API, and times. The desk loads this with the forms and lists that need it (hooks.py).
//
// An instant is a text with an offset, as the API has it: "2026-11-23T09:00:00+01:00". A time of the site is a text without
// one, in the site's zone, as the desk's fields have it: "2026-11-23 03:00:00".
frappe.provide("scheduler_integration.desk");

Object.assign(scheduler_integration.desk, {
	/** Reads from the API and resolves to its answer. frappe.call would show a sentence of its own for a 403. */
	get: (method, values) => scheduler_integration.desk.ask(`${method}?${new URLSearchParams(values)}`, {}),

	/** Sends a command to the API and resolves to its answer. */
	post: (method, values) =>
		scheduler_integration.desk.ask(method, {
			method: "POST",
			headers: { "Content-Type": "application/json", "X-Frappe-CSRF-Token": frappe.csrf_token },
			body: JSON.stringify(values),
		}),

	async ask(method, options) {
		try {
			const headers = { Accept: "application/json", ...options.headers };
			const response = await fetch(`/api/method/scheduler_integration.api.${method}`, { ...options, headers });
			return await response.json();
		} catch {
			return {};
		}
	},

	/** The sentences of a refusal, as HTML. */
	sentences: ({ error, details, reasons }) =>
		[
			error || __("This could not be done."),
			...Object.values(details || {}),
			...(reasons || []).map(({ message }) => message),
		]
			.map(frappe.utils.escape_html)
			.join("<br>"),

	/** Shows why the API refused. */
	tell_refusal(answer) {
		frappe.msgprint({ message: scheduler_integration.desk.sentences(answer), indicator: "red" });
	},

	/** Converts an instant to a time of the site. */
	to_site_time: (instant) => moment.tz(instant, site_zone()).format(frappe.defaultDatetimeFormat),

	/** Converts a time of the site to an instant. */
	to_instant: (site_time) => moment.tz(site_time, site_zone()).toISOString(),

	/** Shows an instant as the desk shows its own times: in the reader's zone and the site's format. */
	show_instant: (instant) => frappe.datetime.str_to_user(scheduler_integration.desk.to_site_time(instant)),

	/** Shows an instant, in the reader's zone and language, with these parts: options of Intl.DateTimeFormat. */
	write_instant(instant, parts) {
		const timeZone = frappe.boot.time_zone?.user || site_zone();
		const written = new Intl.DateTimeFormat(frappe.boot.lang, { ...parts, timeZone, hourCycle: "h23" });
		return written.format(new Date(instant));
	},

	/** Lets a form show words for keys that are stored: `words` has a function from key to word for each field. */
	show_words(form, words) {
		for (const [fieldname, word_of] of Object.entries(words)) {
			const field = form.fields_dict[fieldname];
			// Frappe 16 has escaped the value that it passes.
			field.df.formatter = (value, df, _options, doc) => shown_word(doc?.[df.fieldname] ?? value, word_of);
			field.refresh();
		}
	},

	/** The formatters of a list that shows such words. A function also gets the document of the row. */
	list_formatters: (words) =>
		Object.fromEntries(
			Object.entries(words).map(([fieldname, word_of]) => [
				fieldname,
				// The list takes a text without a tag for a selector.
				(value, _df, doc) => `<span>${shown_word(value, (key) => word_of(key, doc))}</span>`,
			]),
		),
});

function shown_word(key, word_of) {
	return frappe.utils.escape_html(key ? word_of(key) : "");
}

function site_zone() {
	return frappe.boot.time_zone?.system || "UTC";
}
