"""`/schedule/<slug>`: a scheduling page with its hosts and meeting types."""

import frappe

from scheduler_integration.availability.away import notices_of_page
from scheduler_integration.catalogue.public import find_listing
from scheduler_integration.domains.links import local_path
from scheduler_integration.entry.funnel import count_page
from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.pages.kit.query import parse
from scheduler_integration.pages.kit.respond import argument, lead_to_domain, moved_to, respond
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.listing import page_view
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view)


def _view() -> dict:
	count_request(REQUESTS)
	query = parse(argument("slug"), "", frappe.form_dict)
	listing = find_listing(query.slug)
	if listing.page.slug != query.slug:
		raise moved_to(local_path(listing.page.slug))
	lead_to_domain(listing.page.slug)
	counts = count_page(query.slug, "", "page_view", query.origin)
	visitor = current_visitor(query.zone, query.clock)
	notices = notices_of_page(listing.name, listing.host, now()) if listing.host else ()
	return page_view(listing, query, visitor, frappe.form_dict, counts=counts, notices=notices)
