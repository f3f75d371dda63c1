frappe.ui.form.on("Booking", {
	refresh(form) {
		if (form.is_new()) return;
		if (form.doc.status === "Pending") {
			form.add_custom_button(__("Confirm"), () => act(form, "confirm"));
			form.add_custom_button(__("Decline"), () => ask_reason(form, "decline", __("Decline the meeting")));
		}
		if (["Pending", "Scheduled"].includes(form.doc.status)) {
			form.add_custom_button(__("Cancel meeting"), () =>
				ask_reason(form, "cancel", __("Cancel the meeting"))
			);
		}
		if (form.doc.delivery_status === "Failed") {
			form.dashboard.set_headline(
				__("Messages about this meeting could not be sent: {0}", [
					frappe.utils.escape_html(form.doc.delivery_error || ""),
				]),
				"red"
			);
		}
	},
});

function ask_reason(form, action, title) {
	frappe.prompt(
		{
			fieldname: "reason",
			fieldtype: "Small Text",
			label: __("Reason"),
			description: __("The attendee reads this."),
		},
		({ reason }) => act(form, action, reason),
		title,
		title
	);
}

function act(form, action, reason) {
	return frappe
		.call({
			method: "scheduler_integration.api.bookings.update",
			args: { name: form.doc.name, action, reason },
			freeze: true,
		})
		.then(() => form.reload_doc());
}
