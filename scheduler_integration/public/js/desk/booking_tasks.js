// Shows on the Booking form what goes out for the meeting: messages, calendar events, video calls.

const COLORS = { Pending: "gray", Sending: "blue", Sent: "green", Failed: "red", Skipped: "yellow" };

frappe.ui.form.on("Booking", {
	async refresh(form) {
		if (form.is_new() || !form.fields_dict.delivery_tasks) return;
		const name = form.doc.name;
		const { data } = await scheduler_integration.desk.get("outbox.list", { booking: name });
		// Another booking was opened in the meantime.
		if (form.doc.name === name) show(form, data?.tasks || [], data?.jobs_run);
	},
});

/** @param {Form} form */
function show(form, tasks, do_jobs_run) {
	const area = $(form.fields_dict.delivery_tasks.wrapper).empty();
	if (tasks.some(({ status }) => status === "Failed")) {
		show_trouble(form, __("Something about this meeting was not delivered. See “Delivery” below."), "red");
	} else if (tasks.some(({ is_late }) => is_late)) {
		const text = do_jobs_run
			? __("Something about this meeting is late. It is tried again by itself: see “Delivery” below.")
			: __("Something about this meeting is late, because the site's jobs don't run. See “Delivery” below.");
		show_trouble(form, text);
	}
	if (!tasks.length) area.append($('<p class="text-muted">').text(__("Nothing is planned.")));
	for (const task of tasks) area.append(row(form, task));
}

/** @param {Form} form */
function show_trouble(form, sentence, color = "orange") {
	form.dashboard.set_headline(sentence, color);
	form.fields_dict.delivery_section?.collapse?.(false);
}

/** @param {Form} form */
function row(form, task) {
	const line = $('<div class="d-flex flex-wrap align-items-baseline mb-2" style="gap: 0 1em">');
	line.append($(`<span class="indicator-pill ${COLORS[task.status]}">`).text(__(task.status)));
	const title = __(task.automation || "") || scheduler_integration.desk.purpose(task.purpose);
	line.append($("<span>").text(`${title}: ${task.target}`));
	line.append(
		$('<span class="text-muted">').text(scheduler_integration.desk.show_instant(task.done_at || task.due_at)),
	);
	if (["Failed", "Pending", "Skipped"].includes(task.status)) {
		const label = task.attempts ? __("Try again") : __("Send now");
		line.append(button(form, label, "try_again", task));
	}
	if (["Failed", "Pending"].includes(task.status)) line.append(button(form, __("Don't send"), "stop", task));
	if (task.error) line.append($('<div class="w-100 text-muted small">').text(task.error));
	return line;
}

/** @param {Form} form */
function button(form, label, method, { name }) {
	return $('<button type="button" class="btn btn-xs btn-default">')
		.text(label)
		.on("click", async () => {
			const answer = await scheduler_integration.desk.post(`outbox.${method}`, { name });
			if (answer.success) show(form, answer.data.tasks, answer.data.jobs_run);
			else scheduler_integration.desk.tell_refusal(answer);
		});
}
