frappe.ui.form.on("Availability Schedule", {
	refresh(form) {
		form.fields_dict.timezone.set_data(Intl.supportedValuesOf("timeZone"));
	},
});
