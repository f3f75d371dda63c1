"""`/schedule/<slug>/<meeting type>/waitlist`: a visitor joins the waitlist, with or without JavaScript.

Links fill in when somebody has time: `?first_date=2026-12-01&last_date=2026-12-01&from_time=14:00&to_time=14:00`.
"""

from __future__ import annotations

from dataclasses import replace

import frappe
from frappe import _
from werkzeug.datastructures import MultiDict

from scheduler_integration.catalogue.lookup import Bookable, find_bookable
from scheduler_integration.catalogue.public import PublicMeetingType, public_meeting_type, public_page
from scheduler_integration.domains.links import local_path
from scheduler_integration.entry.admission import NO_PROOF, may_ask
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import BOOKINGS, REQUESTS, count_request
from scheduler_integration.entry.waitlist import join_for_visitor
from scheduler_integration.exceptions import CodeNeeded, NoWaitlist, SchedulingError, WrongCode
from scheduler_integration.pages.booking.form import OWN_FIELDS, read_payload
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.fields import typed_values
from scheduler_integration.pages.kit.query import WAITLIST, parse
from scheduler_integration.pages.kit.respond import (
	WayOut,
	argument,
	lead_to_domain,
	moved_to,
	respond,
	submitted,
	to_start,
)
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.waiting.join import Attempt, JoinPage, joining_view
from scheduler_integration.pages.waiting.when import typed_when
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.parsing.waitlist import WaitPayload
from scheduler_integration.platform.clock import now
from scheduler_integration.waitlist.shown import can_wait_for

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, way_out=_way_out)


def _way_out(error: SchedulingError) -> WayOut | None:
	if isinstance(error, NoWaitlist):
		return WayOut(stay(local_path(argument("slug"), argument("meeting_type"))), _("Choose a time"))
	return to_start(error)


def _view() -> dict:
	count_request(REQUESTS)
	query = parse(argument("slug"), argument("meeting_type"), frappe.form_dict)
	bookable = find_bookable(query.slug, query.meeting_type)
	if bookable.link or not can_wait_for(bookable.meeting_type):
		raise NoWaitlist
	page, meeting = public_page(bookable), public_meeting_type(bookable)
	if (page.slug, meeting.slug) != (query.slug, query.meeting_type):
		query = replace(query, slug=page.slug, meeting_type=meeting.slug)
		if not submitted():
			raise moved_to(f"{query.path}/{WAITLIST}")
	lead_to_domain(query.slug, query.meeting_type, f"/{WAITLIST}")
	query = query.with_answers(meeting.link_keys, frappe.form_dict).offering(meeting.duration_options)
	values: MultiDict[str, str] = frappe.request.form if submitted() else frappe.request.args
	visitor = current_visitor(query.zone, query.clock)
	shown = JoinPage(page, meeting, query, visitor, now(), typed_when(values), may_ask(bookable))
	return joining_view(replace(shown, attempt=_join(bookable, shown)) if submitted() else shown)


def _join(bookable: Bookable, shown: JoinPage) -> Attempt:
	form, meeting, query = frappe.request.form, shown.meeting, shown.query
	payload = BookingPayload.of(
		{
			**query.origin,
			**read_payload(form, meeting),
			"code": form.get("code"),
			# Only a script can prove work. Without one, a code is sent.
			"proof": form.get("proof") or NO_PROOF,
			"prefill": {key: query.carried[key] for key in meeting.hidden_keys if key in query.carried},
			"duration": query.duration,
			"timezone": shown.zone,
			"language": frappe.local.lang,
		}
	)
	try:
		with refusals():
			count_request(BOOKINGS)
			return Attempt(joined=join_for_visitor(bookable, payload, WaitPayload.of(shown.when)))
	except (CodeNeeded, WrongCode) as error:
		return Attempt({**_typed(form, meeting), "code": ""}, error)
	except SchedulingError as error:
		return Attempt(_typed(form, meeting), error)


def _typed(form: MultiDict[str, str], meeting: PublicMeetingType) -> dict[str, object]:
	return typed_values(form, OWN_FIELDS, meeting.questions)
