"""One meeting in the list on `/scheduling`: what templates/scheduling/meeting_row.html prints."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import quote

from babel.dates import format_timedelta
from frappe import _

from scheduler_integration.engine import local_date
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.host import words
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.facts import place_icon
from scheduler_integration.pages.kit.money import payment_text
from scheduler_integration.pages.kit.people import names
from scheduler_integration.pages.kit.spans import when_view
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.contrast import clean_hex

# A meeting that begins within this time is shown with the time that is left.
SOON = 8 * 3600

Sessions = list[list[HostBooking]]


def meeting_url(name: str) -> str:
	"""Return the address of the page of one meeting."""
	return f"/scheduling/meeting/{quote(name, safe='')}"


def by_session(bookings: Iterable[HostBooking]) -> Sessions:
	"""Group the bookings by session. A booking without a session is a group of its own."""
	groups: dict[str, list[HostBooking]] = {}
	for booking in bookings:
		groups.setdefault(booking.session or booking.id, []).append(booking)
	return list(groups.values())


def meeting_row(sharing: Sequence[HostBooking], style: dates.TimeStyle) -> dict:
	"""Return the view of one meeting: a booking, or all bookings of a session."""
	first = sharing[0]
	is_session = len(sharing) > 1
	when = when_view(first.stretches, style)
	about = (
		[_("Seats taken: {0}").format(sum(booking.seats for booking in sharing)), first.location_label]
		if is_session
		else [first.meeting_type.title, first.location_label, words.their_time(first, style)]
	)
	return {
		"name": first.id,
		"names": ",".join(booking.id for booking in sharing),
		"url": meeting_url(first.id),
		"booking": first,
		"colour": clean_hex(first.color),
		"date": dates.short_day(local_date(first.start, style.zone), style.locale),
		"time": dates.clock_time(first.start, style),
		"until": when["time"] if when["days"] else dates.clock_time(first.end, style),
		"machine": iso(first.start, style.zone),
		"who": first.meeting_type.title if is_session else first.attendee.name,
		"who_and_when": words.who_and_when(first, style),
		"about": " · ".join(filter(None, about)),
		"place_icon": place_icon(first.location_type),
		"hosts": names(first.hosts),
		"call": None if first.is_over or first.waits_for_payment else words.way_to_join(sharing),
		"waiting": sum(booking.needs_answer for booking in sharing),
		"state": None if is_session else words.state(first.status),
		"unpaid": payment_text(first, style.locale) if first.waits_for_payment and not is_session else None,
		"asked": words.asked(first, style),
		"problems": [problem[1] for booking in sharing if (problem := words.problem(booking))],
		"came": words.who_came(first, style),
		"actions": () if is_session else first.actions,
	}


def time_left(booking: HostBooking, now: int, style: dates.TimeStyle) -> str | None:
	"""Return "in 20 minutes" or "Now" for a meeting that is near or takes place, otherwise None."""
	if booking.start <= now < booking.end:
		return _("Now")
	if not now < booking.start <= now + SOON:
		return None
	return format_timedelta(booking.start - now, add_direction=True, threshold=1.5, locale=style.locale)
