frappe.ui.form.on("Client Assessment", {
	refresh(form) {
		if (form.is_new()) return;
		// If the form is refreshed twice at once, only one link may stay.
		form.web_link?.remove();
		form.add_web_link(`/client-report/${encodeURIComponent(form.doc.name)}`, __("See the report"));
	},
});
