"""Stores what is known of a booking's video call, and tells people of a link that came after the first message."""

import frappe

from scheduler_integration.bookings.consequences import run_consequences
from scheduler_integration.crm.follow import keep_activity
from scheduler_integration.meetings.changes import Change, Fields, Kind
from scheduler_integration.notifications.plan import were_told
from scheduler_integration.outbox.tasks import Task


def store_call(task: Task, fields: Fields, now: int) -> None:
	"""Set the fields that the video handler returned. `now` is in epoch seconds.

	If the link is new and people were told of the meeting without it, they get another message and invitation. If they
	weren't told yet, the message that waits has the link.
	"""
	if not frappe.db.exists("Booking", task.booking):
		return
	booking = frappe.get_doc("Booking", task.booking, for_update=True)
	link = fields.get("meeting_link")
	is_new = bool(link) and link != booking.meeting_link and booking.status == "Scheduled"
	booking.db_set(fields, update_modified=False)
	if not is_new:
		return
	change = Change(Kind.LINKED, booking, now)
	if were_told(booking):
		# A calendar takes a newer invitation for the same meeting only if its SEQUENCE is higher (RFC 5546, 2.1.4).
		booking.db_set("sequence", booking.sequence + 1, update_modified=False)
		run_consequences(change)
	else:
		keep_activity(change)


def give_up_call(task: Task, reason: str) -> None:
	"""Note on the booking that it gets no link."""
	failed = {"video_status": "Failed", "video_error": reason}
	frappe.db.set_value("Booking", {"name": task.booking, "status": "Scheduled"}, failed, update_modified=False)
