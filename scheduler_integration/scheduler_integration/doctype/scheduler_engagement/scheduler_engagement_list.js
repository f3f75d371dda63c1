frappe.listview_settings["Scheduler Engagement"] = {
	// Frappe runs this file before those of the hook `doctype_list_js`.
	onload(list) {
		const { engagement_event, phase, list_formatters } = scheduler_integration.desk;
		// The event is the list's title, which takes a text and no HTML.
		Object.assign(list.settings.formatters, { event_type: engagement_event, ...list_formatters({ phase }) });
	},
};
