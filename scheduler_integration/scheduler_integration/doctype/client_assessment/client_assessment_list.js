frappe.listview_settings["Client Assessment"] = {
	// Frappe runs this file before those of the hook `doctype_list_js`.
	onload(list) {
		const { phase, list_formatters } = scheduler_integration.desk;
		Object.assign(list.settings.formatters, list_formatters({ primary_phase: phase }));
	},
};
