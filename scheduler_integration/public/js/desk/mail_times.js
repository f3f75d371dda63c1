// A button in the dialog for e-mails of contacts, customers, leads and deals: inserts free times, each of which is one click to
// the filled-in form. Frappe loads this file for each of the DocTypes, so it must not listen twice.
frappe.provide("scheduler_integration");

// For each of the records, the name of its person.
const PERSON_OF = {
	Contact: (doc) => doc.full_name,
	Customer: (doc) => doc.customer_type === "Individual" && doc.customer_name,
	Lead: (doc) => doc.lead_name,
	Opportunity: (doc) => doc.contact_display,
	"CRM Lead": (doc) => doc.lead_name,
	"CRM Deal": (doc) => doc.lead_name,
};

if (!scheduler_integration.inserts_times) {
	scheduler_integration.inserts_times = true;
	// For somebody without a signature, Frappe's dialog asks for those of the e-mail accounts. If the person may not read them, it
	// shows an error over the dialog. A blank is a signature.
	if (!frappe.model.can_read("Email Account")) frappe.boot.user.email_signature ||= " ";
	$(document).on("frappe.ui.Dialog:shown", () => offer_times(window.cur_dialog));
}

/** Adds the button to a dialog for e-mails, which is known by its fields. */
function offer_times(dialog) {
	const fields = dialog?.fields_dict ?? {};
	const is_mail = ["recipients", "subject", "content", "email_template"].every((field) => fields[field]);
	const roles = ["Scheduling User", "Scheduling Manager", "System Manager"];
	if (!is_mail || dialog.inserts_times || !PERSON_OF[window.cur_frm?.doctype]) return;
	if (!roles.some((role) => frappe.user.has_role(role))) return;
	dialog.inserts_times = true;
	dialog.add_custom_action(__("Insert times"), () => ask_for_times(dialog, window.cur_frm), "btn-insert-times");
}

async function ask_for_times(mail, form) {
	const { data, ...refused } = await scheduler_integration.desk.get("booking_links.meeting_types", {});
	if (!data) return scheduler_integration.desk.tell_refusal(refused);
	if (!data.meeting_types.length) return frappe.msgprint(__("You have no meeting types yet."));
	const options = data.meeting_types.map(({ id, name, page }) => ({ value: id, label: `${name} (${page})` }));
	const dialog = new frappe.ui.Dialog({
		title: __("Insert times"),
		fields: [
			{
				fieldname: "meeting_type",
				fieldtype: "Select",
				label: __("Meeting type"),
				options,
				reqd: 1,
				default: options[0].value,
			},
			{
				fieldname: "count",
				fieldtype: "Select",
				label: __("Times to suggest"),
				options: ["3", "4", "5", "6", "7", "8"],
				default: "3",
			},
			{ fieldname: "timezone", fieldtype: "Autocomplete", label: __("Time zone of the reader") },
			{
				fieldname: "single_use",
				fieldtype: "Check",
				label: __("Only one meeting can be booked with this e-mail"),
				default: 1,
			},
		],
		primary_action_label: __("Insert"),
		async primary_action(wish) {
			const answer = await scheduler_integration.desk.post("booking_links.times_for_mail", {
				...wish,
				...reader_of(mail, form),
			});
			if (!answer.data) return scheduler_integration.desk.tell_refusal(answer);
			dialog.hide();
			insert(mail, answer.data);
		},
	});
	dialog.set_value("timezone", data.timezone);
	scheduler_integration.offer_time_zones(dialog);
	dialog.show();
}

/** Returns whom the e-mail is for. With several people, the form begins with nobody's name. */
function reader_of(mail, form) {
	const addresses = (mail.get_value("recipients") || "").split(",").filter((text) => text.trim());
	if (addresses.length !== 1) return {};
	const [, name, address] = addresses[0].match(/^\s*"?([^"<]*?)"?\s*<([^>]+)>\s*$/) ?? [null, "", addresses[0].trim()];
	const person = name || PERSON_OF[form.doctype](form.doc);
	return { attendee_email: address, ...(person ? { attendee_name: person } : {}) };
}

/** The editor of the message: of text, or of HTML. Its name differs between versions of Frappe. */
function editor_of(mail) {
	const { content, content_html, html_content } = mail.fields_dict;
	return mail.get_value("use_html") ? (html_content ?? content_html) : content;
}

/** Puts the times before the message, as Frappe does with a template. */
function insert(mail, { html, simple_html }) {
	const editor = editor_of(mail);
	if (!editor.quill) return editor.set_value(`${html}\n${editor.get_value() || ""}`);
	editor.quill.clipboard.dangerouslyPasteHTML(0, simple_html, "user");
}
