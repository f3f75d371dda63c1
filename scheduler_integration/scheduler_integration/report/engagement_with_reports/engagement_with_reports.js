frappe.query_reports["Engagement with Reports"] = {
	filters: [
		{
			fieldname: "consultant",
			label: __("Consultant"),
			fieldtype: "Link",
			options: "User",
		},
		{
			fieldname: "from_date",
			label: __("From"),
			fieldtype: "Date",
			default: frappe.datetime.add_days(frappe.datetime.get_today(), -29),
		},
		{
			fieldname: "to_date",
			label: __("To"),
			fieldtype: "Date",
			default: frappe.datetime.get_today(),
		},
		{
			fieldname: "group_by",
			label: __("Group by"),
			fieldtype: "Select",
			options: [
				{ value: "Meeting type", label: __("Meeting type") },
				{ value: "Phase", label: __("Phase") },
			],
			default: "Meeting type",
		},
	],
};
