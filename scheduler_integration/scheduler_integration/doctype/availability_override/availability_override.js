frappe.ui.form.on("Availability Override", {
	refresh(form) {
		scheduler_integration.offer_time_zones(form);
	},
});
