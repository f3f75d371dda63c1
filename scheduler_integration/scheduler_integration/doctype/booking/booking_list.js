frappe.listview_settings.Booking = {
	add_fields: ["status"],
	hide_name_column: true,
	// What a host wants to see first is what is still to come. The calendar starts with these too.
	filters: [["status", "in", ["Pending", "Scheduled"]]],
	formatters: {
		// Short enough to be read whole in a narrow window: "Mon 23 Nov, 14:30", in the reader's zone.
		starts_on(value) {
			const shown = value ? frappe.datetime.convert_to_user_tz(value, false).format("ddd D MMM, LT") : "";
			// The list takes what this returns for HTML, and for a selector without a tag in it.
			return `<span>${frappe.utils.escape_html(shown)}</span>`;
		},
	},
};
