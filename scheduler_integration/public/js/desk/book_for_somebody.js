// A button on contacts, leads and deals: book a meeting for this person. Frappe loads this file for each of the DocTypes,
// so it must not connect the button twice.
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
	form.add_custom_button(__("Book a meeting"), () => {
		const person = new URLSearchParams({ doctype: form.doctype, record: form.doc.name });
		window.open(`/scheduling/book?${person}`);
	});
}
