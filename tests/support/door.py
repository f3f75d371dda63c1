"""The visitors' door without HTTP: parses arguments as `api.public` does, at an instant that the test chooses."""

from dataclasses import replace
from datetime import date
from typing import Any

from frappe.model.document import Document

from scheduler_integration import bookings
from scheduler_integration.availability import slots
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.availability.slots import FirstMonth, OfferedSlots
from scheduler_integration.catalogue.durations import chosen_duration
from scheduler_integration.catalogue.lookup import Bookable, find_bookable
from scheduler_integration.meetings.summaries import AttendeeBooking, for_attendee
from scheduler_integration.parsing.booking_request import BookingPayload, parse_booking_request
from scheduler_integration.parsing.fields import parse_hold_key, parse_instant_of
from scheduler_integration.parsing.zones import checked_zone
from tests.support.factories import hour


def book(values: dict[str, Any], now: int, address_status: str = "") -> AttendeeBooking:
	"""Book a meeting. `values` are the arguments of `public.book`, `address_status` is what admission found out."""
	found = find_bookable(values["slug"], values["meeting_type"])
	request = parse_booking_request(BookingPayload.of(values), found.page, found.meeting_type)
	request = replace(request, address_status=address_status)
	return for_attendee(bookings.book(request, found, now), now, found.people)


def hold_slot(
	slug: str, type_slug: str, start: str, duration: int | None, key: object, address: str, now: int
) -> bookings.HeldSlot:
	found = find_bookable(slug, type_slug)
	return bookings.hold_slot(found, _request(found, duration, key), parse_instant_of("start", start), address, now)


def slots_between(
	slug: str,
	type_slug: str,
	first: date,
	last: date,
	timezone: str | None,
	duration: int | None,
	now: int,
	hold: str | None = None,
) -> OfferedSlots:
	found = find_bookable(slug, type_slug)
	zone = checked_zone(timezone or found.page.timezone)
	return slots.slots_between(found, _request(found, duration, hold), first, last, zone, now)


def offered_hours(
	page: Document, meeting_type: Document, day: date, now: int, *, zone: str = "UTC", duration: int | None = None
) -> list[str]:
	"""Return the starts that are offered on `day` in `zone`, as HH:MM in that zone."""
	found = slots_between(page.slug, meeting_type.slug, day, day, zone, duration, now)
	return [hour(slot.start, zone) for slot in found.days.get(day, [])]


def first_month_with_slots(
	slug: str, type_slug: str, timezone: str | None, duration: int | None, now: int, after: date | None = None
) -> FirstMonth:
	found = find_bookable(slug, type_slug)
	zone = checked_zone(timezone or found.page.timezone)
	return slots.first_month_with_slots(found, _request(found, duration, None), zone, now, after)


def _request(found: Bookable, duration: int | None, hold: object) -> SlotRequest:
	return SlotRequest(chosen_duration(found.meeting_type, duration), hold=parse_hold_key(hold))
