frappe.listview_settings["Outside Booking"] = {
	formatters: {
		// The list would show a visitor's words as HTML.
		attendee_name: (value) => `<span>${frappe.utils.escape_html(value || "")}</span>`,
	},
};
