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
		if (form.is_new()) return;
		form.add_custom_button(__("Preview"), () => ask_booking(form, __("Preview"), "preview", show_preview));
		form.add_custom_button(__("What it did"), () => show_log(form.doc.name));
		if (form.doc.__onload?.has_tests) {
			form.add_custom_button(__("Send a test to me"), () =>
				ask_booking(form, __("Send a test to me"), "send_test", tell_sent),
			);
		}
	},
});

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
