"""Reads Zoom's webhooks, called notices here: about meetings and accounts.

Each notice is signed with the secret token of the app: HMAC-SHA256 over `v0:<timestamp>:<body>`, the body as it arrived.
Zoom sends a notice again if it gets no answer within three seconds, so each step can be repeated.
https://developers.zoom.us/docs/api/webhooks/
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.clock import to_site_time
from scheduler_integration.conferencing.connect import forget, note_deauthorisation
from scheduler_integration.conferencing.log import Entry, note
from scheduler_integration.conferencing.notices import tell
from scheduler_integration.conferencing.records import DELETED_OUTSIDE, OVER
from scheduler_integration.conferencing.subjects import scheduled_booking
from scheduler_integration.conferencing.tokens import CONNECTION
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings.changes import Fields
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused

# A notice that is older was recorded by somebody and sent again.
OLDEST = 300
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class News:
	"""The `fields` that a notice changes in the bookings of one call, the Video Meeting `meeting`."""

	meeting: str
	fields: Fields


@dataclass(frozen=True, slots=True)
class Notice:
	"""A request of Zoom as it arrived: the raw body, and the two headers that sign it."""

	body: bytes = field(repr=False)
	timestamp: str | None
	signature: str | None = field(repr=False)


def read_notice(notice: Notice, now: int) -> tuple[Body, News | None]:
	"""Check the notice, act on it, and return the answer and what bookings must show. `now` is in epoch seconds.

	Raises NotPermitted if it isn't from Zoom, and InvalidRequest if it can't be read.
	"""
	secret = _secret()
	_check(notice, secret, now)
	try:
		told = json.loads(notice.body)
		event, payload = told["event"], told.get("payload") or {}
	except (ValueError, TypeError, KeyError):
		raise InvalidRequest(_("This isn't a notice.")) from None
	if event == "endpoint.url_validation":
		plain = str(payload.get("plainToken") or "")
		return {"plainToken": plain, "encryptedToken": _hmac(secret, plain.encode())}, None
	act = _ACTIONS.get(event)
	return {"success": True}, act(payload, now) if act else None


def _secret() -> str:
	secret = frappe.get_cached_doc("Scheduler Settings").get_password("zoom_webhook_secret", raise_exception=False)
	if not secret:
		raise NotPermitted
	return secret


def _check(notice: Notice, secret: str, now: int) -> None:
	stamp = notice.timestamp or ""
	if not stamp.isascii() or not stamp.isdigit() or abs(now - int(stamp[:12])) > OLDEST:
		raise NotPermitted
	expected = "v0=" + _hmac(secret, b":".join((b"v0", stamp.encode(), notice.body)))
	if not hmac.compare_digest(expected.encode(), (notice.signature or "").encode()):
		raise NotPermitted


def _hmac(secret: str, message: bytes) -> str:
	return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _meeting(payload: Body) -> Document | None:
	"""Return the call that the notice is about, locked; None for meetings that aren't ours."""
	number = str((payload.get("object") or {}).get("id") or "")
	name = number and frappe.db.get_value("Video Meeting", {"provider": "Zoom", "external_id": number})
	return frappe.get_doc("Video Meeting", name, for_update=True) if name else None


def _deleted(payload: Body, now: int) -> News | None:
	"""The host deleted the meeting at Zoom: the link is dead. The booking stands, and its host is told."""
	row = _meeting(payload)
	if not row or row.status in OVER or row.status == "Removing":
		return None  # not ours, or deleted by us
	row.db_set({"status": DELETED_OUTSIDE}, update_modified=False)
	note(_entry(row), "Success")
	booking = scheduled_booking(row.subject)
	if not booking or booking.ends_at <= now:
		return None
	_tell(
		row, booking, _("Deleted at Zoom: {0}"), _("The link no longer works. Cancel the booking, or make a new link.")
	)
	return _news(row, "Deleted Outside", _("The meeting was deleted at Zoom."))


def _updated(payload: Body, now: int) -> News | None:
	"""The host moved the meeting at Zoom. The booking's time is the one that counts, and the host is told."""
	row = _meeting(payload)
	start = _instant((payload.get("object") or {}).get("start_time"))
	if not row or row.status in OVER or start is None or (start != row.starts_at) == bool(row.moved_outside):
		return None
	moved = start != row.starts_at
	row.db_set({"moved_outside": int(moved)}, update_modified=False)
	note(_entry(row), "Success")
	booking = scheduled_booking(row.subject)
	if not booking:
		return None
	if not moved:
		return _news(row, "Ready", None)
	text = _("The booking keeps its time, and attendees weren't told. The link still works.")
	_tell(row, booking, _("Moved at Zoom: {0}"), text)
	return _news(row, "Moved Outside", _("The meeting was moved at Zoom, and the booking wasn't."))


def _joined(payload: Body, now: int) -> None:
	"""Count who comes, and note when the host and the first guest did: a hint whether somebody didn't."""
	row = _meeting(payload)
	if not row:
		return
	person = (payload.get("object") or {}).get("participant") or {}
	at = to_site_time(_instant(person.get("join_time")) or now)
	if _is_host(person, row):
		if not row.host_joined_at:
			row.db_set("host_joined_at", at, update_modified=False)
		return
	row.db_set("participants", (row.participants or 0) + 1, update_modified=False)
	if not row.first_guest_at:
		row.db_set("first_guest_at", at, update_modified=False)


def _ended(payload: Body, now: int) -> None:
	if row := _meeting(payload):
		at = _instant((payload.get("object") or {}).get("end_time")) or now
		row.db_set("ended_on", to_site_time(at), update_modified=False)


def _deauthorised(payload: Body, now: int) -> None:
	"""The user removed the app at Zoom: what Zoom told us about the account must be deleted."""
	account = str(payload.get("user_id") or "")
	rows = frappe.get_all(CONNECTION, {"provider": "Zoom", "account_id": account}, ["name", "user"]) if account else []
	for row in rows:
		forget(row.name)
		note_deauthorisation("Zoom", row.user)
		ours = {"provider": "Zoom", "user": row.user, "connection": row.name}
		emptied = {"external_id": None, "shown_id": None, "passcode": None, "join_url": None}
		frappe.db.set_value("Video Meeting", ours, emptied, update_modified=False)


_ACTIONS: dict[str, Callable[[Body, int], News | None]] = {
	"meeting.deleted": _deleted,
	"meeting.updated": _updated,
	"meeting.participant_joined": _joined,
	"meeting.ended": _ended,
	"app_deauthorized": _deauthorised,
}


def _is_host(person: Body, row: Document) -> bool:
	"""Whether the participant is the host: by the e-mail address, which Zoom sends for users of the host's account."""
	address = str(person.get("email") or "").lower()
	known = frappe.db.get_value(CONNECTION, row.connection, "account_name") if row.connection else None
	return bool(address) and address in {str(row.user).lower(), str(known or "").lower()}


def _instant(text: object) -> int | None:
	"""Return the epoch seconds of Zoom's `2026-03-02T09:00:00Z`, or None."""
	try:
		return parse_instant(text)
	except Refused:
		return None


def _news(row: Document, status: str, error: str | None) -> News:
	return News(row.name, {"video_status": status, "video_error": error})


def _tell(row: Document, booking: Document, subject: str, text: str) -> None:
	tell(row.user, "Booking", booking.name, subject.format(booking.subject), text)


def _entry(row: Document) -> Entry:
	return Entry(action="Notice", provider="Zoom", user=row.user, booking=row.booking, meeting=row.name)
