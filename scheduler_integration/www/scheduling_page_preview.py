"""`/scheduling/page/preview?page=<name>`: a host's page for visitors as it would be, for the editor beside it.

A POST with the editor's form shows its values, which aren't saved.
"""

import frappe
from frappe import _

from scheduler_integration.availability.hours_change import validated
from scheduler_integration.catalogue.edit_pages import readable_page
from scheduler_integration.catalogue.public import listing_of
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.pages.booking.picture import picture
from scheduler_integration.pages.host.page_form import PATH, sent_fields
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.respond import argument, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.listing import page_view
from scheduler_integration.parsing.page_fields import parse_page
from scheduler_integration.platform.rehearsal import rehearsal

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: PATH)


def _view() -> dict:
	page = readable_page(argument("page"))
	if not page.has_permission("write"):
		raise NotPermitted
	with rehearsal():
		if submitted():
			page.update(parse_page(sent_fields(frappe.form_dict)))
			validated(page)
		view = page_view(listing_of(page), Query(page.slug, ""), current_visitor(), {})
	return picture(view, _("Preview. Nothing can be booked here."))
