frappe.ui.form.on("Booking", {
	refresh(form) {
		if (form.is_new()) return;
		if (is_to_come(form)) offer_actions(form);
	},
});

function is_to_come({ doc }) {
	return ["Pending", "Scheduled"].includes(doc.status) && doc.ends_at * 1000 > Date.now();
}

function offer_actions(form) {
	if (form.doc.status === "Pending") {
		form.add_custom_button(__("Confirm"), () => update(form, { action: "confirm" }));
		form.add_custom_button(__("Decline"), () =>
			ask(form, __("Decline the meeting"), [reason()], (answers) => ({ action: "decline", ...answers })),
		);
	}
	form.add_custom_button(__("Cancel meeting"), () => ask_about_cancelling(form));
	if (is_manager() && form.doc.scheduling_page) {
		form.add_custom_button(__("Reassign"), () => ask_new_host(form));
	}
}

function is_manager() {
	return ["Scheduling Manager", "System Manager"].some((role) => frappe.user.has_role(role));
}

function reason() {
	return {
		fieldname: "reason",
		fieldtype: "Small Text",
		label: __("Reason"),
		description: __("The attendee reads this."),
	};
}

function ask_about_cancelling(form) {
	const fields = [reason()];
	if (form.doc.session) {
		fields.push({ fieldname: "for_all", fieldtype: "Check", label: __("For all who come to this session") });
	}
	ask(form, __("Cancel the meeting"), fields, ({ reason, for_all }) => ({
		action: for_all ? "cancel_for_all" : "cancel",
		reason,
	}));
}

async function ask_new_host(form) {
	const hosts = await frappe.xcall(
		"scheduler_integration.scheduler_integration.doctype.booking.booking.possible_hosts",
		{ name: form.doc.name },
	);
	if (!hosts.length) {
		frappe.msgprint(__("This meeting type has no other host."));
		return;
	}
	const taking_part = [...new Set(form.doc.hosts.map((row) => row.user))];
	const fields = [
		{ fieldname: "host", fieldtype: "Select", label: __("To"), options: hosts, reqd: 1 },
		{
			fieldname: "replaces",
			fieldtype: "Select",
			label: __("Instead of"),
			options: taking_part.map((user) => ({ value: user, label: frappe.user.full_name(user) })),
			default: form.doc.host,
			hidden: taking_part.length === 1,
		},
		{ fieldname: "force", fieldtype: "Check", label: __("Even outside their hours and limits") },
	];
	if (form.doc.session) {
		const sentence = __("All attendees of this session move with it.");
		fields.unshift({ fieldname: "session", fieldtype: "HTML", options: `<p>${sentence}</p>` });
	}
	ask(form, __("Reassign the meeting"), fields, (answers) => ({ action: "reassign", ...answers }));
}

// The dialog stays open after a refusal, so that its answers can be changed.
function ask(form, title, fields, request) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields,
		primary_action_label: title,
		async primary_action(answers) {
			if (await update(form, request(answers))) dialog.hide();
		},
	});
	dialog.show();
}

async function update(form, request) {
	// The form is loaded again afterwards, and notes that aren't saved yet would be lost.
	if (form.is_dirty()) await form.save();
	frappe.dom.freeze();
	const answer = await send({ name: form.doc.name, ...request }).finally(() => frappe.dom.unfreeze());
	if (!answer.success) show_refusal(answer);
	form.reload_doc();
	return answer.success;
}

// frappe.call shows its own sentence instead of the reason for some statuses, for example 403.
async function send(request) {
	try {
		const response = await fetch("/api/method/scheduler_integration.api.bookings.update", {
			method: "POST",
			headers: {
				Accept: "application/json",
				"Content-Type": "application/json",
				"X-Frappe-CSRF-Token": frappe.csrf_token,
			},
			body: JSON.stringify(request),
		});
		return await response.json();
	} catch {
		return {};
	}
}

function show_refusal({ error, details, reasons }) {
	const lines = [
		error || __("This could not be done."),
		...Object.values(details || {}),
		...(reasons || []).map(({ message }) => message),
	];
	frappe.msgprint({ message: lines.map(frappe.utils.escape_html).join("<br>"), indicator: "red" });
}
