// The link's address, to copy. Its token isn't stored in the record.
frappe.ui.form.on("Booking Link", {
	setup(frm) {
		frm.set_query("meeting_type", () => ({ filters: { is_active: 1, scheduling_page: ["is", "set"] } }));
	},
	refresh(frm) {
		const address = !frm.is_new() && frm.doc.__onload?.address;
		if (!address) return;
		frm.add_custom_button(__("Copy link"), () => frappe.utils.copy_to_clipboard(address));
		frm.add_custom_button(__("Open the link"), () => window.open(address, "_blank", "noopener"));
	},
});
