"""`/scheduling/page/preview?page=<name>`: the meeting types of a page as visitors see them."""

import frappe
from frappe import _

from scheduler_integration.availability.hours_change import validated
from scheduler_integration.catalogue.edit_pages import readable_page
from scheduler_integration.catalogue.public import listing_of
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.pages.host import page_form
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.respond import View, argument, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.listing import page_view
from scheduler_integration.pages.preview.picture import picture
from scheduler_integration.parsing.page_fields import parse_page
from scheduler_integration.platform.rehearsal import rehearsal


def answer() -> View:
	return respond(_view, sign_in_for=lambda: page_form.PATH)


def _view() -> View:
	page = readable_page(argument("page"))
	if not page.has_permission("write"):
		raise NotPermitted
	with rehearsal():
		if submitted():
			page.update(parse_page(page_form.sent_fields(frappe.form_dict)))
			validated(page)
		view = page_view(listing_of(page), Query(page.slug, ""), current_visitor(), {})
	return picture(view, _("Preview. Nothing can be booked here."))
