"""`/schedule/<slug>/<meeting type>`: choose a time and book it, with or without JavaScript.

With `?reschedule=<token>`, the token of a manage link, the attendee chooses another time for the booking. With
`?again=<token>` the form begins with the details of a booking that was cancelled.

`/schedule/l/<token>` is the address of a booking link (`catalogue/booking_links.py`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import frappe
from frappe import _

from scheduler_integration.availability.away import notices_of
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.booking_links import PAGE as LINKS
from scheduler_integration.catalogue.durations import chosen_duration
from scheduler_integration.catalogue.lookup import Bookable, find_bookable, meeting_types_of, with_host
from scheduler_integration.catalogue.public import PublicMeetingType, public_meeting_type, public_page
from scheduler_integration.domains.links import local_path, page_url
from scheduler_integration.entry.admission import may_ask
from scheduler_integration.entry.commands import book_for_visitor, parse_scope, reschedule_for_attendee
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.funnel import count_page
from scheduler_integration.entry.limits import BOOKINGS, count_booking, count_request
from scheduler_integration.exceptions import (
	AlreadyCancelled,
	BookingLinkClosed,
	MeetingTypeNotFound,
	PaymentOpen,
	SchedulingError,
)
from scheduler_integration.meetings.link_uses import check_open
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.meetings.rescheduling import bookable_for, booking_to_reschedule, slot_request_for
from scheduler_integration.meetings.series import ONE
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.summaries import AttendeeBooking, for_attendee
from scheduler_integration.pages.booking.form import read_payload, typed_again
from scheduler_integration.pages.booking.slots import load_month
from scheduler_integration.pages.booking.view import BookingPage, booking_view
from scheduler_integration.pages.guest_page import GuestPage, Visit
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.fields import new_key, typed_values
from scheduler_integration.pages.kit.query import Query, parse, read_instant
from scheduler_integration.pages.kit.respond import (
	View,
	WayOut,
	argument,
	at_present_address,
	lead_to_domain,
	redirection,
	submitted,
	to_start,
)
from scheduler_integration.pages.kit.series import date_fields, has_seen_dates, load_dates, load_move, read_dates
from scheduler_integration.pages.kit.visitor import Visitor, current_visitor
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.parsing.reschedule_request import parse_reschedule_request


def _way_out(error: SchedulingError) -> WayOut | None:
	if isinstance(error, BookingLinkClosed):
		page = find_bookable(LINKS, argument("meeting_type")).page
		listed = meeting_types_of(page, only_listed=True)
		return WayOut(page_url(page.slug), _("See other meetings")) if listed else None
	if isinstance(error, MeetingTypeNotFound):
		return WayOut(stay(local_path(argument("slug"))), _("All meetings"))
	return to_start(error)


PAGE = GuestPage(way_out=_way_out)


@PAGE.view
def _view(visit: Visit) -> View:
	query = parse(argument("slug"), argument("meeting_type"), frappe.form_dict)
	visitor = current_visitor(query.zone, query.clock)
	token = query.carried.get("reschedule")
	return _moving_view(token, query, visitor, visit.now) if token else _booking_view(query, visitor, visit.now)


def _booking_view(query: Query, visitor: Visitor, now: int) -> View:
	bookable = find_bookable(query.slug, query.meeting_type)
	page, meeting, link = public_page(bookable), public_meeting_type(bookable), bookable.link
	if not link:
		query = at_present_address(query, page.slug, meeting.slug)
	elif not submitted():
		# A form that is sent twice has used its link already: it leads to the meeting that it booked.
		check_open(link, now)
	query = query.with_answers(meeting.link_keys, frappe.form_dict)
	query = query.among(meeting.host_choices)
	values: dict[str, Any] = {}
	error = None
	if submitted():
		values, error = _book(bookable, meeting, query, visitor)
		query = _as_submitted(query)
	query = query.offering(meeting.duration_options)
	request = SlotRequest(chosen_duration(bookable.meeting_type, query.duration), hold=visitor.hold)
	zone, first_week_day = visitor.zone or page.timezone, visitor.locale.first_week_day
	offered = with_host(bookable, query.host)
	slots = load_month(offered, request, query, zone, now, first_week_day)
	shown = BookingPage(
		page, meeting, query, visitor, slots, now, values, error, notices=notices_of(bookable, now), link=link
	)
	if meeting.repeat and not link:
		asked = load_dates(offered, request, meeting.repeat, query.times, shown.start, now)
		shown = replace(shown, series=asked)
	if "again" in query.carried:
		shown = replace(shown, again=_again(query.carried["again"], now))
	# The script asks for the dates again when another time is chosen. That is no visit.
	is_part = frappe.form_dict.get("part") == "series"
	step = "slot_selected" if shown.start else "service_selected"
	counts = not is_part and count_page(page.slug, meeting.slug, step, query.origin)
	return booking_view(replace(shown, counts=counts, asks=may_ask(bookable)))


def _again(token: str, now: int) -> AttendeeBooking | None:
	"""Return the released booking of the token, or None: the link of a live one shouldn't be in this address."""
	try:
		booking = booking_by_token(token, now)
	except SchedulingError:
		return None
	return booking if booking.status in RELEASED else None


def _book(
	bookable: Bookable, meeting: PublicMeetingType, query: Query, visitor: Visitor
) -> tuple[dict[str, Any], SchedulingError | None]:
	"""Book the meeting and redirect to the confirmation. Returns the typed values, and the error if the booking is refused.

	If the form hasn't shown the dates of the series yet that it asks for, nothing is booked.
	"""
	form, repeats = frappe.request.form, meeting.repeat and not bookable.link
	days = date_fields(form) if meeting.repeat else {}
	if repeats and (form.get("look") or not has_seen_dates(form, _wanted_start())):
		return typed_again(form, meeting, None) | days, None
	payload = BookingPayload.of(
		{
			"hold": visitor.hold,
			**read_payload(form, meeting, query),
			**(read_dates(form) if repeats else {}),
			"start": _wanted_start(),
			"parts": form.get("choose_start") or form.get("parts"),
			"host": query.host,
			"timezone": query.zone,
			"language": visitor.writing,
		}
	)
	try:
		with refusals():
			count_booking(str(payload.idempotency_key or ""))
			booking = book_for_visitor(bookable, payload)
	except PaymentOpen as error:
		raise redirection(stay(urlsplit(error.address).path)) from None
	except BookingLinkClosed:
		raise
	except SchedulingError as error:
		values = typed_again(form, meeting, error) | days
		if isinstance(error, AlreadyCancelled):
			# The key belongs to a booking that was cancelled since. With a new key, the next attempt books a new meeting.
			values["idempotency_key"] = new_key()
		return values, error
	raise redirection(stay(f"{urlsplit(booking.manage_url).path}?booked=1"))


def _moving_view(token: str, query: Query, visitor: Visitor, now: int) -> View:
	"""Return the view for choosing another time. The meeting type may be inactive by now, or have another address."""
	values: dict[str, Any] = {}
	error, scope = None, parse_scope(query.carried.get("scope"))
	if submitted():
		values, error = _move(token, query, visitor, scope)
		query = _as_submitted(query)
	booking = booking_to_reschedule(token, now)
	moving = for_attendee(booking, now)
	if (query.slug, query.meeting_type) != (moving.page.slug, moving.meeting_type.slug):
		raise redirection(replace(query, slug=moving.page.slug, meeting_type=moving.meeting_type.slug).url(), 302)
	lead_to_domain(query.slug, query.meeting_type)
	bookable = bookable_for(booking)
	page, meeting = public_page(bookable), public_meeting_type(bookable)
	query = query.offering(meeting.duration_options)
	request = slot_request_for(booking, query.duration, visitor.hold)
	zone, first_week_day = visitor.zone or moving.timezone, visitor.locale.first_week_day
	slots = load_month(bookable, request, query, zone, now, first_week_day)
	# A meeting that is moved stays with its host, so nobody stands in.
	notices = notices_of(replace(bookable, standing_in=()), now)
	shown = BookingPage(page, meeting, query, visitor, slots, now, values, error, moving, notices=notices)
	if scope != ONE and booking.series:
		shown = replace(shown, series=load_move(booking, scope, shown.start, now, visitor.hold))
	return booking_view(shown)


def _move(token: str, query: Query, visitor: Visitor, scope: str) -> tuple[dict[str, Any], SchedulingError]:
	"""Move the meeting and redirect to its page. Returns the typed values and the error if that is refused."""
	form = frappe.request.form
	try:
		with refusals():
			count_request(BOOKINGS)
			request = parse_reschedule_request(
				_wanted_start(),
				query.duration,
				form.get("choose_start") or form.get("parts"),
				form.get("reason"),
				visitor.hold,
				form.get("idempotency_key"),
				read_dates(form).get("dates") if scope != ONE else None,
			)
			booking = reschedule_for_attendee(token, request, scope)
	except SchedulingError as error:
		return {**typed_values(form, ("reason", "idempotency_key"), ()), **date_fields(form)}, error
	raise redirection(stay(f"{urlsplit(booking.manage_url).path}?moved=1"))


def _wanted_start() -> str:
	"""Return the chosen start.

	If the time was just taken, the page offers buttons with other times. A button's value has a start for each day.
	"""
	return frappe.request.form.get("choose_start", "").partition(" ")[0] or frappe.request.form.get("start") or ""


def _as_submitted(query: Query) -> Query:
	return replace(query, start=read_instant(_wanted_start()), day=None, month=None)
