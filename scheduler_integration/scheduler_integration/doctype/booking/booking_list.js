frappe.listview_settings["Booking"] = {
	add_fields: ["status"],
	hide_name_column: true,
	onload(listview) {
		// What a host wants to see first is what is still to come.
		if (!listview.filter_area.get().length && !frappe.route_options) {
			listview.filter_area.add([["Booking", "status", "in", ["Pending", "Scheduled"]]]);
		}
	},
};
