// Shows on the Booking form what goes out for the meeting: messages, calendar events, video calls.

const PURPOSES = {
	attendee_asked: __("Request for another time, to the attendee"),
	attendee_confirmed: __("Confirmation to the attendee"),
	attendee_cancelled: __("Cancellation to the attendee"),
	guest_removed: __("Cancellation to a former guest"),
	host_confirmed: __("Confirmation to the host"),
	host_cancelled: __("Cancellation to the host"),
	host_removed: __("Cancellation to the former host"),
	automation: __("Automation"),
	reminder: __("Automation before or after the meeting"),
	mirror: __("Event in the calendar"),
	call: __("Video call"),
	cleanup: __("Deletion of a former video call"),
	check: __("Look for the link of the video call"),
};
const COLORS = { Pending: "gray", Sending: "blue", Sent: "green", Failed: "red", Skipped: "yellow" };

frappe.ui.form.on("Booking", {
	async refresh(form) {
		if (form.is_new() || !form.fields_dict.delivery_tasks) return;
		const { data } = await call("GET", "list", { booking: form.doc.name });
		show(form, data?.tasks || []);
	},
});

function show(form, tasks) {
	const area = $(form.fields_dict.delivery_tasks.wrapper).empty();
	if (tasks.some(({ status }) => status === "Failed")) show_failure(form);
	if (!tasks.length) area.append($('<p class="text-muted">').text(__("Nothing is planned.")));
	for (const task of tasks) area.append(row(form, task));
}

function show_failure(form) {
	form.dashboard.set_headline(__("Something about this meeting was not delivered. See “Delivery” below."), "red");
	form.fields_dict.delivery_section?.collapse?.(false);
}

function row(form, task) {
	const line = $('<div class="d-flex flex-wrap align-items-baseline mb-2" style="gap: 0 1em">');
	line.append($(`<span class="indicator-pill ${COLORS[task.status]}">`).text(__(task.status)));
	const title = __(task.automation || "") || PURPOSES[task.purpose] || task.purpose;
	line.append($("<span>").text(`${title}: ${task.target}`));
	line.append($('<span class="text-muted">').text(moment_of(task)));
	if (["Failed", "Pending", "Skipped"].includes(task.status)) {
		line.append(button(form, __("Try again"), "try_again", task));
	}
	if (["Failed", "Pending"].includes(task.status)) line.append(button(form, __("Don't send"), "stop", task));
	if (task.error) line.append($('<div class="w-100 text-muted small">').text(task.error));
	return line;
}

function moment_of({ done_at, due_at }) {
	return frappe.datetime.str_to_user(site_time(done_at || due_at));
}

// The API's instants have an offset. The desk formats times of the site's zone.
function site_time(instant) {
	return moment.tz(instant, frappe.boot.time_zone?.system || "UTC").format(frappe.defaultDatetimeFormat);
}

function button(form, label, method, { name }) {
	return $('<button type="button" class="btn btn-xs btn-default">')
		.text(label)
		.on("click", async () => {
			const answer = await call("POST", method, { name });
			if (answer.success) show(form, answer.data.tasks);
			else frappe.msgprint({ message: frappe.utils.escape_html(answer.error || ""), indicator: "red" });
		});
}

// frappe.call shows its own sentence instead of the reason for some statuses, for example 403.
async function call(method, name, values) {
	const address = `/api/method/scheduler_integration.api.outbox.${name}`;
	const headers = { Accept: "application/json", "X-Frappe-CSRF-Token": frappe.csrf_token };
	try {
		const response =
			method === "GET"
				? await fetch(`${address}?${new URLSearchParams(values)}`, { headers })
				: await fetch(address, {
						method,
						headers: { ...headers, "Content-Type": "application/json" },
						body: JSON.stringify(values),
					});
		return await response.json();
	} catch {
		return { error: __("This could not be done.") };
	}
}
