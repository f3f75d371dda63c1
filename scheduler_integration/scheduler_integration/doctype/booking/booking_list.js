const BULK = [
	["confirm", __("Confirm")],
	["decline", __("Decline")],
	["complete", __("Attended")],
	["no_show", __("No-show")],
	["cancel", __("Cancel meeting")],
];
// People who are told about these can be given a reason.
const WITH_REASON = ["decline", "cancel"];

frappe.listview_settings.Booking = {
	add_fields: ["status"],
	// A host wants to see the open bookings first. The calendar starts with these too.
	filters: [["status", "in", ["Pending", "Scheduled"]]],
	onload(list) {
		list.page.add_inner_button(__("Book for somebody"), () => window.open("/scheduling/book"));
		for (const [action, label] of BULK) list.page.add_action_item(label, () => update_all(list, action, label));
	},
	formatters: {
		// The list takes the returned text for HTML, and a text without a tag for a selector.
		starts_on: (value) => `<span>${frappe.utils.escape_html(value ? short_time(value) : "")}</span>`,
		// The list would show a visitor's words as HTML.
		attendee_name: (value) => `<span>${frappe.utils.escape_html(value || "")}</span>`,
	},
};

// Short enough to be read whole in a narrow window: "Mo., 23. Nov., 14:30", in the reader's zone and language.
function short_time(site_time) {
	const { to_instant, write_instant } = scheduler_integration.desk;
	/** @type {Intl.DateTimeFormatOptions} */
	const day = { weekday: "short", day: "numeric", month: "short" };
	return write_instant(to_instant(site_time), { ...day, hour: "2-digit", minute: "2-digit" });
}

/** @param {List} list */
function update_all(list, action, label) {
	const names = list.get_checked_items(true);
	if (!WITH_REASON.includes(action)) return run(list, names, { action });
	const reason = {
		fieldname: "reason",
		fieldtype: "Small Text",
		label: __("Reason"),
		description: __("The attendee reads this."),
	};
	frappe.prompt([reason], (answers) => run(list, names, { action, ...answers }), label, label);
}

// One after the other: each is a command of its own, and one that is refused doesn't stop the others.
/** @param {List} list */
async function run(list, names, request) {
	const { post, sentences } = scheduler_integration.desk;
	const refused = [];
	frappe.dom.freeze();
	for (const name of names) {
		const answer = await post("bookings.update", { name, ...request });
		if (!answer.success) refused.push(`<b>${frappe.utils.escape_html(title_of(list, name))}</b>: ${sentences(answer)}`);
	}
	frappe.dom.unfreeze();
	list.clear_checked_items();
	list.refresh();
	if (refused.length) frappe.msgprint({ message: refused.join("<br>"), indicator: "red" });
	else frappe.show_alert({ message: __("{0} bookings changed", [names.length]), indicator: "green" });
}

/** @param {List} list */
function title_of(list, name) {
	return list.data.find((row) => row.name === name)?.subject || name;
}
