"""Previews of pages and meeting types as visitors see them, for hosts' editors. Nothing is kept, and nothing can be booked.

- `/scheduling/types/<name>/preview`: a type. With `step=form`, a time is chosen already.
- `/scheduling/page/preview?page=<name>`: the types of a page.
- `/scheduling/types/<name>/test`: books the first free time as a test, and shows what an attendee would see.

A POST to a preview with the editor's form shows its values, which aren't saved.
"""

from dataclasses import replace
from typing import Any

import frappe
from frappe import _

from scheduler_integration.availability.hours_change import validated
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import book_as_test
from scheduler_integration.catalogue.edit_pages import readable_page
from scheduler_integration.catalogue.edit_types import change_type
from scheduler_integration.catalogue.lookup import bookable
from scheduler_integration.catalogue.public import listing_of, public_meeting_type, public_page
from scheduler_integration.entry.headers import PageHeaders
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.notifications.preferences import note_test
from scheduler_integration.pages.booking.slots import load_month
from scheduler_integration.pages.booking.view import BookingPage, booking_view
from scheduler_integration.pages.guest_page import Visit
from scheduler_integration.pages.host import page_form
from scheduler_integration.pages.host.type_editor import edited_type
from scheduler_integration.pages.host.type_form import PATH, sent_fields
from scheduler_integration.pages.kit.assets import sheets
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.respond import View, WayOut, argument, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.listing import page_view
from scheduler_integration.pages.manage import managing_view
from scheduler_integration.parsing.meeting_type_fields import parse_type_form
from scheduler_integration.parsing.page_fields import parse_page
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.rehearsal import rehearsal


def preview_of_type(context: frappe._dict) -> None:
	respond(context, _type_view, sign_in_for=_editor)


def preview_of_page(context: frappe._dict) -> None:
	respond(context, _page_view, sign_in_for=lambda: page_form.PATH)


def test_of_type(context: frappe._dict) -> None:
	respond(
		context,
		_test_view,
		sign_in_for=_editor,
		way_out=lambda _error: WayOut(_editor(), _("Back to the meeting type")),
	)


def _editor() -> str:
	return f"{PATH}/{argument('type')}"


def _type_view() -> View:
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
		return _picture(view, _("Preview with your real free times. Nothing can be booked here."))


def _page_view() -> View:
	page = readable_page(argument("page"))
	if not page.has_permission("write"):
		raise NotPermitted
	with rehearsal():
		if submitted():
			page.update(parse_page(page_form.sent_fields(frappe.form_dict)))
			validated(page)
		view = page_view(listing_of(page), Query(page.slug, ""), current_visitor(), {})
	return _picture(view, _("Preview. Nothing can be booked here."))


def _test_view() -> View:
	doc = edited_type()
	if not submitted():
		raise redirection(_editor(), 302)
	found, visitor = bookable(doc), current_visitor()
	page = public_page(found)
	trial = book_as_test(found, visitor.zone or page.timezone, now())
	note_test(frappe.session.user)
	view = managing_view(trial.booking, page.brand, Visit(visitor, now(), "", _editor()), "booked")
	# The message has styles in its elements, as mail programs need them.
	shown = _picture({**view, "follow_up": None}, _("This was a test"), styles="'unsafe-inline'")
	return {**shown, "mail": trial.message, "back_url": f"{_editor()}#link"}


def _picture(view: dict[str, Any], note: str, *, styles: str = "") -> dict[str, Any]:
	"""Return the view of a page without its scripts, with a sentence above it.

	It runs no script and sends no form, and only this site may frame it. `styles` is the source expression for styles instead
	of the hash of the page's own theme.
	"""
	document = view["document"]
	policy = "; ".join(
		(
			"default-src 'none'",
			f"style-src 'self' {styles or document['theme'].csp_source}",
			"img-src 'self' data:",
			"frame-src 'self' data:",
			"form-action 'none'",
			"base-uri 'none'",
			"frame-ancestors 'self'",
		)
	)
	shown_with = (*document["assets"].styles, *sheets("picture"))
	assets = document["assets"]._replace(styles=shown_with, script=None, import_map=None)
	headers = PageHeaders(policy, "no-referrer")
	shown = {**document, "assets": assets, "headers": headers, "robots": "noindex, nofollow", "canonical": None}
	return {**view, "document": shown, "picture": note, "data": "{}", "csrf_token": None}
