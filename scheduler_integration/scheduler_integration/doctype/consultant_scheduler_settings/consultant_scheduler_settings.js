// Shows the section as a client would see it, and creates the starter set of meeting types.
frappe.ui.form.on("Consultant Scheduler Settings", {
	refresh(form) {
		if (form.is_new()) return;
		form.add_custom_button(__("Create starter meeting types"), () => create_starter_types(form));
		form.add_custom_button(__("Meeting types"), () => {
			frappe.set_route("List", "Meeting Type", { consultant: form.doc.consultant });
		});
		show_webhook(form);
		show_preview(form);
	},
	scheduler_provider: show_webhook,
});

const WEBHOOKS = { Calendly: "calendly", Acuity: "acuity", ScheduleOnce: "oncehub", Custom: "custom" };

/** Show beside the key the address that the scheduler has to call. docs/how-to/tracking.md has the steps.
 * @param {Form} form
 */
function show_webhook(form) {
	const method = WEBHOOKS[form.doc.scheduler_provider];
	if (!method || form.is_new()) return;
	const settings = encodeURIComponent(form.doc.name);
	const address = `${window.location.origin}/api/method/scheduler_integration.api.webhooks.${method}?settings=${settings}`;
	form.set_df_property("webhook_signing_key", "description", __("Address of the webhook: {0}", [address]));
}

/** @param {Form} form */
async function create_starter_types(form) {
	const { post } = scheduler_integration.desk;
	const made = data_of(await post("meeting_types.create_starter_set", { consultant: form.doc.consultant }));
	if (!made) return;
	const titles = made.meeting_types.map((each) => each.name);
	const sentence = titles.length
		? __("Created: {0}", [titles.map(frappe.utils.escape_html).join(", ")])
		: __("You have all of the starter meeting types already.");
	frappe.show_alert({ message: sentence, indicator: titles.length ? "green" : "blue" });
	refresh_preview(form);
}

/** @param {Form} form */
function show_preview(form) {
	// Frappe refreshes a form several times. The choices of phase and profile stay.
	if (preview(form).dataset.of === form.doc.name) return refresh_preview(form);
	preview(form).dataset.of = form.doc.name;
	/** @type {[name: string, label: string, options: string[]][]} */
	const choices = [
		["phase", __("Phase"), ["Stabilize", "Organize", "Build", "Grow", "Systemic"]],
		["disc", __("DISC profile"), ["", "D", "I", "S", "C"]],
	];
	const selects = choices.map(([name, label, options]) => {
		const select = element("select", { class: "form-control", "data-preview": name, "aria-label": label });
		select.append(...options.map((value) => new Option(value ? __(value, null, "Phase") : label, value)));
		select.addEventListener("change", () => refresh_preview(form));
		return select;
	});
	const row = element("div", { style: "display: flex; gap: 8px; max-width: 26rem; margin-bottom: 8px" });
	row.append(...selects);
	// The section is HTML that was built on the server. The frame keeps it apart from the desk, and runs nothing.
	const style =
		"width: 100%; height: 480px; border: 1px solid var(--border-color); border-radius: var(--border-radius)";
	preview(form).replaceChildren(row, element("iframe", { sandbox: "", title: __("Preview"), style }));
	refresh_preview(form);
}

/** @param {Form} form */
async function refresh_preview(form) {
	const asked = wanted(form);
	const found = data_of(await scheduler_integration.desk.get("reports.preview", asked));
	// Meanwhile the form may show other settings, or somebody has chosen another phase.
	if (!found || JSON.stringify(wanted(form)) !== JSON.stringify(asked)) return;
	const empty = __("Nothing to show: there are no active meeting types, or reports are switched off.");
	const style = "body { font: 15px/1.5 sans-serif; margin: 16px } .meeting-type { margin-bottom: 24px }";
	const body = found.html || frappe.utils.escape_html(empty);
	preview(form).querySelector("iframe").srcdoc = `<style>${style}</style>${body}`;
}

/** @param {Form} form */
function wanted(form) {
	const chosen = (name) => preview(form).querySelector(`[data-preview=${name}]`).value;
	return { consultant: form.doc.consultant, phase: chosen("phase"), disc: chosen("disc") };
}

/** @param {Form} form */
function preview(form) {
	return form.fields_dict.preview.$wrapper.get(0);
}

function element(tag, attributes) {
	const made = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
	return made;
}

/** Returns the data of the API's answer, or shows why it refused and returns nothing. */
function data_of(answer) {
	if (answer.success) return answer.data;
	scheduler_integration.desk.tell_refusal(answer);
}
