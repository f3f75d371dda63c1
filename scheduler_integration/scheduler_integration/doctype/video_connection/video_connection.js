frappe.ui.form.on("Video Connection", {
	refresh(form) {
		if (form.is_new() || form.doc.user !== frappe.session.user) return;
		const address = `/scheduling/video?${new URLSearchParams({ connect: form.doc.provider })}`;
		const label = form.doc.status === "Connected" ? __("Connect another account") : __("Connect again");
		form.add_custom_button(label, () => window.location.assign(address));
	},
});
