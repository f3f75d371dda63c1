frappe.ui.form.on("Scheduler Engagement", {
	refresh(form) {
		const { engagement_event, phase, show_words } = scheduler_integration.desk;
		show_words(form, { event_type: engagement_event, phase });
		form.page.set_title(engagement_event(form.doc.event_type));
	},
});
