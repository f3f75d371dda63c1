// Says on top of the Booking form what a host or an attendee did with the meeting's event in a host's own calendar.

frappe.ui.form.on("Booking", {
	async refresh(form) {
		if (form.is_new()) return;
		const name = form.doc.name;
		const { data } = await scheduler_integration.desk.get("calendars.changes", { booking: name });
		// Another booking was opened in the meantime.
		if (form.doc.name !== name) return;
		// As HTML with the text escaped: a headline reads text with an angle bracket as HTML.
		for (const change of data?.changes || []) {
			form.dashboard.set_headline($("<div>").text(sentence(change)).prop("outerHTML"), "yellow");
		}
	},
});

function sentence(change) {
	const said = what_happened(change);
	const is_own = change.user === frappe.session.user;
	return is_own ? said : `${frappe.user.full_name(change.user)}: ${said}`;
}

function what_happened({ event, account, starts_at, declined_by }) {
	if (event === "deleted") return __("The event was deleted in the calendar {0}.", [account]);
	if (event === "declined") return __("Declined by {0}.", [declined_by]);
	const time = scheduler_integration.desk.show_instant(starts_at);
	return __("The event was moved in the calendar {0}, to {1}.", [account, time]);
}
