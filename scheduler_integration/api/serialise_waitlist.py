"""Turns an entry of a waitlist into the JSON of docs/reference/api.md, for its person and nobody else."""

from dataclasses import asdict
from typing import Any

from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.platform.clock import iso
from scheduler_integration.times import Bounds
from scheduler_integration.waitlist.links import entry_url
from scheduler_integration.waitlist.shown import ShownEntry

JSON = dict[str, Any]


def entry(shown: ShownEntry) -> JSON:
	"""The data of `public.get_waitlist_entry`."""
	each, zone = shown.entry, shown.entry.zone
	return {
		"status": each.status,
		"ended_because": each.ended_because or None,
		"url": entry_url(each),
		"page": asdict(shown.page),
		"meeting_type": asdict(shown.meeting_type),
		"attendee": {"name": each.attendee_name, "email": each.attendee_email, "phone": each.attendee_phone or None},
		"duration_minutes": each.duration,
		"before": shown.before,
		"notify_by": "text" if each.is_told_by_text else "email",
		"most_offers": each.most_unanswered,
		"unanswered": each.unanswered,
		"timezone": zone,
		**_bounds(each.bounds),
		"offer": shown.offer
		and {
			"id": shown.offer.name,
			"start": iso(shown.offer.start, zone),
			"end": iso(shown.offer.end, zone),
			"expires_at": iso(shown.offer.expires_at, zone),
		},
		"booking": _booking(shown.booking),
		"taken": _booking(shown.taken),
	}


def _bounds(bounds: Bounds) -> JSON:
	return {
		"first_date": bounds.first.isoformat(),
		"last_date": bounds.last.isoformat(),
		"weekdays": sorted(bounds.weekdays),
		"from_time": clock_text(bounds.from_minute),
		"to_time": clock_text(bounds.to_minute),
	}


def clock_text(minute: int) -> str:
	"""Return minutes since midnight as `14:30`. The end of the day is `24:00`."""
	return f"{minute // 60:02}:{minute % 60:02}"


def _booking(booking: AttendeeBooking | None) -> JSON | None:
	if not booking:
		return None
	return {
		"id": booking.id,
		"status": booking.status,
		"start": iso(booking.start, booking.timezone),
		"end": iso(booking.end, booking.timezone),
		"manage_url": booking.manage_url,
	}
