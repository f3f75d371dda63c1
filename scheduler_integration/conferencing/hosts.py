"""The part of a call that only hosts may see."""

import frappe
from frappe.model.document import Document

from scheduler_integration.conferencing import records
from scheduler_integration.conferencing.accounts import jitsi


def host_link(booking: Document, now: int) -> str | None:
	"""Return the host's own link, made at each request and stored nowhere; the attendees' link if there is no other.

	`now` is in epoch seconds. Returns None if the booking has no call, or the meeting is over.

	If a Jitsi server requires signed links, the host's link makes its reader a moderator. Zoom, Meet and Teams recognise the
	host by their account.
	"""
	if booking.status != "Scheduled" or booking.ends_at <= now:
		return None
	if booking.video_provider != "Jitsi" or not booking.video_meeting:
		return booking.meeting_link or None
	row = frappe.get_doc("Video Meeting", booking.video_meeting)
	server = jitsi()
	if not server.secret:
		return booking.meeting_link
	return server.link(records.call_of(row), row.external_id, frappe.utils.get_fullname(booking.host))
