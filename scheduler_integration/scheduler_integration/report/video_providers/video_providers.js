// {% include "scheduler_integration/public/js/desk/report_dates.js" %}

frappe.query_reports["Video Providers"] = {
	filters: scheduler_integration.reports.dates(),
};
