frappe.listview_settings["Outbox Task"] = {
	hide_name_column: true,
	add_fields: ["automation"],
	// Frappe runs this file before those of the hook `doctype_list_js`.
	onload(list) {
		const { kind, purpose, list_formatters } = scheduler_integration.desk;
		// An automation has a name of its own, such as that of a reminder.
		const sent = (key, { automation }) => (automation ? __(automation) : purpose(key));
		list.settings.formatters = list_formatters({ kind, purpose: sent });
	},
};
