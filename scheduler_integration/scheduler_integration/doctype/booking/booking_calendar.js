frappe.views.calendar["Booking"] = {
	field_map: {
		start: "starts_on",
		end: "ends_on",
		id: "name",
		title: "subject",
		status: "status",
	},
	filters: [
		{ fieldtype: "Link", fieldname: "host", options: "User", label: __("Host") },
		{ fieldtype: "Link", fieldname: "meeting_type", options: "Meeting Type", label: __("Meeting Type") },
	],
	get_events_method: "frappe.desk.calendar.get_events",
};
