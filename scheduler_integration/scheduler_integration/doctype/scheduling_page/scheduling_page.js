frappe.ui.form.on("Scheduling Page", {
	refresh(form) {
		scheduler_integration.offer_time_zones(form);
		if (form.is_new() || !form.doc.is_active) return;
		const path = `/schedule/${form.doc.slug}`;
		form.add_web_link(path, __("See the booking page"));
		form.add_custom_button(__("Copy link"), () => frappe.utils.copy_to_clipboard(`${window.location.origin}${path}`));
		form.add_custom_button(__("Meeting types"), () =>
			frappe.set_route("List", "Meeting Type", { scheduling_page: form.doc.name }),
		);
	},
});
