frappe.ui.form.on("Meeting Type", {
	async onload(form) {
		if (!form.is_new() || form.doc.scheduling_page || form.doc.scheduler_event_url) return;
		// Those that the user may read. Most hosts have one.
		const pages = await frappe.db.get_list("Scheduling Page", { filters: { is_active: 1 }, limit: 2 });
		if (pages.length === 1 && !form.doc.scheduling_page) form.set_value("scheduling_page", pages[0].name);
	},
	async refresh(form) {
		const makesRecords = form.doc.__onload?.makes_records ?? false;
		form.toggle_display("crm_section", makesRecords);
		for (const name of ["crm_field", "crm_replaces"]) {
			form.fields_dict.questions?.grid?.update_docfield_property(name, "hidden", makesRecords ? 0 : 1);
		}
		const { name, slug, is_active, scheduling_page } = form.doc;
		if (form.is_new() || !is_active || !scheduling_page) return;
		const missing = form.doc.__onload?.missing_accounts ?? [];
		form.set_intro(missing.map((sentence) => frappe.utils.escape_html(sentence)).join("<br>"), "orange");
		const { message: page } = await frappe.db.get_value("Scheduling Page", scheduling_page, "slug");
		// Meanwhile the form may show another meeting type.
		if (form.doc.name !== name || !page.slug) return;
		const path = `/schedule/${page.slug}/${slug}`;
		// If the form is refreshed twice at once, only one link may stay.
		form.web_link?.remove();
		form.add_web_link(path, __("See the booking page"));
		form.add_custom_button(__("Copy link"), () => frappe.utils.copy_to_clipboard(`${window.location.origin}${path}`));
	},
});
