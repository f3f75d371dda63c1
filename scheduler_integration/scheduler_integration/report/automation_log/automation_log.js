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
		},
	],
	formatter(value, row, column, data, show) {
		if (column.fieldname !== "outcome" || !OUTCOMES[value]) return show(value, row, column, data);
		return `<span class="indicator-pill ${OUTCOMES[value]}">${__(value)}</span>`;
	},
};
