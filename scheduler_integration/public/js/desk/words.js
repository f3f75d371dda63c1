// The words for keys that are stored. The desk loads this with the forms and lists that show them (hooks.py).
frappe.provide("scheduler_integration.desk");

const PURPOSES = {
	attendee_asked: __("Request for another time, to the attendee"),
	attendee_confirmed: __("Confirmation to the attendee"),
	attendee_requested: __("Request received, to the attendee"),
	attendee_accepted: __("Request confirmed, to the attendee"),
	attendee_refused: __("Request declined, to the attendee"),
	attendee_moved: __("New time, to the attendee"),
	attendee_reassigned: __("New host, to the attendee"),
	attendee_guests: __("Changed guest list, to the attendee"),
	attendee_link: __("Link of the video call, to the attendee"),
	attendee_kept: __("The meeting stays as it is, to the attendee"),
	attendee_declined: __("Question whether to cancel, to the attendee"),
	host_proposed: __("Proposed time, to the host"),
	attendee_cancelled: __("Cancellation to the attendee"),
	guest_removed: __("Removal of a guest"),
	host_confirmed: __("Confirmation to the host"),
	host_requested: __("Request, to the host"),
	host_accepted: __("Request confirmed, to the host"),
	host_moved: __("New time, to the host"),
	host_reassigned: __("Reassigned meeting, to its new host"),
	host_guests: __("Changed guest list, to the host"),
	host_link: __("Link of the video call, to the host"),
	host_cancelled: __("Cancellation to the host"),
	host_removed: __("Reassigned meeting, to its former host"),
	sms_answer: __("Answer to a text message"),
	automation: __("Automation"),
	reminder: __("Automation before or after the meeting"),
	mirror: __("Event in the calendar"),
	call: __("Video call"),
	cleanup: __("Deletion of a former video call"),
	check: __("Look for the link of the video call"),
	settle: __("Find out whether it is paid"),
	deadline: __("End of the wait for a payment"),
	refund: __("Pay money back"),
	attendee_refunded: __("Money back, to the attendee"),
	attendee_refund_failed: __("Money that didn't arrive, to the attendee"),
	host_refund_failed: __("Money that couldn't be paid back, to the host"),
	freed: __("Look at the waitlists after a time became free"),
	undelivered: __("End an offer of which nobody could be told"),
	requested: __("Requested"),
	booked: __("Booked"),
	declined: __("Declined"),
	cancelled: __("Cancelled"),
	rescheduled: __("Rescheduled"),
	reassigned: __("Reassigned"),
	completed: __("Completed"),
	no_show: __("No Show"),
	waitlist_offer: __("Offer of a time, to somebody who waits"),
	waitlist_joined: __("Confirmation of the waitlist, to somebody who waits"),
};

const KINDS = {
	email: __("Email"),
	sms: __("SMS"),
	sms_answer: __("Answer to a text message"),
	webhook: __("Webhook"),
	webhook_subscription: __("Webhook subscription"),
	todo: __("To-do"),
	crm_status: __("Status in the CRM"),
	crm_task: __("Task"),
	calendar_event: __("Event in the calendar"),
	video_meeting: __("Video call"),
	payment: __("Payment"),
	web_push: __("Notification on devices"),
	waitlist: __("Waitlist"),
	crm_record: __("Record in the CRM"),
};

const EVENTS = {
	link_clicked: __("Link clicked"),
	meeting_booked: __("Meeting booked"),
	meeting_completed: __("Meeting took place"),
	meeting_cancelled: __("Meeting cancelled"),
};

scheduler_integration.desk.purpose = (key) => PURPOSES[key] || key;
scheduler_integration.desk.kind = (key) => KINDS[key] || key;
scheduler_integration.desk.engagement_event = (key) => EVENTS[key] || key;
// Frappe translates the options of a field without saying what they are options of: "Build" is a verb elsewhere.
scheduler_integration.desk.phase = (key) => __(key, null, "Phase");

// The channel of automations that a site without a CRM doesn't offer.
scheduler_integration.desk.CRM_CHANNEL = "Set CRM Status";
