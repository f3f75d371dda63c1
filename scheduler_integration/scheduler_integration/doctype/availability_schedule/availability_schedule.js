frappe.ui.form.on("Availability Schedule", {
	onload(form) {
		// Frappe's forms leave out the default of the field that is the title.
		if (form.is_new() && !form.doc.title) form.set_value("title", __("Working hours"));
	},
	refresh(form) {
		scheduler_integration.offer_time_zones(form);
	},
});
