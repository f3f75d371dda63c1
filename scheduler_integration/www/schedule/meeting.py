"""`/schedule/<slug>/<meeting type>`: choose a time and book it, with or without JavaScript."""

from dataclasses import replace
from urllib.parse import urlsplit

import frappe

from scheduler_integration.catalogue.lookup import Bookable, find_bookable
from scheduler_integration.catalogue.public import PublicMeetingType, public_meeting_type, public_page
from scheduler_integration.clock import now
from scheduler_integration.doors.commands import book_for_visitor
from scheduler_integration.doors.errors import refusals
from scheduler_integration.doors.limits import BOOKINGS, REQUESTS, count_request
from scheduler_integration.exceptions import AlreadyCancelled, SchedulingError
from scheduler_integration.pages.booking.form import OWN_FIELDS, read_payload
from scheduler_integration.pages.booking.slots import load_month
from scheduler_integration.pages.booking.view import Attempt, BookingPage, booking_view
from scheduler_integration.pages.kit.fields import new_key, typed_values
from scheduler_integration.pages.kit.query import Query, parse, read_instant
from scheduler_integration.pages.kit.respond import argument, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import Visitor, current_visitor
from scheduler_integration.parsing.booking_request import BookingPayload

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	query = parse(argument("slug"), argument("meeting_type"), frappe.form_dict)
	visitor = current_visitor(query.zone, query.clock)
	bookable = find_bookable(query.slug, query.meeting_type)
	page, meeting = public_page(bookable), public_meeting_type(bookable)
	attempt = Attempt()
	if submitted():
		attempt = _submit(bookable, meeting, query, visitor)
		query = _as_submitted(query)
	query = query.offering(meeting.duration_options)
	slots = load_month(bookable, query, visitor.zone or page.timezone, now(), visitor.hold)
	return booking_view(BookingPage(page, meeting, query, visitor, slots, now(), attempt))


def _submit(bookable: Bookable, meeting: PublicMeetingType, query: Query, visitor: Visitor) -> Attempt:
	"""Book the meeting and redirect to the confirmation. Returns an Attempt if the booking is refused."""
	form = frappe.request.form
	payload = BookingPayload.of(
		{
			"hold": visitor.hold,
			**query.origin,
			**read_payload(form, meeting),
			"start": _wanted_start(),
			"parts": form.get("choose_start") or form.get("parts"),
			"duration": query.duration,
			"timezone": query.zone,
			"language": frappe.local.lang,
		}
	)
	try:
		with refusals():
			count_request(BOOKINGS)
			booking = book_for_visitor(bookable, payload)
	except AlreadyCancelled as error:
		# The key belongs to a booking that was cancelled since. With a new key, the next attempt books a new meeting.
		return Attempt({**typed_values(form, OWN_FIELDS, meeting.questions), "idempotency_key": new_key()}, error)
	except SchedulingError as error:
		return Attempt(typed_values(form, OWN_FIELDS, meeting.questions), error)
	raise redirection(f"{urlsplit(booking.manage_url).path}?booked=1")


def _wanted_start() -> str:
	"""Return the chosen start.

	If the time was just taken, the page offers buttons with other times. A button's value has a start for each day.
	"""
	return frappe.request.form.get("choose_start", "").partition(" ")[0] or frappe.request.form.get("start") or ""


def _as_submitted(query: Query) -> Query:
	return replace(query, start=read_instant(_wanted_start()), day=None, month=None)
