// The app's lists in the desk name people instead of showing their addresses, and leave out the column of random ids.

// The field with a person of each list, if it has one. Frappe loads this file with each of them.
const PEOPLE = {
	"Availability Override": "user",
	"Availability Schedule": "user",
	"Blocked Time": "user",
	Booking: "host",
	"Calendar Connection": "user",
	"Client Assessment": "consultant",
	"Consultant Scheduler Settings": null,
	"Meeting Type": null,
	"Outside Booking": "consultant",
	"Scheduler Engagement": "consultant",
	"Scheduling Domain": "user",
	"Scheduling Page": "user",
	"Video Connection": "user",
	"Waitlist Entry": null,
	"Waitlist Offer": null,
	"Webhook Subscription": "user",
};

for (const [doctype, fieldname] of Object.entries(PEOPLE)) {
	frappe.listview_settings[doctype] ??= {};
	const settings = frappe.listview_settings[doctype];
	settings.hide_name_column = true;
	if (!fieldname) continue;
	settings.formatters = { ...settings.formatters, [fieldname]: person };
	settings.refresh = name_people;
}

function person(user) {
	const name = frappe.utils.escape_html(frappe.user_info(user || "-").fullname);
	return `<span data-person="${frappe.utils.escape_html(user || "")}">${user ? name : ""}</span>`;
}

/** Asks for the names that the desk doesn't know yet. Hosts may not read others' Users, but Frappe names them.
 * @param {List} list
 */
async function name_people(list) {
	const shown = [...list.$result.get(0).querySelectorAll("[data-person]")];
	const unknown = new Set(
		shown.map(({ dataset }) => dataset.person).filter((user) => user && !frappe.boot.user_info[user]),
	);
	if (!unknown.size) return;
	const method = "frappe.desk.form.load.get_user_info_for_viewers";
	frappe.update_user_info(await frappe.xcall(method, { users: [...unknown] }));
	for (const element of shown) element.textContent = frappe.user_info(element.dataset.person || "-").fullname;
}
