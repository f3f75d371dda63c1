frappe.ui.form.on("Meeting Type", {
	async refresh(form) {
		if (form.is_new() || !form.doc.is_active || !form.doc.scheduling_page) return;
		const { message } = await frappe.db.get_value("Scheduling Page", form.doc.scheduling_page, "slug");
		const path = `/schedule/${message.slug}/${form.doc.slug}`;
		form.add_web_link(path, __("See the booking page"));
		form.add_custom_button(__("Copy link"), () =>
			frappe.utils.copy_to_clipboard(`${window.location.origin}${path}`)
		);
	},
});
