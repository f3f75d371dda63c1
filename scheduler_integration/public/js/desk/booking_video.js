// Offers a new video call on the Booking form, if the call failed or was deleted at its provider.

frappe.ui.form.on("Booking", {
	refresh(form) {
		const { status, video_status } = form.doc;
		if (status !== "Scheduled" || !["Failed", "Deleted Outside"].includes(video_status)) return;
		form.add_custom_button(__("Make a new video call"), () => make(form));
	},
});

async function make(form) {
	const response = await fetch("/api/method/scheduler_integration.api.video.new_link", {
		method: "POST",
		headers: { "Content-Type": "application/json", "X-Frappe-CSRF-Token": frappe.csrf_token },
		body: JSON.stringify({ booking: form.doc.name }),
	});
	const { success, error } = await response.json();
	if (success) form.reload_doc();
	else frappe.msgprint({ message: frappe.utils.escape_html(error || ""), indicator: "red" });
}
