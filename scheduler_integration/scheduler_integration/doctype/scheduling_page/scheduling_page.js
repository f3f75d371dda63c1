frappe.ui.form.on("Scheduling Page", {
	refresh(form) {
		offer_time_zones(form);
		if (form.is_new() || !form.doc.is_active) return;
		const link = `${window.location.origin}/schedule/${form.doc.slug}`;
		form.add_web_link(`/schedule/${form.doc.slug}`, __("See the booking page"));
		form.add_custom_button(__("Copy link"), () => frappe.utils.copy_to_clipboard(link));
		form.add_custom_button(__("Meeting types"), () =>
			frappe.set_route("List", "Meeting Type", { scheduling_page: form.doc.name })
		);
	},
});

function offer_time_zones(form) {
	form.fields_dict.timezone.set_data(Intl.supportedValuesOf("timeZone"));
}
