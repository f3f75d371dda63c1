"""What anybody may call: see a page, its slots, book, and manage one's own booking by its link.

`xss_safe` keeps Frappe from rewriting what guests send: markup is refused here, in words, and escaped wherever text is
shown.
"""

from typing import Any

import frappe
from frappe import _

from scheduler_integration import bookings, clock
from scheduler_integration.api.answer import answered
from scheduler_integration.api.parse import parse_date, parse_json, parse_whole_number
from scheduler_integration.availability.slots import first_month_with_slots, slots_between
from scheduler_integration.catalogue.present import public_page
from scheduler_integration.doors.address import client_network
from scheduler_integration.doors.commands import book_for_guest, cancel_for_guest
from scheduler_integration.doors.limits import REQUESTS, limited
from scheduler_integration.exceptions import InvalidDate, LinkExpired
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.meetings.tokens import find_by_token
from scheduler_integration.notifications.invitation import invitation
from scheduler_integration.notifications.readers import attendee_of


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@answered()
@limited(REQUESTS)
def get_page(slug=None) -> dict[str, Any]:
	"""The booking page and its meeting types."""
	return public_page(slug)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@answered()
@limited(REQUESTS)
def get_slots(
	slug=None, meeting_type=None, start_date=None, end_date=None, date=None, timezone=None, duration=None, hold=None
) -> dict[str, Any]:
	"""The free slots from `start_date` to `end_date`, or of one `date`; at most 62 days."""
	if not date and not (start_date and end_date):
		raise InvalidDate(_("Say which days: start_date and end_date, or date."))
	first = parse_date("date" if date else "start_date", date or start_date)
	last = parse_date("date" if date else "end_date", date or end_date)
	minutes = parse_whole_number("duration", duration)
	return slots_between(slug, meeting_type, first, last, timezone, minutes, clock.now(), hold_key(hold))


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@answered()
@limited(REQUESTS)
def next_slots(slug=None, meeting_type=None, after=None, timezone=None, duration=None, hold=None) -> dict[str, Any]:
	"""The first month with a free slot, from today or from the day after `after`."""
	since = parse_date("after", after) if after else None
	minutes = parse_whole_number("duration", duration)
	return first_month_with_slots(slug, meeting_type, timezone, minutes, clock.now(), hold_key(hold), since)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@answered(status=201)
@limited(REQUESTS)
def hold_slot(slug=None, meeting_type=None, start=None, duration=None, hold=None) -> dict[str, Any]:
	"""Keeps a slot for the caller for some minutes, in place of what `hold` kept before."""
	minutes = parse_whole_number("duration", duration)
	return bookings.hold_slot(slug, meeting_type, start, minutes, hold, client_network(), clock.now())


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@answered()
@limited(REQUESTS)
def release_slot(hold=None) -> dict[str, Any]:
	"""Gives a held slot back."""
	return bookings.release_slot(hold)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@answered(status=201)
def book(
	slug=None,
	meeting_type=None,
	start=None,
	parts=None,
	attendee_name=None,
	attendee_email=None,
	timezone=None,
	duration=None,
	attendee_phone=None,
	attendee_company=None,
	notes=None,
	guests=None,
	answers=None,
	language=None,
	idempotency_key=None,
	source=None,
	utm_source=None,
	utm_medium=None,
	utm_campaign=None,
	utm_term=None,
	utm_content=None,
	hold=None,
	website=None,
) -> dict[str, Any]:
	"""Books a meeting. The arguments are those of docs/api.md; they are checked where they are used."""
	payload = dict(locals())
	payload["answers"] = parse_json("answers", answers, dict)
	payload["guests"] = parse_json("guests", guests, list)
	payload["parts"] = parse_json("parts", parts, list)
	return book_for_guest(payload)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@answered()
@limited(REQUESTS)
def get_booking(token=None) -> dict[str, Any]:
	"""The booking that a manage link is for."""
	return booking_by_token(token, clock.now())


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["POST"])
@answered()
@limited(REQUESTS)
def cancel(token=None, reason=None) -> dict[str, Any]:
	"""Cancels the booking that a manage link is for."""
	return cancel_for_guest(token, reason)


@frappe.whitelist(allow_guest=True, xss_safe=True, methods=["GET"])
@answered()
@limited(REQUESTS)
def calendar_file(token=None) -> None:
	"""The invitation as an .ics file."""
	booking, now = find_by_token(token), clock.now()
	if booking.ends_at <= now:
		raise LinkExpired
	frappe.local.response.update(
		{
			"type": "download",
			"filename": "invite.ics",
			"filecontent": invitation(booking, now, attendee_of(booking)),
			"content_type": "text/calendar",
		}
	)


def hold_key(value: object) -> str | None:
	"""The key of a hold as the caller sent it; what is none hides nothing and is no error."""
	return value if isinstance(value, str) and value else None
