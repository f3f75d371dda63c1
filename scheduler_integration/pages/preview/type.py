"""`/scheduling/types/<name>/preview`: a meeting type as visitors see it. With `step=form`, a time is chosen already."""

from dataclasses import replace

import frappe
from frappe import _

from scheduler_integration.availability.hours_change import validated
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.edit_types import change_type
from scheduler_integration.catalogue.lookup import bookable
from scheduler_integration.catalogue.public import public_meeting_type, public_page
from scheduler_integration.pages.booking.slots import load_month
from scheduler_integration.pages.booking.view import BookingPage, booking_view
from scheduler_integration.pages.host.type_editor import edited_type, editor_path
from scheduler_integration.pages.host.type_form import sent_fields
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.respond import View, argument, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.preview.picture import picture
from scheduler_integration.parsing.meeting_type_fields import parse_type_form
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.rehearsal import rehearsal


def answer() -> View:
	return respond(_view, sign_in_for=editor_path)


def _view() -> View:
	doc, visitor = edited_type(), current_visitor()
	with rehearsal():
		if submitted():
			change_type(doc, parse_type_form(sent_fields(doc, frappe.form_dict, visitor.locale)))
			validated(doc)
			for row in doc.questions:
				row.name = row.name or f"new-{row.idx}"
		found = bookable(doc)
		page, meeting = public_page(found), public_meeting_type(found)
		query = Query(page.slug, meeting.slug)
		request = SlotRequest(meeting.duration_minutes)
		slots = load_month(found, request, query, visitor.zone or page.timezone, now(), visitor.locale.first_week_day)
		if argument("step") == "form" and slots.first_free_day:
			query = replace(query, start=slots.slots_on(slots.first_free_day)[0].start)
		view = booking_view(BookingPage(page, meeting, query, visitor, slots, now()))
		return picture(view, _("Preview with your real free times. Nothing can be booked here."))
