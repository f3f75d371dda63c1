// Writes the recurrence rule for people who don't know RFC 5545, and explains it below the field.
frappe.ui.form.on("Blocked Time", {
	refresh(form) {
		// Frappe appends the reader's zone to a description of the DocType and translates both together, which fails.
		form.set_df_property("start_time", "description", __("If recurring: the start of the first occurrence"));
		scheduler_integration.offer_time_zones(form);
		if (form.doc.recurring) add_presets(form);
		show_preview(form);
	},
	recurring(form) {
		if (!form.doc.recurring) form.set_value("recurrence_rule", "");
		form.refresh();
	},
	user: (form) => show_preview(form),
	start_time: (form) => show_preview(form),
	end_time: (form) => show_preview(form),
	timezone: (form) => show_preview(form),
	recurrence_rule: (form) => show_preview(form),
});

const DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

function day_names() {
	return {
		MO: __("Monday"),
		TU: __("Tuesday"),
		WE: __("Wednesday"),
		TH: __("Thursday"),
		FR: __("Friday"),
		SA: __("Saturday"),
		SU: __("Sunday"),
	};
}

/** @param {Form} form */
function add_presets(form) {
	const presets = {
		[__("Every day")]: { rule: "FREQ=DAILY", every: __("Repeat every (days)") },
		[__("Every weekday (Monday to Friday)")]: {
			rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
			every: __("Repeat every (weeks)"),
		},
		[__("Weekly on…")]: { rule: "FREQ=WEEKLY", every: __("Repeat every (weeks)"), asks_days: true },
		[__("Monthly on the same date")]: { rule: "FREQ=MONTHLY", every: __("Repeat every (months)") },
		[__("Monthly on the same weekday")]: {
			rule: () => `FREQ=MONTHLY;BYDAY=${nth_weekday(form)}`,
			every: __("Repeat every (months)"),
		},
		[__("Every year")]: { rule: "FREQ=YEARLY", every: __("Repeat every (years)") },
	};
	for (const [label, preset] of Object.entries(presets)) {
		form.add_custom_button(label, () => ask(form, label, preset), __("Repeat"));
	}
}

/** @param {Form} form */
function ask(form, title, preset) {
	/** @type {Values[]} */
	const fields = [
		{ fieldname: "every", fieldtype: "Int", label: preset.every, default: 1, reqd: 1 },
		{ fieldname: "until", fieldtype: "Date", label: __("Until") },
		{
			fieldname: "count",
			fieldtype: "Int",
			label: __("Number of times"),
			depends_on: "eval:!doc.until",
			description: __("Leave both empty for no end."),
		},
	];
	if (preset.asks_days) {
		const names = day_names();
		const options = DAYS.map((day) => ({ label: names[day], value: day, checked: day === weekday(form) }));
		fields.unshift({
			fieldname: "days",
			fieldtype: "MultiCheck",
			label: __("On these days"),
			columns: 2,
			options,
			sort_options: false,
		});
	}
	frappe.prompt(fields, (chosen) => form.set_value("recurrence_rule", rule_of(preset, chosen)), title);
}

function rule_of(preset, { every, until, count, days }) {
	const parts = [typeof preset.rule === "function" ? preset.rule() : preset.rule];
	if (days?.length) parts.push(`BYDAY=${DAYS.filter((day) => days.includes(day)).join(",")}`);
	if (every > 1) parts.push(`INTERVAL=${every}`);
	if (until) parts.push(`UNTIL=${until.replaceAll("-", "")}`);
	else if (count) parts.push(`COUNT=${count}`);
	return parts.join(";");
}

// The field holds the site's time, but the days of the rule are in the zone of the rule: 22:00 on Monday in UTC is
// Tuesday in Kiritimati.
/** @param {Form} form */
function first_day(form) {
	const site_zone = frappe.boot.time_zone.system;
	return moment.tz(form.doc.start_time || moment(), site_zone).tz(form.doc.timezone || site_zone);
}

/** @param {Form} form */
function weekday(form) {
	return DAYS[first_day(form).isoWeekday() - 1];
}

/** @param {Form} form */
function nth_weekday(form) {
	const which = Math.ceil(first_day(form).date() / 7);
	return (which > 4 ? -1 : which) + weekday(form);
}

/** @param {Form} form */
async function show_preview(form) {
	const { $wrapper } = form.fields_dict.recurrence_preview;
	const asked = question(form);
	if (!asked) {
		$wrapper.empty();
		return;
	}
	const answer = await frappe.xcall(
		"scheduler_integration.scheduler_integration.doctype.blocked_time.blocked_time.preview",
		asked,
	);
	// If the form has changed since the request, the answer to a later request is on its way.
	if (JSON.stringify(asked) === JSON.stringify(question(form))) $wrapper.html(preview_html(answer));
}

/** @param {Form} form */
function question(form) {
	const { user, start_time, end_time, recurrence_rule, timezone, recurring } = form.doc;
	if (!recurring || !recurrence_rule || !start_time || !end_time) return null;
	return { user, start_time, end_time, recurrence_rule, timezone };
}

function preview_html({ problem, sentence, next, timezone }) {
	const escaped = frappe.utils.escape_html;
	if (problem) return `<p class="text-danger">${escaped(problem)}</p>`;
	const times = next.map((time) => `<li>${escaped(time)}</li>`).join("");
	return `<p>${escaped(sentence)} (${escaped(timezone)})</p><p class="text-muted">${__("Next times")}</p><ul>${times}</ul>`;
}
