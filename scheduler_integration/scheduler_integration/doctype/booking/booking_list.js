frappe.listview_settings["Booking"] = {
	add_fields: ["status"],
	hide_name_column: true,
	// What a host wants to see first is what is still to come. The calendar starts with these too.
	filters: [["status", "in", ["Pending", "Scheduled"]]],
};
