"""The part of a call that only hosts may see."""

import frappe
from frappe.model.document import Document

from scheduler_integration.conferencing import records
from scheduler_integration.conferencing.provider import Account
from scheduler_integration.conferencing.providers import PROVIDERS


def host_link(booking: Document, now: int) -> str | None:
	"""Return the host's own link, made at each request and stored nowhere; the attendees' link if there is no other.

	`now` is in epoch seconds. Returns None if the booking has no call, or the meeting is over.

	The host's own link makes its reader a moderator. Most providers recognise the host by their account instead.
	"""
	if booking.status != "Scheduled" or booking.ends_at <= now:
		return None
	kind = PROVIDERS.get(booking.video_provider or "")
	if not kind or not kind.HAS_HOST_LINKS or not booking.video_meeting:
		return booking.meeting_link or None
	row, name = frappe.get_doc("Video Meeting", booking.video_meeting), frappe.utils.get_fullname(booking.host)
	provider = kind.open(Account(booking.video_provider, booking.host), now)
	return provider.host_link(records.call_of(row), row.external_id, name) or booking.meeting_link
