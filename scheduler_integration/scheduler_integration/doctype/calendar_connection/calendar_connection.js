frappe.ui.form.on("Calendar Connection", {
	refresh(form) {
		// An account at Google or Microsoft needs its owner's consent, which the page asks for.
		form.add_custom_button(__("Connect a calendar"), () => window.location.assign("/scheduling/calendars"));
		if (form.is_new()) return;
		form.add_custom_button(__("Sync now"), () => read_now(form));
		form.add_custom_button(__("Disconnect"), () => ask_before_disconnecting(form));
		if (form.doc.last_error) {
			form.dashboard.set_headline(frappe.utils.escape_html(form.doc.last_error), "red");
		}
	},
});

/** @param {Form} form */
async function read_now(form) {
	await send(form, "sync", {});
	form.reload_doc();
}

/** @param {Form} form */
function ask_before_disconnecting(form) {
	const label = __("Events of coming meetings stay in the calendar");
	const fields = [{ fieldname: "keep_events", fieldtype: "Check", label, default: 1 }];
	frappe.prompt(
		fields,
		async (answers) => {
			if (await send(form, "disconnect", answers)) frappe.set_route("List", "Calendar Connection");
		},
		__("Disconnect"),
		__("Yes, disconnect it"),
	);
}

/** @param {Form} form */
async function send(form, method, values) {
	const answer = await scheduler_integration.desk.post(`calendars.${method}`, { name: form.doc.name, ...values });
	if (!answer.success) scheduler_integration.desk.tell_refusal(answer);
	else frappe.show_alert({ message: DONE[method], indicator: "green" });
	return answer.success;
}

const DONE = {
	sync: __("The calendar is being read now."),
	disconnect: __("The calendar is disconnected."),
};
