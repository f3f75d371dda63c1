"""`/scheduling/types/<name>/preview`: the page for visitors as it would be, for the editor beside it.

A POST with a group of the editor's form shows its values, which aren't saved. With `step=form` a time is chosen already.
"""

from dataclasses import replace

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.availability.hours_change import validated
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.edit_types import change_type, editable_type
from scheduler_integration.catalogue.lookup import bookable
from scheduler_integration.catalogue.public import public_meeting_type, public_page
from scheduler_integration.exceptions import MeetingTypeNotFound
from scheduler_integration.pages.booking.picture import picture
from scheduler_integration.pages.booking.slots import load_month
from scheduler_integration.pages.booking.view import BookingPage, booking_view
from scheduler_integration.pages.host.type_form import PATH
from scheduler_integration.pages.host.type_sent import sent_fields
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.respond import argument, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.meeting_type_fields import parse_type_form
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.rehearsal import rehearsal

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: f"{PATH}/{argument('type')}")


def _view() -> dict:
	doc = editable_type(argument("type"))
	if not doc.scheduling_page:
		raise MeetingTypeNotFound
	with rehearsal():
		if submitted():
			change_type(doc, parse_type_form(sent_fields(doc, frappe.form_dict, current_visitor().locale)))
			validated(doc)
			for row in doc.questions:
				row.name = row.name or f"new-{row.idx}"
		return _picture(doc)


def _picture(doc: Document) -> dict:
	found = bookable(doc)
	page, meeting, visitor = public_page(found), public_meeting_type(found), current_visitor()
	query = Query(page.slug, meeting.slug)
	request = SlotRequest(meeting.duration_minutes)
	slots = load_month(found, request, query, visitor.zone or page.timezone, now(), visitor.locale.first_week_day)
	if argument("step") == "form" and slots.first_free_day:
		query = replace(query, start=slots.slots_on(slots.first_free_day)[0].start)
	view = booking_view(BookingPage(page, meeting, query, visitor, slots, now()))
	return picture(view, _("Preview with your real free times. Nothing can be booked here."))
