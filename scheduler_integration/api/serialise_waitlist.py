"""Turns waitlists into the JSON of docs/reference/api.md: an entry for its person, a whole list for its hosts."""

from dataclasses import asdict
from typing import Any

from scheduler_integration.meetings.summaries import AttendeeBooking
from scheduler_integration.platform.clock import iso
from scheduler_integration.times import Bounds
from scheduler_integration.waitlist.links import entry_url
from scheduler_integration.waitlist.listing import Line, Waitlist
from scheduler_integration.waitlist.rows import Offered
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
		"offer": _offer(shown.offer, zone),
		"late_offer": _offer(shown.late, zone),
		"booking": _booking(shown.booking),
		"taken": _booking(shown.taken),
	}


def waitlist(each: Waitlist) -> JSON:
	"""An item of `waitlist.list`, for a host. Instants are in the page's zone."""
	meeting_type, page = each.found.meeting_type, each.found.page
	return {
		"meeting_type": {"id": meeting_type.name, "name": meeting_type.title, "page": page.title},
		"has_waitlist": each.is_on,
		"timezone": page.timezone,
		"offered": each.results.offered,
		"taken": each.results.taken,
		"entries": [_line(line, page.timezone) for line in each.lines],
	}


def _line(line: Line, zone: str) -> JSON:
	entry = line.entry
	return {
		"id": entry.name,
		"attendee": {"name": entry.attendee_name, "email": entry.attendee_email, "phone": entry.attendee_phone or None},
		"duration_minutes": entry.duration,
		"notify_by": "text" if entry.is_told_by_text else "email",
		"most_offers": entry.most_unanswered,
		"unanswered": entry.unanswered,
		"timezone": entry.zone,
		**_bounds(entry.bounds),
		"joined_at": iso(entry.joined_at, zone),
		"booking": {"id": entry.booking, "start": iso(line.moves_from, zone)}
		if entry.booking and line.moves_from is not None
		else None,
		"offer": _offer(line.offer, zone),
	}


def _offer(offer: Offered | None, zone: str) -> JSON | None:
	if not offer:
		return None
	return {
		"id": offer.name,
		"start": iso(offer.start, zone),
		"end": iso(offer.end, zone),
		"expires_at": iso(offer.expires_at, zone),
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
