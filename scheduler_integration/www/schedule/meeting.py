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
from werkzeug.datastructures import MultiDict

from scheduler_integration.availability.away import notices_of
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.booking_links import PAGE
from scheduler_integration.catalogue.durations import chosen_duration
from scheduler_integration.catalogue.lookup import Bookable, find_bookable, meeting_types_of, with_host
from scheduler_integration.catalogue.public import PublicMeetingType, public_meeting_type, public_page
from scheduler_integration.domains.links import local_path, page_url
from scheduler_integration.entry.admission import NO_PROOF, may_ask
from scheduler_integration.entry.commands import book_for_visitor, parse_scope, reschedule_for_attendee
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.funnel import count_page
from scheduler_integration.entry.limits import BOOKINGS, REQUESTS, count_request
from scheduler_integration.exceptions import (
	AlreadyCancelled,
	BookingLinkClosed,
	CodeNeeded,
	MeetingTypeNotFound,
	PaymentOpen,
	SchedulingError,
	WrongCode,
)
from scheduler_integration.meetings.link_uses import check_open
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.meetings.rescheduling import bookable_for, booking_to_reschedule, slot_request_for
from scheduler_integration.meetings.series import ONE
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.summaries import AttendeeBooking, for_attendee
from scheduler_integration.pages.booking.form import OWN_FIELDS, read_payload
from scheduler_integration.pages.booking.page import Attempt, BookingPage
from scheduler_integration.pages.booking.slots import load_month
from scheduler_integration.pages.booking.view import booking_view
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.fields import new_key, typed_values
from scheduler_integration.pages.kit.query import Query, parse, read_instant
from scheduler_integration.pages.kit.respond import (
	WayOut,
	argument,
	lead_to_domain,
	moved_to,
	redirection,
	respond,
	submitted,
	to_start,
)
from scheduler_integration.pages.kit.series import date_fields, has_seen_dates, load_dates, load_move, read_dates
from scheduler_integration.pages.kit.visitor import Visitor, current_visitor
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.parsing.reschedule_request import parse_reschedule_request
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, way_out=_way_out)


def _way_out(error: SchedulingError) -> WayOut | None:
	if isinstance(error, BookingLinkClosed):
		return _to_the_hosts_page(argument("meeting_type"))
	if not isinstance(error, MeetingTypeNotFound):
		return to_start(error)
	return WayOut(stay(local_path(argument("slug"))), _("All meetings"))


def _to_the_hosts_page(token: str) -> WayOut | None:
	"""Return the link to the page of a booking link's meeting type, or None if nothing is listed there."""
	page = find_bookable(PAGE, token).page
	listed = meeting_types_of(page, only_listed=True)
	return WayOut(page_url(page.slug), _("See other meetings")) if listed else None


def _view() -> dict:
	count_request(REQUESTS)
	query = parse(argument("slug"), argument("meeting_type"), frappe.form_dict)
	visitor = current_visitor(query.zone, query.clock)
	token = query.carried.get("reschedule")
	return _moving_view(token, query, visitor) if token else _booking_view(query, visitor)


def _booking_view(query: Query, visitor: Visitor) -> dict:
	bookable = find_bookable(query.slug, query.meeting_type)
	page, meeting = public_page(bookable), public_meeting_type(bookable)
	if bookable.link:
		# A form that is sent twice has used its link already: it leads to the meeting that it booked.
		if not submitted():
			check_open(bookable.link, now())
	elif (page.slug, meeting.slug) != (query.slug, query.meeting_type):
		query = replace(query, slug=page.slug, meeting_type=meeting.slug)
		# A form that was open while the address changed is booked where it was sent.
		if not submitted():
			raise moved_to(query.path)
	if not bookable.link:
		lead_to_domain(query.slug, query.meeting_type)
	query = query.with_answers(meeting.link_keys, frappe.form_dict)
	query = query.among([choice.id for choice in meeting.host_choices])
	attempt = Attempt()
	if submitted():
		attempt = _book_or_look(bookable, meeting, query, visitor)
		query = _as_submitted(query)
	query = query.offering(meeting.duration_options)
	request = SlotRequest(chosen_duration(bookable.meeting_type, query.duration), hold=visitor.hold)
	zone, first_week_day = visitor.zone or page.timezone, visitor.locale.first_week_day
	slots = load_month(with_host(bookable, query.host), request, query, zone, now(), first_week_day)
	booking_page = BookingPage(
		page,
		meeting,
		query,
		visitor,
		slots,
		now(),
		attempt,
		again=_again(query),
		notices=notices_of(bookable, now()),
		link=bookable.link,
	)
	if meeting.repeat and not bookable.link:
		asked = load_dates(
			with_host(bookable, query.host), request, meeting.repeat, query.times, booking_page.start, now()
		)
		booking_page = replace(booking_page, series=asked)
	step = "slot_selected" if booking_page.start else "service_selected"
	# The script asks for the dates again when another time is chosen. That is no visit.
	is_part = frappe.form_dict.get("part") == "series"
	counts = not is_part and count_page(page.slug, meeting.slug, step, query.origin)
	return booking_view(replace(booking_page, counts=counts, asks=may_ask(bookable)))


def _again(query: Query) -> AttendeeBooking | None:
	"""Return the released booking that the address names, or None: the link of a live one shouldn't be in this address."""
	try:
		booking = booking_by_token(query.carried["again"], now()) if "again" in query.carried else None
	except SchedulingError:
		return None
	return booking if booking and booking.status in RELEASED else None


def _moving_view(token: str, query: Query, visitor: Visitor) -> dict:
	"""Return the view for choosing another time. The meeting type may be inactive by now, or have another address."""
	attempt, scope = Attempt(), parse_scope(query.carried.get("scope"))
	if submitted():
		attempt = _move(token, query, visitor, scope)
		query = _as_submitted(query)
	booking = booking_to_reschedule(token, now())
	moving = for_attendee(booking, now())
	if (query.slug, query.meeting_type) != (moving.page.slug, moving.meeting_type.slug):
		raise redirection(replace(query, slug=moving.page.slug, meeting_type=moving.meeting_type.slug).url(), 302)
	lead_to_domain(query.slug, query.meeting_type)
	bookable = bookable_for(booking)
	page, meeting = public_page(bookable), public_meeting_type(bookable)
	query = query.offering(meeting.duration_options)
	request = slot_request_for(booking, query.duration, visitor.hold)
	zone, first_week_day = visitor.zone or moving.timezone, visitor.locale.first_week_day
	slots = load_month(bookable, request, query, zone, now(), first_week_day)
	# A meeting that is moved stays with its host, so nobody stands in.
	notices = notices_of(replace(bookable, standing_in=()), now())
	booking_page = BookingPage(page, meeting, query, visitor, slots, now(), attempt, moving, notices=notices)
	if scope != ONE and booking.series:
		asked = load_move(booking, scope, booking_page.start, now(), visitor.hold)
		booking_page = replace(booking_page, series=asked)
	return booking_view(booking_page)


def _book_or_look(bookable: Bookable, meeting: PublicMeetingType, query: Query, visitor: Visitor) -> Attempt:
	"""Book the meeting, unless the form hasn't shown the dates of the series yet that it asks for."""
	form = frappe.request.form
	if meeting.repeat and not bookable.link and (form.get("look") or not has_seen_dates(form, _wanted_start())):
		return Attempt(_typed(form, meeting))
	return _book(bookable, meeting, query, visitor)


def _typed(form: MultiDict[str, str], meeting: PublicMeetingType) -> dict[str, Any]:
	return {**typed_values(form, OWN_FIELDS, meeting.questions), **(date_fields(form) if meeting.repeat else {})}


def _book(bookable: Bookable, meeting: PublicMeetingType, query: Query, visitor: Visitor) -> Attempt:
	"""Book the meeting and redirect to the confirmation. Returns an Attempt if the booking is refused."""
	form = frappe.request.form
	payload = BookingPayload.of(
		{
			"hold": visitor.hold,
			**query.origin,
			**read_payload(form, meeting),
			**(read_dates(form) if meeting.repeat and not bookable.link else {}),
			"code": form.get("code"),
			# Only a script can prove work. Without one, a code is sent.
			"proof": form.get("proof") or NO_PROOF,
			"prefill": {key: query.carried[key] for key in meeting.hidden_keys if key in query.carried},
			"start": _wanted_start(),
			"parts": form.get("choose_start") or form.get("parts"),
			"duration": query.duration,
			"host": query.host,
			"timezone": query.zone,
			"language": visitor.writing,
		}
	)
	try:
		with refusals():
			count_request(BOOKINGS)
			booking = book_for_visitor(bookable, payload)
	except AlreadyCancelled as error:
		# The key belongs to a booking that was cancelled since. With a new key, the next attempt books a new meeting.
		return Attempt({**_typed(form, meeting), "idempotency_key": new_key()}, error)
	except PaymentOpen as error:
		raise redirection(stay(urlsplit(error.address).path)) from None
	except (CodeNeeded, WrongCode) as error:
		return Attempt({**_typed(form, meeting), "code": ""}, error)
	except BookingLinkClosed:
		raise
	except SchedulingError as error:
		return Attempt(_typed(form, meeting), error)
	raise _to_manage_page(booking, "booked")


def _move(token: str, query: Query, visitor: Visitor, scope: str) -> Attempt:
	"""Move the meeting and redirect to its page. Returns an Attempt if that is refused."""
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
		return Attempt({**typed_values(form, ("reason", "idempotency_key"), ()), **date_fields(form)}, error)
	raise _to_manage_page(booking, "moved")


def _to_manage_page(booking: AttendeeBooking, news: str) -> frappe.Redirect:
	return redirection(stay(f"{urlsplit(booking.manage_url).path}?{news}=1"))


def _wanted_start() -> str:
	"""Return the chosen start.

	If the time was just taken, the page offers buttons with other times. A button's value has a start for each day.
	"""
	return frappe.request.form.get("choose_start", "").partition(" ")[0] or frappe.request.form.get("start") or ""


def _as_submitted(query: Query) -> Query:
	return replace(query, start=read_instant(_wanted_start()), day=None, month=None)
