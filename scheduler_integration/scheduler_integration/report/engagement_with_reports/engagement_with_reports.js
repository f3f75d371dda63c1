// {% include "scheduler_integration/public/js/desk/report_dates.js" %}

frappe.query_reports["Engagement with Reports"] = {
	filters: [
		{
			fieldname: "consultant",
			label: __("Consultant"),
			fieldtype: "Link",
			options: "User",
		},
		...scheduler_integration.reports.dates(),
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
