// The names that texts may use, in the form {{ name }}.
const VARIABLES = [
	"contact_name",
	"appointment_date",
	"appointment_time",
	"appointment_duration",
	"service_name",
	"staff_name",
	"location_details",
	"video_link",
	"video_password",
	"calendar_link",
	"reader_name",
	"attendee_email",
	"attendee_phone",
	"company",
	"title",
	"short_date",
	"end_time",
	"timezone",
	"guests",
	"notes",
	"cancel_reason",
	"manage_url",
	"book_again_url",
	"feedback_url",
	"desk_url",
];

frappe.ui.form.on("Meeting Automation", {
	refresh(form) {
		show_variables(form);
		offer_records(form);
		offer_values(form);
		if (form.is_new()) return;
		form.add_custom_button(__("Preview"), () => ask_booking(form, __("Preview"), "preview", show_preview));
		form.add_custom_button(__("What it did"), () => show_log(form.doc.name));
		if (form.doc.__onload?.has_tests) {
			form.add_custom_button(__("Send a test to me"), () =>
				ask_booking(form, __("Send a test to me"), "send_test", tell_sent),
			);
		}
	},
	record_doctype: offer_values,
	record_field: offer_values,
});

/** Offers the leads and deals that this site has, and no status of them if it has none. @param {Form} form */
function offer_records(form) {
	const options_of = (field) => frappe.meta.get_docfield(form.doctype, field).options.split("\n");
	const { channel, record_doctype } = form.doc;
	const records = options_of("record_doctype").filter(
		(name) => !name || name === record_doctype || frappe.model.can_read(name),
	);
	form.set_df_property("record_doctype", "options", records);
	const missing =
		records.length > 1 || channel === scheduler_integration.desk.CRM_CHANNEL
			? []
			: [scheduler_integration.desk.CRM_CHANNEL];
	form.set_df_property(
		"channel",
		"options",
		options_of("channel").filter((name) => !missing.includes(name)),
	);
}

/** Offers the values that the chosen field of the record has. @param {Form} form */
async function offer_values(form) {
	const { record_doctype, record_field } = form.doc;
	if (!record_doctype) return;
	await frappe.model.with_doctype(record_doctype);
	const field =
		frappe.meta.get_docfield(record_doctype, record_field) || frappe.meta.get_docfield(record_doctype, "status");
	const values =
		field.fieldtype === "Link"
			? (await frappe.db.get_list(field.options, { limit: 100 })).map(({ name }) => name)
			: field.options.split("\n").filter(Boolean);
	const { record_value } = form.fields_dict;
	// The server refuses what isn't in the list, and says why. The field must not empty itself without a word.
	record_value.df.ignore_validation = true;
	record_value.set_data(values);
}

/** @param {Form} form */
function show_variables(form) {
	const names = VARIABLES.map((name) => `<code>{{ ${name} }}</code>`).join(" ");
	form.fields_dict.variables_html.$wrapper.html(`<p class="small">${names}</p>`);
}

function show_log(automation) {
	frappe.set_route("query-report", "Automation Log", { automation });
}

/** @param {Form} form */
async function ask_booking(form, title, method, done) {
	if (form.is_dirty()) await form.save();
	const field = { fieldname: "booking", fieldtype: "Link", options: "Booking", label: __("Booking") };
	const run = async ({ booking }) => {
		const answer = await scheduler_integration.desk.post(`automations.${method}`, { name: form.doc.name, booking });
		if (answer.success) done(answer.data);
		else scheduler_integration.desk.tell_refusal(answer);
	};
	frappe.prompt([field], run, title, title);
}

// The text is shown in a frame that runs no scripts: the author of the template mustn't be able to act as the reader.
function show_preview({ to, subject, html, text }) {
	const dialog = new frappe.ui.Dialog({ title: subject || to, size: "large" });
	const body = $(dialog.body).empty();
	body.append($('<p class="text-muted">').text(__("To {0}", [to])));
	if (html) body.append($('<iframe sandbox="" style="width: 100%; height: 60vh; border: 0;">').attr("srcdoc", html));
	else body.append($("<pre>").text(text));
	dialog.show();
}

function tell_sent({ sent_to }) {
	frappe.show_alert({ message: __("Sent to {0}", [sent_to]), indicator: "green" });
}
