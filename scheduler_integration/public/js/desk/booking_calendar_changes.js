// Says on top of the Booking form what a host or an attendee did with the meeting's event in a host's own calendar.

frappe.ui.form.on("Booking", {
	async refresh(form) {
		if (form.is_new()) return;
		const name = form.doc.name;
		const changes = await changes_of(name);
		// Another booking was opened in the meantime.
		if (form.doc.name !== name) return;
		// As HTML with the text escaped: a headline reads text with an angle bracket as HTML.
		for (const change of changes) {
			form.dashboard.set_headline($("<div>").text(sentence(change)).prop("outerHTML"), "yellow");
		}
	},
});

async function changes_of(booking) {
	const method = "/api/method/scheduler_integration.api.calendars.changes";
	try {
		const answer = await fetch(`${method}?${new URLSearchParams({ booking })}`);
		return (await answer.json()).data?.changes || [];
	} catch {
		return [];
	}
}

function sentence(change) {
	const said = what_happened(change);
	const is_own = change.user === frappe.session.user;
	return is_own ? said : `${frappe.user.full_name(change.user)}: ${said}`;
}

function what_happened({ event, account, starts_at, declined_by }) {
	if (event === "deleted") return __("The event was deleted in the calendar {0}.", [account]);
	if (event === "declined") return __("Declined by {0}.", [declined_by]);
	return __("The event was moved in the calendar {0}, to {1}.", [account, site_time(starts_at)]);
}

// The API's instants have an offset. The desk shows times of the site's zone.
function site_time(instant) {
	const zone = frappe.boot.time_zone?.system || "UTC";
	return frappe.datetime.str_to_user(moment.tz(instant, zone).format(frappe.defaultDatetimeFormat));
}
