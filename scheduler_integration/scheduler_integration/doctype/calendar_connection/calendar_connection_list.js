frappe.listview_settings["Calendar Connection"] = {
	onload(list) {
		list.page.add_inner_button(__("Connect a calendar"), () => window.location.assign("/scheduling/calendars"));
	},
};
