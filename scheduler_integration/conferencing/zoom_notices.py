"""Acts on Zoom's notices: tells hosts of changes at Zoom, counts the people who join, deletes accounts.

Zoom sends a notice again if it gets no answer within three seconds, so each step can be repeated.
"""

from collections.abc import Callable
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.conferencing.connect import forget, note_deauthorisation
from scheduler_integration.conferencing.log import Entry, note
from scheduler_integration.conferencing.notices import tell
from scheduler_integration.conferencing.records import DELETED_OUTSIDE, OVER
from scheduler_integration.conferencing.subjects import scheduled_booking
from scheduler_integration.conferencing.tokens import CONNECTION
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.parsing.zoom_notice import ZoomNotice
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.platform.language import language_of


@dataclass(frozen=True, slots=True)
class News:
	"""The `fields` that a notice changes in the bookings of one call, the Video Meeting `meeting`."""

	meeting: str
	fields: Fields


def act_on(notice: ZoomNotice, now: int) -> News | None:
	"""Do what the notice asks for, and return the changes to its bookings, if any. `now` is in epoch seconds."""
	act = _ACTIONS.get(notice.event)
	return act(notice, now) if act else None


def _meeting(notice: ZoomNotice) -> Document | None:
	"""Return the call that the notice is about, locked; None for meetings that this app hasn't made."""
	key = {"provider": "Zoom", "external_id": notice.meeting}
	name = notice.meeting and frappe.db.get_value("Video Meeting", key)
	return frappe.get_doc("Video Meeting", name, for_update=True) if name else None


def _deleted(notice: ZoomNotice, now: int) -> News | None:
	"""The host deleted the meeting at Zoom, so the link no longer works. The booking stays, and its host is told."""
	row = _meeting(notice)
	if not row or row.status in OVER or row.status == "Removing":
		return None  # not ours, or deleted by us
	row.db_set({"status": DELETED_OUTSIDE}, update_modified=False)
	note(_entry(row), "Success")
	booking = scheduled_booking(row.subject)
	if not booking or booking.ends_at <= now:
		return None
	with print_language(language_of(row.user)):
		text = _("The link no longer works. Cancel the booking, or make a new link.")
		_tell(row, booking, _("Deleted at Zoom: {0}"), text)
	return _news(row, "Deleted Outside", _("The meeting was deleted at Zoom."))


def _updated(notice: ZoomNotice, now: int) -> News | None:
	"""The host moved the meeting at Zoom. The booking keeps its time, and the host is told."""
	row = _meeting(notice)
	if not row or row.status in OVER or notice.start is None:
		return None
	moved = notice.start != row.starts_at
	if moved == bool(row.moved_outside):
		return None
	row.db_set({"moved_outside": int(moved)}, update_modified=False)
	note(_entry(row), "Success")
	booking = scheduled_booking(row.subject)
	if not booking:
		return None
	if not moved:
		return _news(row, "Ready", None)
	with print_language(language_of(row.user)):
		text = _("The booking keeps its time, and attendees weren't told. The link still works.")
		_tell(row, booking, _("Moved at Zoom: {0}"), text)
	return _news(row, "Moved Outside", _("The meeting was moved at Zoom, and the booking wasn't."))


def _joined(notice: ZoomNotice, now: int) -> None:
	"""Count the participants, and store when the host and the first other person joined: a hint who was missing."""
	row = _meeting(notice)
	if not row:
		return
	at = to_site_time(notice.joined_at or now)
	# By the e-mail address, which Zoom sends for users of the host's account.
	address = notice.participant.lower()
	account_name = frappe.db.get_value(CONNECTION, row.connection, "account_name") if row.connection else None
	if address and address in (str(row.user).lower(), str(account_name or "").lower()):
		if not row.host_joined_at:
			row.db_set("host_joined_at", at, update_modified=False)
		return
	row.db_set("participants", (row.participants or 0) + 1, update_modified=False)
	if not row.first_guest_at:
		row.db_set("first_guest_at", at, update_modified=False)


def _ended(notice: ZoomNotice, now: int) -> None:
	if row := _meeting(notice):
		row.db_set("ended_on", to_site_time(notice.end or now), update_modified=False)


def _deauthorised(notice: ZoomNotice, now: int) -> None:
	"""The user removed the app at Zoom: all facts about the account that came from Zoom must be deleted."""
	key = {"provider": "Zoom", "account_id": notice.user}
	for row in frappe.get_all(CONNECTION, key, ["name", "user"]) if notice.user else ():
		forget(row.name)
		note_deauthorisation("Zoom", row.user)
		ours = {"provider": "Zoom", "user": row.user, "connection": row.name}
		emptied = {"external_id": None, "shown_id": None, "passcode": None, "join_url": None}
		frappe.db.set_value("Video Meeting", ours, emptied, update_modified=False)


_ACTIONS: dict[str, Callable[[ZoomNotice, int], News | None]] = {
	"meeting.deleted": _deleted,
	"meeting.updated": _updated,
	"meeting.participant_joined": _joined,
	"meeting.ended": _ended,
	"app_deauthorized": _deauthorised,
}


def _news(row: Document, status: str, error: str | None) -> News:
	return News(row.name, {"video_status": status, "video_error": error})


def _tell(row: Document, booking: Document, subject: str, text: str) -> None:
	tell(row.user, "Booking", booking.name, subject.format(booking.subject), text)


def _entry(row: Document) -> Entry:
	return Entry(action="Notice", provider="Zoom", user=row.user, booking=row.booking, meeting=row.name)
