"""The part of an attendee's page with which they wait for an earlier time."""

from __future__ import annotations

from typing import Any

from frappe import _

from scheduler_integration.engine import local_date
from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.query import local_address
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.pages.waiting.when import when_fields, when_words
from scheduler_integration.waitlist.links import entry_url
from scheduler_integration.waitlist.shown import Earlier, ShownEntry, sends_texts


def earlier_view(
	earlier: Earlier,
	booking: AttendeeBooking,
	visitor: Visitor,
	now: int,
	typed: dict[str, Any] | None,
	errors: dict[str, str],
) -> dict[str, Any]:
	"""Return the view of the part. `typed` are the values of its form if that was just refused. `now` is in epoch seconds."""
	if earlier.waiting:
		return {"waiting": _waiting(earlier.waiting, visitor), "fields": None}
	zone = booking.timezone
	usual = {
		"first_date": local_date(now, zone).isoformat(),
		"last_date": local_date(booking.start, zone).isoformat(),
	}
	can_text = sends_texts() and earlier.has_phone
	fields = when_fields(usual if typed is None else typed, errors, visitor.locale, can_text=can_text)
	return {"waiting": None, "fields": fields}


def _waiting(shown: ShownEntry, visitor: Visitor) -> dict[str, Any]:
	offer = _("A time is free for you") if shown.offer else None
	return {
		"title": offer or _("You're waiting for an earlier time"),
		"when": when_words(shown.entry.bounds, visitor.style(shown.entry.zone)) if not offer else [],
		"url": stay(local_address(entry_url(shown.entry)) or ""),
		"label": _("See the time") if offer else _("Change or leave"),
		"is_offered": bool(offer),
	}
