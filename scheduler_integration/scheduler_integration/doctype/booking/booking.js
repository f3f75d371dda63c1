// Frappe runs this file before those of the hook `doctype_js`, so their functions are looked up when they are called.
const dialogs = () => scheduler_integration.bookings;

frappe.ui.form.on("Booking", {
	onload(form) {
		scheduler_integration.desk.show_words(form, { location_type: __ });
	},
	async refresh(form) {
		if (form.is_new()) return;
		show_closed_links(form);
		tell_request(form);
		lead_to_new_time(form);
		const name = form.doc.name;
		const { data } = await scheduler_integration.desk.get("bookings.get", { name });
		// Another booking was opened in the meantime.
		if (form.doc.name !== name) return;
		for (const [action, label, act] of BUTTONS) {
			if (data?.actions.includes(action)) form.add_custom_button(label, () => act(form));
		}
	},
});

/**
 * In this order. The server says which of them the booking's state allows.
 * @type {[action: string, label: string, act: (form: Form) => void][]}
 */
const BUTTONS = [
	["confirm", __("Confirm"), (form) => act_at_once(form, "confirm")],
	["decline", __("Decline"), ask_about_declining],
	["complete", __("Attended"), (form) => act_at_once(form, "complete")],
	["no_show", __("No-show"), (form) => act_at_once(form, "no_show")],
	["reschedule", __("Reschedule"), ask_about_moving],
	["ask_to_reschedule", __("Ask for another time"), ask_for_another_time],
	["withdraw_ask", __("Withdraw the request"), (form) => act_at_once(form, "withdraw_ask")],
	["guests", __("Guests"), ask_guests],
	["mark_paid", __("Mark as paid"), mark_paid],
	["refund", __("Pay money back"), ask_about_refund],
	["cancel", __("Cancel meeting"), ask_about_cancelling],
	["reassign", __("Reassign"), ask_new_host],
];

/** Leads from a booking that was moved to the one that took its place. @param {Form} form */
async function lead_to_new_time(form) {
	if (form.doc.status !== "Rescheduled") return;
	const { message } = await frappe.db.get_value("Booking", { rescheduled_from: form.doc.name }, "name");
	if (message?.name) {
		form.add_custom_button(__("Open the new time"), () => frappe.set_route("Form", "Booking", message.name));
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

/** @param {Form} form */
function for_all(form) {
	const field = { fieldname: "for_all", fieldtype: "Check", label: __("For all who come to this session") };
	return form.doc.session ? [field] : [];
}

/** Says that a series that isn't paid yet changes as a whole.
 * @param {Form} form
 */
function paid_together(form) {
	if (!form.doc.series || form.doc.payment_status !== "Awaiting") return [];
	const sentence = __("The dates are paid together, so this is for all of them.");
	return [{ fieldname: "together", fieldtype: "HTML", options: `<p>${sentence}</p>` }];
}

/** @param {Form} form */
function mark_paid(form) {
	const fields = paid_together(form);
	if (!fields.length) return act_at_once(form, "mark_paid");
	return dialogs().ask(form, __("Mark as paid"), fields, () => ({ action: "mark_paid" }));
}

/** @param {Form} form */
function ask_about_declining(form) {
	dialogs().ask(form, __("Decline the meeting"), [reason()], (answers) => ({ action: "decline", ...answers }));
}

/** @param {Form} form */
function ask_about_cancelling(form) {
	const fields = [...paid_together(form), reason(), ...for_all(form)];
	dialogs().ask(form, __("Cancel the meeting"), fields, ({ reason, for_all }) => ({
		action: for_all ? "cancel_for_all" : "cancel",
		reason,
	}));
}

/** @param {Form} form */
function ask_about_refund(form) {
	const { amount_paid, amount_refunded, currency } = form.doc;
	const fields = [
		{
			fieldname: "amount",
			fieldtype: "Float",
			label: __("Amount in {0}", [currency]),
			default: amount_paid - amount_refunded,
			reqd: 1,
			description: __("It goes back to the card. If you got the money by hand, give it back by hand."),
		},
	];
	dialogs().ask(form, __("Pay money back"), fields, ({ amount }) => ({ action: "refund", amount }));
}

/** @param {Form} form */
function ask_about_moving(form) {
	const fields = [reason(), ...for_all(form)];
	if (is_manager()) {
		fields.push({ fieldname: "force", fieldtype: "Check", label: __("Even outside their hours and limits") });
	}
	dialogs().ask_new_time(form, fields);
}

/** @param {Form} form */
function ask_for_another_time(form) {
	const fields = [
		{ ...reason(), label: __("Message") },
		{ fieldname: "gives_back", fieldtype: "Check", label: __("Free up the current time now") },
	];
	dialogs().ask(form, __("Ask for another time"), fields, (answers) => ({ action: "ask_to_reschedule", ...answers }));
}

/** @param {Form} form */
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
	dialogs().ask(form, __("Save the guests"), fields, ({ guests }) => ({
		action: "guests",
		guests: (guests || "").split(/[\s,;]+/).filter(Boolean),
	}));
}

/** @param {Form} form */
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
	/** @type {Values[]} */
	const fields = [
		{ fieldname: "host", fieldtype: "Select", label: __("New host"), options: hosts, reqd: 1 },
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
	dialogs().ask(form, __("Reassign the meeting"), fields, (answers) => ({ action: "reassign", ...answers }));
}

/** @param {Form} form */
async function act_at_once(form, action) {
	const answer = await dialogs().send(form, { action });
	if (!answer.success) scheduler_integration.desk.tell_refusal(answer);
}

/** Shows the names of records that the reader may not open. Frappe would link them, and refuse them at the click.
 * @param {Form} form
 */
function show_closed_links(form) {
	for (const fieldname of form.doc.__onload?.closed_links || []) {
		const field = form.fields_dict[fieldname];
		field.df.formatter = (value) => frappe.utils.escape_html(value || "");
		field.refresh();
	}
}

/** Says on top of the form that a host has asked the attendee for another time. Nothing else on it shows that.
 * @param {Form} form
 */
function tell_request(form) {
	const { status, reschedule_asked_at, reschedule_message, time_given_back } = form.doc;
	if (!reschedule_asked_at || !["Pending", "Scheduled", "Rescheduled"].includes(status)) return;
	const asked_at = scheduler_integration.desk.show_instant(reschedule_asked_at * 1000);
	const sentences = [
		__("The attendee was asked for another time on {0}.", [asked_at]),
		time_given_back
			? __("The time was given back.")
			: __("The meeting keeps its time until the attendee chooses another one."),
	];
	if (reschedule_message) sentences.push(`“${reschedule_message}”`);
	form.dashboard.set_headline(sentences.map((text) => $("<div>").text(text).prop("outerHTML")).join(""), "blue");
}
