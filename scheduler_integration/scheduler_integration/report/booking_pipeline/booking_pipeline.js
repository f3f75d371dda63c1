// {% include "scheduler_integration/public/js/desk/report_dates.js" %}

frappe.query_reports["Booking Pipeline"] = {
	filters: [
		...scheduler_integration.reports.dates(),
		{ fieldname: "host", label: __("Host"), fieldtype: "Link", options: "User" },
		{ fieldname: "meeting_type", label: __("Meeting type"), fieldtype: "Link", options: "Meeting Type" },
		{
			fieldname: "group_by",
			label: __("Group by"),
			fieldtype: "Select",
			options: [
				{ value: "Source", label: __("Source") },
				{ value: "Meeting type", label: __("Meeting type") },
				{ value: "Host", label: __("Host") },
			],
			default: "Source",
		},
	],
};
