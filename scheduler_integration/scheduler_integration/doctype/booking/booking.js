// Frappe runs this file before those of the hook `doctype_js`, so their functions are looked up when they are called.
const commands = () => scheduler_integration.bookings;

frappe.ui.form.on("Booking", {
	async refresh(form) {
		if (form.is_new()) return;
		const name = form.doc.name;
		const actions = await commands().actions(name);
		// Another booking was opened in the meantime.
		if (form.doc.name !== name) return;
		for (const [action, label, act] of BUTTONS) {
			if (actions.includes(action)) form.add_custom_button(label, () => act(form));
		}
	},
});

// In this order. The server says which of them the booking's state allows.
const BUTTONS = [
	["confirm", __("Confirm"), (form) => update(form, { action: "confirm" })],
	["decline", __("Decline"), ask_about_declining],
	["complete", __("It took place"), (form) => update(form, { action: "complete" })],
	["no_show", __("The attendee didn't come"), (form) => update(form, { action: "no_show" })],
	["reschedule", __("Reschedule"), ask_new_time],
	["ask_to_reschedule", __("Ask for another time"), ask_for_another_time],
	["guests", __("Guests"), ask_guests],
	["cancel", __("Cancel meeting"), ask_about_cancelling],
	["reassign", __("Reassign"), ask_new_host],
];

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

function for_all(form) {
	const field = { fieldname: "for_all", fieldtype: "Check", label: __("For all who come to this session") };
	return form.doc.session ? [field] : [];
}

function ask_about_declining(form) {
	ask(form, __("Decline the meeting"), [reason()], (answers) => ({ action: "decline", ...answers }));
}

function ask_about_cancelling(form) {
	ask(form, __("Cancel the meeting"), [reason(), ...for_all(form)], ({ reason, for_all }) => ({
		action: for_all ? "cancel_for_all" : "cancel",
		reason,
	}));
}

function ask_new_time(form) {
	const fields = [
		{ fieldname: "start", fieldtype: "Datetime", label: __("New time"), reqd: 1, default: form.doc.starts_on },
		reason(),
		...for_all(form),
	];
	if (is_manager()) {
		fields.push({ fieldname: "force", fieldtype: "Check", label: __("Even outside their hours and limits") });
	}
	ask(form, __("Move the meeting"), fields, ({ start, for_all, ...answers }) => ({
		action: for_all ? "reschedule_for_all" : "reschedule",
		start: commands().to_instant(start),
		...answers,
	}));
}

function ask_for_another_time(form) {
	const fields = [
		{ ...reason(), label: __("Message") },
		{ fieldname: "gives_back", fieldtype: "Check", label: __("Give the present time back at once") },
	];
	ask(form, __("Ask for another time"), fields, (answers) => ({ action: "ask_to_reschedule", ...answers }));
}

function ask_guests(form) {
	const present = form.doc.guests.map((row) => row.email).join(", ");
	const fields = [
		{
			fieldname: "guests",
			fieldtype: "Small Text",
			label: __("Guests"),
			description: __("E-mail addresses, separated by commas."),
			default: present,
		},
	];
	ask(form, __("Save the guests"), fields, ({ guests }) => ({
		action: "guests",
		guests: (guests || "").split(/[\s,;]+/).filter(Boolean),
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
	const answer = await commands()
		.update({ name: form.doc.name, ...request })
		.finally(() => frappe.dom.unfreeze());
	if (!answer.success) frappe.msgprint({ message: commands().sentences(answer), indicator: "red" });
	// A meeting that was moved goes on as another booking.
	if (answer.success && answer.data.name !== form.doc.name) frappe.set_route("Form", "Booking", answer.data.name);
	else form.reload_doc();
	return answer.success;
}
