// Offers a new video call on the Booking form, if the call failed or was deleted at its provider.

frappe.ui.form.on("Booking", {
	refresh(form) {
		const { status, video_status } = form.doc;
		if (status !== "Scheduled" || !["Failed", "Deleted Outside"].includes(video_status)) return;
		form.add_custom_button(__("Make a new video call"), () => make(form));
	},
});

/** @param {Form} form */
async function make(form) {
	const answer = await scheduler_integration.desk.post("video.new_link", { booking: form.doc.name });
	if (answer.success) form.reload_doc();
	else scheduler_integration.desk.tell_refusal(answer);
}
