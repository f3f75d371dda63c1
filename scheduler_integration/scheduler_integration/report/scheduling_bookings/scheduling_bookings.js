// {% include "scheduler_integration/public/js/desk/report_dates.js" %}

frappe.query_reports["Scheduling Bookings"] = {
	filters: [
		...scheduler_integration.reports.dates(),
		{ fieldname: "host", label: __("Host"), fieldtype: "Link", options: "User" },
		{ fieldname: "meeting_type", label: __("Meeting type"), fieldtype: "Link", options: "Meeting Type" },
	],
};
