frappe.ui.form.on("Booking", {
	refresh(form) {
		if (form.is_new()) return;
		if (form.doc.status === "Pending") {
			form.add_custom_button(__("Confirm"), () => act(form, "confirm"));
			form.add_custom_button(__("Decline"), () => ask_reason(form, "decline", __("Decline the meeting")));
		}
		if (["Pending", "Scheduled"].includes(form.doc.status)) {
			form.add_custom_button(__("Cancel meeting"), () =>
				ask_reason(form, "cancel", __("Cancel the meeting"))
			);
			if (is_manager() && form.doc.scheduling_page && !form.doc.session) {
				form.add_custom_button(__("Hand over"), () => ask_successor(form));
			}
		}
		if (form.doc.delivery_status === "Failed") {
			form.dashboard.set_headline(
				__("Messages about this meeting could not be sent: {0}", [
					frappe.utils.escape_html(form.doc.delivery_error || ""),
				]),
				"red"
			);
		}
	},
});

function ask_reason(form, action, title) {
	frappe.prompt(
		{
			fieldname: "reason",
			fieldtype: "Small Text",
			label: __("Reason"),
			description: __("The attendee reads this."),
		},
		({ reason }) => act(form, action, reason),
		title,
		title
	);
}

function is_manager() {
	return ["Scheduling Manager", "System Manager"].some((role) => frappe.user.has_role(role));
}

async function ask_successor(form) {
	const taking_part = [...new Set(form.doc.hosts.map((row) => row.user))];
	const page = await frappe.db.get_doc("Scheduling Page", form.doc.scheduling_page);
	const others = page.hosts.map((row) => (row.is_active ? row.user : null)).filter(Boolean);
	const successors = others.filter((user) => !taking_part.includes(user));
	if (!successors.length) {
		frappe.msgprint(__("This meeting type has no other host."));
		return;
	}
	const title = __("Hand the meeting over");
	const fields = [
		{ fieldname: "host", fieldtype: "Select", label: __("To"), options: choices(successors), reqd: 1 },
		{
			fieldname: "replaces",
			fieldtype: "Select",
			label: __("Instead of"),
			options: choices(taking_part),
			default: form.doc.host,
			hidden: taking_part.length === 1,
		},
		{
			fieldname: "force",
			fieldtype: "Check",
			label: __("Even outside their hours and limits"),
		},
	];
	frappe.prompt(fields, (values) => update(form, { action: "reassign", ...values }), title, title);
}

function choices(users) {
	return users.map((user) => ({ value: user, label: frappe.user.full_name(user) }));
}

function act(form, action, reason) {
	return update(form, { action, reason });
}

function update(form, args) {
	return frappe
		.call({
			method: "scheduler_integration.api.bookings.update",
			args: { name: form.doc.name, ...args },
			freeze: true,
			error: (xhr) => show_refusal(xhr && xhr.responseJSON),
		})
		.then(() => form.reload_doc());
}

function show_refusal(answer) {
	if (!answer || !answer.error) return;
	const reasons = [...Object.values(answer.details || {}), ...(answer.reasons || []).map(({ message }) => message)];
	const lines = [answer.error, ...reasons].map((line) => frappe.utils.escape_html(line));
	frappe.msgprint({ message: lines.join("<br>"), indicator: "red" });
}
