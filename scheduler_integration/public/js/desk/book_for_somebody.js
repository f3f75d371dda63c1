// Buttons on contacts, leads and deals: book a meeting for this person, or choose times for an e-mail. Frappe loads this file
// for each of the DocTypes, so it must not connect them twice. Frappe CRM's own pages have the same two (crm/form_scripts.py).
frappe.provide("scheduler_integration");

if (!scheduler_integration.books_for_somebody) {
	scheduler_integration.books_for_somebody = true;
	for (const doctype of ["Contact", "Lead", "Opportunity", "CRM Lead", "CRM Deal"]) {
		frappe.ui.form.on(doctype, { refresh: offer_booking });
	}
}

/** @param {Form} form */
function offer_booking(form) {
	const roles = ["Scheduling User", "Scheduling Manager", "System Manager"];
	if (form.is_new() || !roles.some((role) => frappe.user.has_role(role))) return;
	const person = new URLSearchParams({ doctype: form.doctype, record: form.doc.name });
	form.add_custom_button(__("Book a meeting"), () => window.open(`/scheduling/book?${person}`));
	form.add_custom_button(__("Times for an e-mail"), () => window.open(`/scheduling/times?${person}`));
}
