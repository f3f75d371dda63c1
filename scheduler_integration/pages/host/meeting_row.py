"""One meeting in the list on `/scheduling`, with all its attendees: what templates/scheduling/meeting_row.html prints."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from frappe import _

from scheduler_integration.catalogue.places import location_label
from scheduler_integration.engine import local_date, wall_clock
from scheduler_integration.meetings.agenda import AgendaEntry
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.facts import place_icon
from scheduler_integration.pages.kit.links import web_address
from scheduler_integration.pages.kit.people import names
from scheduler_integration.pages.kit.spans import moment_in_short, when_view
from scheduler_integration.platform.clock import iso


def meeting_row(sharing: list[AgendaEntry], day: date | None, style: dates.TimeStyle) -> dict:
	"""Return the view of one meeting: a booking, or all bookings of a session."""
	bookings = [entry.booking for entry in sharing]
	attendees = [_attendee(booking, style) for booking in bookings]
	first = bookings[0]
	when = when_view(first.stretches, style)
	return {
		"name": first.id,
		"names": ",".join(booking.id for booking in bookings),
		"select_label": _("Select {0}").format(who_and_when(first, style)),
		"date": None if day else dates.short_day(local_date(first.start, style.zone), style.locale),
		"time": dates.clock_time(first.start, style),
		"until": when["time"] if when["days"] else dates.clock_time(first.end, style),
		"days": when["days"],
		"machine": iso(first.start, style.zone),
		"title": first.meeting_type.title,
		"hosts": names(first.hosts),
		"place": first.location_label,
		"place_icon": place_icon(first.location_type),
		"link": None if first.is_over else _link_of_all(bookings),
		"came": _who_came(first, style),
		"is_session": len(bookings) > 1,
		"seats": sum(booking.seats for booking in bookings),
		"waiting": sum(booking.status == "Pending" for booking in bookings),
		"state": _state(first.status) if len(bookings) == 1 else None,
		"actions": {action for booking in bookings for action in booking.actions},
		"to_date": local_date(first.start, style.zone).isoformat(),
		"to_time": f"{wall_clock(first.start, style.zone):%H:%M}",
		"attendees": attendees,
		"has_problem": any(each["problem"] for each in attendees),
		"possible_hosts": sharing[0].possible_hosts,
		"replaceable": first.hosts if len(first.hosts) > 1 else (),
	}


def who_and_when(booking: HostBooking, style: dates.TimeStyle) -> str:
	return f"{booking.attendee.name}, {moment_in_short(booking.start, style)}"


def _attendee(booking: HostBooking, style: dates.TimeStyle) -> dict:
	"""Return the view of the attendee of one booking, with notes and answers."""
	attendee = booking.attendee
	return {
		"name": attendee.name,
		"email": attendee.email,
		"phone": attendee.phone,
		"company": attendee.company,
		"booking": booking.id,
		"guests": booking.guests,
		"is_pending": booking.status == "Pending",
		"state": _state(booking.status),
		"reason": booking.cancel_reason,
		"their_time": booking.timezone != style.zone and _their_time(booking, style),
		"place_text": booking.location if booking.location != _own_link(booking) else None,
		"notes": booking.notes,
		"answers": booking.answers,
		"problem": booking.delivery_error or _call_trouble(booking),
		"problem_title": _("Not delivered") if booking.delivery_error else _("Video call"),
		"actions": booking.actions,
	}


def _state(status: str) -> str | None:
	"""Return how the meeting ended, in words, or None for one that is to take place."""
	return {
		"Completed": _("Took place"),
		"No Show": _("Attendee didn't come"),
		"Cancelled": _("Was cancelled"),
		"Declined": _("Was declined"),
		"Rescheduled": _("Was moved"),
	}.get(status)


def _their_time(booking: HostBooking, style: dates.TimeStyle) -> str:
	theirs = replace(style, zone=booking.timezone)
	return _("{0} in {1}").format(dates.clock_time(booking.start, theirs), dates.city(theirs.zone, theirs.locale))


def _call_trouble(booking: HostBooking) -> str | None:
	troubles = {
		"failed": _("The video call could not be made. Please send {0} a link."),
		"deleted_outside": _(
			"The video call was deleted at its provider. Please send {0} a link, or cancel the meeting."
		),
		"moved_outside": _("The video call was moved at its provider. The time here is the one that {0} knows."),
	}
	text = troubles.get(booking.video_status or "")
	return text.format(booking.attendee.name) if text else None


def _who_came(booking: HostBooking, style: dates.TimeStyle) -> str | None:
	"""Return the provider's report on who joined, as a hint whether the attendee came. Later, others may still join."""
	told = booking.attendance
	if not told or (told.others == 0 and not booking.is_over):
		return None
	provider = location_label(told.provider) or told.provider
	if told.others == 0:
		nobody = (
			_("Only the host joined, as far as {0} tells.")
			if told.host_came
			else _("Nobody joined, as far as {0} tells.")
		)
		return nobody.format(provider)
	first = dates.clock_time(told.first_at or booking.start, style)
	if told.others == 1:
		return _("One person joined besides the host, at {0}.").format(first)
	return _("{0} people joined besides the host, the first at {1}.").format(told.others, first)


def _own_link(booking: HostBooking) -> str | None:
	return booking.host_link or web_address(booking.meeting_link) or web_address(booking.location)


def _link_of_all(sharing: list[HostBooking]) -> str | None:
	"""Return the link of the meeting: the first one that a booking of the session has."""
	return next(filter(None, map(_own_link, sharing)), None)
