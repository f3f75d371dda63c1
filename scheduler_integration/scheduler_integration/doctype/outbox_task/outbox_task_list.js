frappe.listview_settings["Outbox Task"] = {
	hide_name_column: true,
	// Frappe runs this file before those of the hook `doctype_list_js`.
	onload(list) {
		const { kind, purpose, list_formatters } = scheduler_integration.desk;
		list.settings.formatters = list_formatters({ kind, purpose });
	},
};
