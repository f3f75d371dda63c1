"""`/schedule/<slug>/<meeting type>/waitlist`: a visitor joins the waitlist, with or without JavaScript.

Links fill in when somebody has time: `?first_date=2026-12-01&last_date=2026-12-01&from_time=14:00&to_time=14:00`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import frappe
from frappe import _
from werkzeug.datastructures import MultiDict

from scheduler_integration.catalogue.lookup import Bookable, find_bookable
from scheduler_integration.catalogue.public import PublicMeetingType, PublicPage, public_meeting_type, public_page
from scheduler_integration.domains.links import local_path
from scheduler_integration.engine import local_date
from scheduler_integration.entry.admission import may_ask
from scheduler_integration.entry.limits import BOOKINGS, count_request
from scheduler_integration.entry.waitlist import join_for_visitor
from scheduler_integration.exceptions import NoWaitlist, SchedulingError
from scheduler_integration.pages.booking.form import form_view, linked_values, read_payload, typed_again
from scheduler_integration.pages.guest_page import GuestPage, Heading, Visit
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.assets import script_address, script_json
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.fields import field_view
from scheduler_integration.pages.kit.people import names
from scheduler_integration.pages.kit.query import WAITLIST, Query, parse
from scheduler_integration.pages.kit.respond import View, WayOut, argument, at_present_address, submitted, to_start
from scheduler_integration.pages.kit.visitor import Visitor, current_visitor
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.pages.waiting.when import free_now, typed_when, when_fields
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.platform import bidi, lengths
from scheduler_integration.waitlist.requests import USUAL_DAYS, WaitPayload
from scheduler_integration.waitlist.shown import can_wait_for, sends_texts


@dataclass(frozen=True)
class Joining:
	"""The subject of the form. `when` are the values of its fields about time, from the address or the submitted form."""

	bookable: Bookable
	page: PublicPage
	meeting: PublicMeetingType
	query: Query
	visitor: Visitor
	when: dict[str, Any]

	@property
	def zone(self) -> str:
		return self.visitor.zone or self.page.timezone


def _way_out(error: SchedulingError) -> WayOut | None:
	if isinstance(error, NoWaitlist):
		return WayOut(stay(local_path(argument("slug"), argument("meeting_type"))), _("Choose a time"))
	return to_start(error)


PAGE = GuestPage(unnamed=lambda: "join", way_out=_way_out)


@PAGE.action("join")
def _join(visit: Visit) -> View:
	joining = _asked()
	fields = read_payload(frappe.request.form, joining.meeting, joining.query)
	payload = BookingPayload.of({**fields, "timezone": joining.zone, "language": frappe.local.lang})
	count_request(BOOKINGS)
	address = join_for_visitor(joining.bookable, payload, WaitPayload.of(joining.when))
	text = _("We've sent a message to {0}. Its link shows your place, and lets you change your times or leave.")
	text = bidi.sentence(text, bidi.left_to_right(address))
	return _page(joining, Heading("check", _("You're on the waitlist"), text)) | {"joined": True}


@PAGE.view
def _view(visit: Visit) -> View:
	joining, error = _asked(), visit.error
	meeting, query, visitor, locale = joining.meeting, joining.query, joining.visitor, joining.visitor.locale
	values = typed_again(frappe.request.form, meeting, error) if error else linked_values(meeting, query)
	form = form_view(meeting, values, visit.errors, asks_phone=sends_texts(), has_guests=False)
	if len(meeting.duration_options) > 1:
		choices = [{"value": str(each), "label": lengths.duration(each, locale)} for each in meeting.duration_options]
		chosen = {"duration": str(query.duration or meeting.duration_minutes)}
		about = {"label": _("Duration"), "type": "radio", "required": True, "choices": choices}
		form["fields"].insert(0, field_view("duration", chosen, visit.errors, **about))
	today, when = local_date(visit.now, joining.zone), joining.when
	if not error:
		when = {"first_date": today.isoformat(), "last_date": (today + timedelta(days=USUAL_DAYS)).isoformat(), **when}
	text = _("Say when you have time. If a time becomes free that suits you, we keep it for you and ask you.")
	data = _script_data(joining, form, zone_is_unknown=visitor.zone is None and not error)
	page = _page(
		joining, Heading("clock", _("Join the waitlist"), text), error, script="joining" if len(data) > 3 else None
	)
	return page | {
		"form": form,
		"fields": when_fields(when, visit.errors, locale, can_text=sends_texts(), needs_phone=sends_texts()),
		"zone": {
			"name": joining.zone,
			"city": dates.city(joining.zone, locale),
			"time": dates.clock_time(visit.now, visitor.style(joining.zone)),
			"options": zone_options(locale, joining.zone, joining.page.timezone) if query.lists_zones else None,
			"list_url": f"{query.waitlist_url(zones=1, **joining.when)}#zone",
		},
		"free": free_now(error, visitor, lambda start, zone: stay(query.url(start=start, tz=zone))),
		"action": query.waitlist_url(),
		"data": script_json(data),
	}


def _asked() -> Joining:
	"""Return what the address asks for. Raises NoWaitlist, and redirects to the present address and to the page's own domain."""
	query = parse(argument("slug"), argument("meeting_type"), frappe.form_dict)
	bookable = find_bookable(query.slug, query.meeting_type)
	if bookable.link or not can_wait_for(bookable.meeting_type):
		raise NoWaitlist
	page, meeting = public_page(bookable), public_meeting_type(bookable)
	query = at_present_address(query, page.slug, meeting.slug, f"/{WAITLIST}")
	query = query.with_answers(meeting.link_keys, frappe.form_dict).offering(meeting.duration_options)
	values: MultiDict[str, str] = frappe.request.form if submitted() else frappe.request.args
	return Joining(bookable, page, meeting, query, current_visitor(query.zone, query.clock), typed_when(values))


def _page(joining: Joining, heading: Heading, error: SchedulingError | None = None, script: str | None = None) -> View:
	"""Return what the page shows before and after somebody has joined."""
	page, meeting = joining.page, joining.meeting
	return {
		"document": document(
			joining.visitor,
			title=" · ".join(filter(None, [error and error.message, heading.title, meeting.title, page.title])),
			description=bidi.plain(heading.text),
			brand=page.brand,
			style="waitlist",
			script=script,
			framed=True,
		),
		"heading": heading,
		"title": meeting.title,
		"with": ", ".join(names(meeting.hosts or page.hosts)) or page.title,
		"book_url": stay(joining.query.url()),
	}


def _script_data(joining: Joining, form: dict[str, Any], *, zone_is_unknown: bool) -> dict[str, Any]:
	"""Return what the page's script reads. Only a page that adds something to the first three entries needs it."""
	query = joining.query
	data: dict[str, Any] = {"slug": query.slug, "meetingType": query.meeting_type, "strings": {}}
	if may_ask(joining.bookable):
		data["gate"] = {"script": script_address("gate"), "solver": script_address("solver")}
	if any(field["condition"] for field in form["fields"]):
		data["strings"] = {"asked_too": _("Please answer this too: {0}")}
		data["askedAfter"] = script_address("asked_after")
	if zone_is_unknown:
		# A form that was sent has a zone, which the person has seen.
		data |= {"zoneIsUnknown": True, "zone": joining.zone}
	return data
