// The date filters of reports. A report's script includes this file by name, and Frappe inserts its text there
// (frappe.model.utils.render_include).
frappe.provide("scheduler_integration.reports");

/** The filters for the first and the last date. The default is the last 30 days, or with `isOpen` no last date. */
scheduler_integration.reports.dates = ({ isOpen = false } = {}) => {
	const today = frappe.datetime.get_today();
	return [
		{ fieldname: "from_date", label: __("From"), fieldtype: "Date", default: frappe.datetime.add_days(today, -29) },
		{ fieldname: "to_date", label: __("Until"), fieldtype: "Date", default: isOpen ? undefined : today },
	];
};
