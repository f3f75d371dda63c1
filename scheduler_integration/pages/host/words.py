"""The words in which hosts' pages tell of a booking: its state, its problems, who came, how to join."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from frappe import _

from scheduler_integration.catalogue.places import location_label
from scheduler_integration.engine import local_date, wall_clock
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.query import phone_address, web_address
from scheduler_integration.pages.kit.spans import moment_in_short


def who_and_when(booking: HostBooking, style: dates.TimeStyle) -> str:
	return f"{booking.attendee.name}, {moment_in_short(booking.start, style)}"


def state(status: str) -> str | None:
	"""Return how the meeting ended, in words, or None for one that is to take place."""
	return {
		"Completed": _("Attended"),
		"No Show": _("No-show"),
		"Cancelled": _("Was cancelled"),
		"Declined": _("Was declined"),
		"Rescheduled": _("Was moved"),
		"Expired": _("Wasn't paid"),
	}.get(status)


def asked(booking: HostBooking, style: dates.TimeStyle) -> str | None:
	"""Return when a host asked for another time, if the attendee hasn't chosen one yet."""
	if not booking.asked_at:
		return None
	day = dates.short_day(local_date(booking.asked_at, style.zone), style.locale)
	return _("Asked for another time · {0}").format(day)


def proposal(booking: HostBooking, style: dates.TimeStyle) -> str | None:
	"""Return the time that the attendee proposes, in a sentence."""
	if not booking.proposed_start:
		return None
	when = moment_in_short(booking.proposed_start, style)
	return _("{0} proposes another time: {1}").format(booking.attendee.name, when)


def reconfirmed(booking: HostBooking, style: dates.TimeStyle) -> str | None:
	"""Return that the attendee of a coming meeting confirmed to come, and on which day."""
	if not booking.reconfirmed_at:
		return None
	day = dates.short_day(local_date(booking.reconfirmed_at, style.zone), style.locale)
	return _("Confirmed to come · {0}").format(day)


def their_time(booking: HostBooking, style: dates.TimeStyle) -> str | None:
	"""Return the start on the attendee's clock with their city, or None if it shows the same as the host's."""
	theirs = their_clock(booking.start, booking.timezone, style)
	return in_city(theirs, booking.timezone, style) if theirs else None


def their_clock(start: int, zone: str, style: dates.TimeStyle) -> str | None:
	"""Return the instant `start` on the clock of another zone, or None if it shows the same as the host's."""
	own, theirs = (wall_clock(start, each).replace(tzinfo=None) for each in (style.zone, zone))
	if own == theirs:
		return None
	is_same_day = own.date() == theirs.date()
	return (dates.clock_time if is_same_day else moment_in_short)(start, replace(style, zone=zone))


def in_city(time: str, zone: str, style: dates.TimeStyle) -> str:
	return _("{0} in {1}").format(time, dates.city(zone, style.locale))


def problem(booking: HostBooking) -> tuple[str, str] | None:
	"""Return a title and a sentence about a message or a video call that failed, or None."""
	if booking.delivery_error:
		return _("Not paid back") if booking.has_failed_refund else _("Not delivered"), booking.delivery_error
	troubles = {
		"failed": _("The video call could not be made. Please send {0} a link."),
		"deleted_outside": _(
			"The video call was deleted at its provider. Please send {0} a link, or cancel the meeting."
		),
		"moved_outside": _("The video call was moved at its provider. The time here is the one that {0} knows."),
	}
	text = troubles.get(booking.video_status or "")
	trouble = text.format(booking.attendee.name) if text else None
	return (_("Video call"), trouble) if trouble else None


def way_to_join(sharing: Sequence[HostBooking]) -> dict | None:
	"""Return the button that joins a video call, or calls the attendee: `{url, label, is_call}`; None without one."""
	link = next(filter(None, map(own_link, sharing)), None)
	if link:
		return {"url": link, "label": _("Join"), "is_call": False}
	first = sharing[0]
	# Otherwise the place has a number of its own, which the attendee calls.
	calls_them = first.location_type == "phone" and first.location == first.attendee.phone
	if len(sharing) == 1 and calls_them and first.attendee.phone:
		return {"url": phone_address(first.attendee.phone), "label": _("Call"), "is_call": True}
	return None


def own_link(booking: HostBooking) -> str | None:
	"""Return the address at which the host joins the meeting, or None."""
	return booking.host_link or web_address(booking.meeting_link) or web_address(booking.location)


def write_to(sharing: Sequence[HostBooking]) -> str:
	"""Return the address that opens a new e-mail to the attendees. Those of a session don't see each other's addresses."""
	first = sharing[0]
	addresses = ",".join(quote(booking.attendee.email) for booking in sharing)
	subject = quote(first.title if len(sharing) == 1 else first.meeting_type.title)
	return (
		f"mailto:{addresses}?subject={subject}" if len(sharing) == 1 else f"mailto:?bcc={addresses}&subject={subject}"
	)


def who_came(booking: HostBooking, style: dates.TimeStyle) -> str | None:
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
