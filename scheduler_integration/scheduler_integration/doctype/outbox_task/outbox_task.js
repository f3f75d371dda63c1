frappe.ui.form.on("Outbox Task", {
	refresh(form) {
		const { kind, purpose, show_words } = scheduler_integration.desk;
		show_words(form, { kind, purpose, error: __ });
	},
});
