// The dialogs in which a host fills in a command for a booking.
frappe.provide("scheduler_integration.bookings");

Object.assign(scheduler_integration.bookings, { ask, ask_new_time, send });

/** Asks for the fields' values and sends `request(values)`. After a refusal the dialog stays open and says why.
 * @param {Form} form
 */
function ask(form, title, fields, request) {
	const dialog = new frappe.ui.Dialog({
		title,
		fields: [{ fieldname: "refusal", fieldtype: "HTML" }, ...fields],
		primary_action_label: title,
		async primary_action(values) {
			clear_refusal(dialog);
			const answer = await send(form, request(values));
			if (answer.success) dialog.hide();
			else show_refusal(dialog, answer);
		},
	});
	dialog.show();
	return dialog;
}

/** Sends a command for the form's booking, and shows the booking as it is afterwards. Resolves to the API's answer.
 * @param {Form} form
 */
async function send(form, request) {
	// The form is loaded again afterwards, and notes that aren't saved yet would be lost.
	if (form.is_dirty()) await form.save();
	frappe.dom.freeze();
	const answer = await scheduler_integration.desk
		.post("bookings.update", { name: form.doc.name, ...request })
		.finally(() => frappe.dom.unfreeze());
	// A meeting that was moved goes on as another booking.
	if (answer.success && answer.data.name !== form.doc.name) frappe.set_route("Form", "Booking", answer.data.name);
	else form.reload_doc();
	return answer;
}

/** @param {Dialog} dialog */
function clear_refusal(dialog) {
	dialog.fields_dict.refusal.$wrapper.empty();
	dialog.$wrapper.find(".field-refusal").remove();
	dialog.$wrapper.find(".has-error").removeClass("has-error");
	dialog.$wrapper.find("[aria-invalid]").removeAttr("aria-invalid");
}

/**
 * @param {Dialog} dialog
 * @param {Answer} answer
 */
function show_refusal(dialog, { details, suggestions, ...answer }) {
	const of_form = {};
	for (const [fieldname, sentence] of Object.entries(details || {})) {
		if (dialog.fields_dict[fieldname]) mark(dialog.fields_dict[fieldname], sentence);
		else of_form[fieldname] = sentence;
	}
	const area = $('<div class="alert alert-danger" role="alert">');
	area.html(scheduler_integration.desk.sentences({ ...answer, details: of_form }));
	dialog.fields_dict.refusal.$wrapper.empty().append(area);
	if (suggestions?.length && dialog.fields_dict.start) show_nearest(dialog, suggestions);
	area.get(0).scrollIntoView({ block: "center" });
}

function mark(field, sentence) {
	field.$wrapper.addClass("has-error");
	field.$input?.attr("aria-invalid", "true");
	$('<p class="field-refusal text-danger small">').text(sentence).appendTo(field.$wrapper);
}

/** Asks for another time: one of the free times of a day, or any other.
 * @param {Form} form
 */
function ask_new_time(form, fields) {
	const dialog = ask(
		form,
		__("Move the meeting"),
		[
			{ fieldname: "day", fieldtype: "Date", label: __("Free times from"), default: first_day_to_show(form) },
			{ fieldname: "times", fieldtype: "HTML" },
			{ fieldname: "start", fieldtype: "Datetime", label: __("New time"), reqd: 1, default: form.doc.starts_on },
			...fields,
		],
		({ day, start, for_all, ...values }) => ({
			action: for_all ? "reschedule_for_all" : "reschedule",
			start: scheduler_integration.desk.to_instant(start),
			...values,
		}),
	);
	const { day } = dialog.fields_dict;
	day.df.onchange = () => show_free_times(form, dialog, day.get_value());
	show_free_times(form, dialog, day.get_value());
}

/** The day of the meeting, or today if it has begun: a date in the reader's zone.
 * @param {Form} form
 */
function first_day_to_show(form) {
	const today = frappe.datetime.get_today();
	const day = frappe.datetime.convert_to_user_tz(form.doc.starts_on).slice(0, 10);
	return day > today ? day : today;
}

const DAYS_TO_READ = 21;
const DAYS_TO_SHOW = 3;

/**
 * @param {Form} form
 * @param {Dialog} dialog
 */
async function show_free_times(form, dialog, day) {
	if (!day) return;
	dialog.asked_day = day;
	const answer = await scheduler_integration.desk.get("bookings.get_slots", {
		booking: form.doc.name,
		start_date: day,
		end_date: moment(day).add(DAYS_TO_READ, "days").format("YYYY-MM-DD"),
		timezone: frappe.boot.time_zone?.user || "UTC",
	});
	// Another day was chosen in the meantime.
	if (dialog.asked_day !== day) return;
	const area = dialog.fields_dict.times.$wrapper.empty();
	const days = Object.values(answer.data?.days || {}).slice(0, DAYS_TO_SHOW);
	for (const slots of days) area.append(time_buttons(dialog, date_of(slots[0]), slots, time_of));
	if (!days.length) area.append($('<p class="text-muted">').text(__("No free times in the next weeks.")));
}

/** @param {Dialog} dialog */
function show_nearest(dialog, suggestions) {
	const shown = time_buttons(
		dialog,
		__("The nearest free times:"),
		suggestions,
		(slot) => `${date_of(slot)}, ${time_of(slot)}`,
	);
	dialog.fields_dict.refusal.$wrapper.append(shown);
}

/** @param {Dialog} dialog */
function time_buttons(dialog, title, slots, label) {
	const row = $('<div class="d-flex flex-wrap mb-3" style="gap: var(--padding-xs)">');
	row.append($('<div class="w-100 text-muted small">').text(title));
	for (const slot of slots) {
		const button = $('<button type="button" class="btn btn-xs btn-default">').text(label(slot));
		row.append(button.on("click", () => choose(dialog, button, slot)));
	}
	return row;
}

/** @param {Dialog} dialog */
function choose(dialog, button, { start }) {
	dialog.$wrapper.find("[aria-pressed]").removeAttr("aria-pressed").removeClass("btn-primary");
	button.attr("aria-pressed", "true").addClass("btn-primary");
	dialog.set_value("start", scheduler_integration.desk.to_site_time(start));
}

function date_of({ start }) {
	return scheduler_integration.desk.write_instant(start, { weekday: "short", day: "numeric", month: "short" });
}

function time_of({ start }) {
	return scheduler_integration.desk.write_instant(start, { hour: "2-digit", minute: "2-digit" });
}
