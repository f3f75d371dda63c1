// The filters of reports about a period. Frappe puts this file into a report's script that includes it
// (frappe.model.utils.render_include).
frappe.provide("scheduler_integration.reports");

/** The first and the last date: the last 30 days. An open period has no end until somebody enters one. */
scheduler_integration.reports.dates = ({ isOpen = false } = {}) => {
	const today = frappe.datetime.get_today();
	return [
		{ fieldname: "from_date", label: __("From"), fieldtype: "Date", default: frappe.datetime.add_days(today, -29) },
		{ fieldname: "to_date", label: __("To"), fieldtype: "Date", default: isOpen ? undefined : today },
	];
};
