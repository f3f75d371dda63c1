"""Methods for hosts and managers: read and change bookings, and check a calendar."""

from dataclasses import replace
from typing import Annotated, Any

import frappe
from frappe import _

from scheduler_integration.api.as_json import Like, instant, shown
from scheduler_integration.api.door import Who, door
from scheduler_integration.availability.calendar_entries import CalendarCheck, find_conflicts
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import OfferedSlots, slots_between
from scheduler_integration.bookings import book_for_somebody
from scheduler_integration.catalogue.durations import chosen_duration
from scheduler_integration.catalogue.lookup import find_own_bookable
from scheduler_integration.entry.commands import ACTIONS, COMMAND_FIELDS, act, parse_command
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings import lookup
from scheduler_integration.meetings.rescheduling import bookable_for, slot_request_for
from scheduler_integration.meetings.summaries import HostBooking
from scheduler_integration.parsing.booking_filter import BookingFilter, parse_booking_filter
from scheduler_integration.parsing.booking_request import BookingPayload, parse_collections
from scheduler_integration.parsing.fields import (
	parse_choice,
	parse_date,
	parse_instants,
	parse_name,
	parse_whole_number,
)
from scheduler_integration.parsing.kinds import (
	BookingId,
	Date,
	DocTypeName,
	Instant,
	Kind,
	MeetingTypeId,
	Minutes,
	PageId,
	RecordName,
	Text,
	User,
	Whole,
	Zone,
)
from scheduler_integration.parsing.zones import checked_zone
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import clock

MAX_OFFSET = 10_000
shown(CalendarCheck, "has_conflict host", instant("start end"), "conflicts suggestions", zone="zone")


When = Annotated[str, Kind("`upcoming` by default.", "past", {"enum": ["upcoming", "past", "all"]})]


@door("GET", who=Who.USERS)
def list(
	when: When | None = None,
	status: Text | None = None,
	start_date: Date | None = None,
	end_date: Date | None = None,
	timezone: Zone | None = None,
	meeting_type: MeetingTypeId | None = None,
	page: PageId | None = None,
	host: User | None = None,
	limit: Whole | None = None,
	offset: Whole | None = None,
) -> Annotated[dict[str, Any], Like(bookings=[HostBooking])]:
	"""Return bookings of the signed-in host, or for managers of another `host` or of `all`."""
	user = frappe.session.user
	asked = {"status": status, "start_date": start_date, "end_date": end_date}
	named = {"meeting_type": meeting_type, "page": page, "host": None if host == "all" else host}
	only = parse_booking_filter(asked | named, checked_zone(timezone or timezone_of(user)))
	if not is_manager() and (host == "all" or only.host not in ("", user)):
		raise NotPermitted(_("Only a Scheduling Manager can list the meetings of others."))
	found = lookup.list_for_host(
		None if host == "all" else only.host or user,
		clock.now(),
		when=_when(when, only),
		only=only,
		limit=_bounded("limit", limit, 50, 1, lookup.MAX_ROWS),
		offset=_bounded("offset", offset, 0, 0, MAX_OFFSET),
	)
	return {"bookings": found}


def _when(given: object, only: BookingFilter) -> str:
	if given in (None, ""):
		return lookup.ALL if only.has_time_or_status else lookup.UPCOMING
	if given not in (lookup.UPCOMING, lookup.PAST, lookup.ALL):
		raise InvalidRequest(details={"when": _("Must be “upcoming”, “past” or “all”.")})
	return str(given)


def _bounded(field: str, given: object, default: int, least: int, most: int) -> int:
	number = parse_whole_number(field, given)
	if number is None:
		return default
	if not least <= number <= most:
		raise InvalidRequest(details={field: _("Must be between {0} and {1}.").format(least, most)})
	return number


@door("GET", who=Who.USERS)
def get(name: BookingId) -> HostBooking:
	"""Return one booking."""
	return lookup.get_for_host(parse_name(name), clock.now())


@door("GET", who=Who.USERS)
def get_slots(
	start_date: Date,
	meeting_type: MeetingTypeId | None = None,
	end_date: Date | None = None,
	timezone: Zone | None = None,
	duration: Minutes | None = None,
	booking: BookingId | None = None,
) -> OfferedSlots:
	"""Return the slots that a host or manager can book for somebody, of at most 62 days.

	`meeting_type` is the name of its record. With `booking`, a Booking's name, they are those to which the booking can be
	moved. Minimum notice and booking window don't apply.
	"""
	first = parse_date("start_date", start_date)
	last = parse_date("end_date", end_date or start_date)
	minutes = parse_whole_number("duration", duration)
	if booking:
		moved = lookup.find_for_host(parse_name(booking), "write")
		bookable = bookable_for(moved, same_hosts=True)
		request = replace(slot_request_for(moved, minutes), by_host=True)
	else:
		bookable = find_own_bookable(parse_name(meeting_type))
		request = SlotRequest(chosen_duration(bookable.meeting_type, minutes), by_host=True)
	zone = checked_zone(timezone or bookable.page.timezone)
	return slots_between(bookable, request, first, last, zone, clock.now())


@door("POST", who=Who.USERS, status=201, fields=BookingPayload)
def create(
	meeting_type: MeetingTypeId,
	host: User | None = None,
	reference_doctype: DocTypeName | None = None,
	reference_name: RecordName | None = None,
	**payload: Any,
) -> HostBooking:
	"""Book a meeting for somebody and return it. The other arguments are the fields of BookingPayload.

	`meeting_type` is the name of its record. The reference is a Contact, a lead or a deal.
	"""
	asked = BookingPayload.of(payload | parse_collections(payload))
	return book_for_somebody(parse_name(meeting_type), asked, host, reference_doctype, reference_name, clock.now())


Command = Annotated[str, Kind("What happens to the booking.", "cancel", {"enum": [*ACTIONS]})]


@door("PATCH", "POST", who=Who.USERS, fields=COMMAND_FIELDS)
def update(
	name: BookingId,
	action: Command,
	**given: Any,
) -> HostBooking:
	"""Run a command on the booking and return it.

	`action` is one of ACTIONS in entry/commands.py. The other arguments are those of `parse_command`.
	"""
	return act(parse_command(action, name, **given))


@door("GET", who=Who.USERS)
def check_conflicts(
	start: Instant, end: Instant, host: User | None = None, booking: BookingId | None = None
) -> CalendarCheck:
	"""Return the entries of a host's calendar between two instants, and other times that are free."""
	user = frappe.session.user
	since, until = parse_instants(start=start, end=end)
	return find_conflicts(since, until, parse_choice("host", host) or user, parse_name(booking) or None, clock.now())
