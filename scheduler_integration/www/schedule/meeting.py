"""`/schedule/<slug>/<meeting type>`: choose a time and book it. A plain form works as well as the script."""

from dataclasses import replace
from urllib.parse import urlsplit

import frappe

from scheduler_integration.catalogue.present import public_meeting_type
from scheduler_integration.clock import now
from scheduler_integration.doors.commands import book_for_guest
from scheduler_integration.doors.errors import refusals
from scheduler_integration.doors.limits import REQUESTS, admit
from scheduler_integration.exceptions import AlreadyCancelled, SchedulingError
from scheduler_integration.pages.booking import Attempt, booking_view
from scheduler_integration.pages.form import new_key, read_payload, typed_values
from scheduler_integration.pages.query import Query, parse, parse_instant
from scheduler_integration.pages.respond import argument, redirection, respond, submitted
from scheduler_integration.pages.visitor import current_visitor

no_cache = 1
sitemap = 0


def get_context(context):
	respond(context, _view)


def _view() -> dict:
	admit(REQUESTS)
	query = parse(argument("slug"), argument("meeting_type"), frappe.form_dict)
	meeting = public_meeting_type(query.slug, query.meeting_type)
	attempt = None
	if submitted():
		attempt = _submit(meeting, query)
		query = _as_submitted(query)
	return booking_view(meeting, query, current_visitor(query.zone, query.clock), now(), attempt)


def _submit(meeting: dict, query: Query) -> Attempt:
	"""Books what the form asks for and goes to the confirmation; answers the attempt where that is refused."""
	form = frappe.request.form
	payload = {
		"hold": current_visitor().hold,
		**query.origin,
		**read_payload(form, meeting),
		"slug": query.slug,
		"meeting_type": query.meeting_type,
		"start": _wanted_start(),
		"parts": form.get("choose_start") or form.get("parts"),
		"duration": query.duration,
		"timezone": query.zone,
		"language": frappe.local.lang,
	}
	try:
		with refusals():
			booking = book_for_guest({name: value for name, value in payload.items() if value is not None})
	except AlreadyCancelled as error:
		# Sent once more, it is a new booking that is meant.
		return Attempt({**typed_values(form, meeting), "idempotency_key": new_key()}, error)
	except SchedulingError as error:
		return Attempt(typed_values(form, meeting), error)
	raise redirection(f"{urlsplit(booking['manage_url']).path}?booked=1")


def _wanted_start() -> str:
	"""The start in the form; one of the buttons after a lost race names the starts of another meeting's days."""
	return frappe.request.form.get("choose_start", "").partition(" ")[0] or frappe.request.form.get("start") or ""


def _as_submitted(query: Query) -> Query:
	return replace(query, start=parse_instant(_wanted_start()), day=None, month=None)
