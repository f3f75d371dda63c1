const API = "scheduler_integration.api.calendars.";

frappe.ui.form.on("Calendar Connection", {
	refresh(form) {
		if (form.is_new()) return;
		form.add_custom_button(__("Read now"), () => call(form, "sync", {}));
		form.add_custom_button(__("Disconnect"), () => ask_before_disconnecting(form));
		if (form.doc.last_error) {
			form.dashboard.set_headline(frappe.utils.escape_html(form.doc.last_error), "red");
		}
	},
});

function ask_before_disconnecting(form) {
	const label = __("Events of coming meetings stay in the calendar");
	const fields = [{ fieldname: "keep_events", fieldtype: "Check", label, default: 1 }];
	frappe.prompt(
		fields,
		async (answers) => {
			await call(form, "disconnect", answers);
			frappe.set_route("List", "Calendar Connection");
		},
		__("Disconnect"),
		__("Yes, disconnect it"),
	);
}

async function call(form, method, values) {
	const answer = await frappe.call({
		method: API + method,
		args: { name: form.doc.name, ...values },
	});
	if (answer.success) frappe.show_alert({ message: __("The calendar is being read now."), indicator: "green" });
	if (method === "sync") form.reload_doc();
}
