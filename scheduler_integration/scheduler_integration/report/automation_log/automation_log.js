// {% include "scheduler_integration/public/js/desk/report_dates.js" %}

const OUTCOMES = { Pending: "gray", Sending: "blue", Sent: "green", Failed: "red", Skipped: "yellow" };

frappe.query_reports["Automation Log"] = {
	filters: [
		{
			fieldname: "automation",
			label: __("Meeting Automation"),
			fieldtype: "Link",
			options: "Meeting Automation",
		},
		{
			fieldname: "booking",
			label: __("Booking"),
			fieldtype: "Link",
			options: "Booking",
		},
		{
			fieldname: "outcome",
			label: __("Outcome"),
			fieldtype: "Select",
			options: ["", ...Object.keys(OUTCOMES)].map((value) => ({ value, label: __(value) })),
		},
		...scheduler_integration.reports.dates({ isOpen: true }),
	],
	formatter(value, row, column, data, show) {
		if (column.fieldname !== "outcome" || !OUTCOMES[value]) return show(value, row, column, data);
		return `<span class="indicator-pill ${OUTCOMES[value]}">${__(value)}</span>`;
	},
};
