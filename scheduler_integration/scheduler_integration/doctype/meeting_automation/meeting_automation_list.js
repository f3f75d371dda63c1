frappe.listview_settings["Meeting Automation"] = {
	hide_name_column: true,
	// The titles of the automations that the app ships are stored in English.
	formatters: { title: (value) => __(value) },
};
