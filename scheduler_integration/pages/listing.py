"""`/schedule/<slug>`: a scheduling page with its hosts, and the meetings that can be booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import frappe
from frappe import _

from scheduler_integration.availability.away import Notice, notices_of_page
from scheduler_integration.catalogue.card import card_url
from scheduler_integration.catalogue.public import Listing, PublicMeetingType, find_listing
from scheduler_integration.domains.links import local_path
from scheduler_integration.entry.funnel import count_page
from scheduler_integration.pages.guest_page import GuestPage, Visit
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.facts import facts, first_line, length_text
from scheduler_integration.pages.kit.people import faces, names, own_image
from scheduler_integration.pages.kit.query import Query, parse
from scheduler_integration.pages.kit.respond import View, argument, lead_to_domain, moved_to
from scheduler_integration.pages.kit.spans import notice_view
from scheduler_integration.pages.kit.visitor import Visitor, current_visitor

PAGE = GuestPage()


@PAGE.view
def _view(visit: Visit) -> View:
	query = parse(argument("slug"), "", frappe.form_dict)
	listing = find_listing(query.slug)
	if listing.page.slug != query.slug:
		raise moved_to(local_path(listing.page.slug))
	lead_to_domain(listing.page.slug)
	counts = count_page(query.slug, "", "page_view", query.origin)
	visitor = current_visitor(query.zone, query.clock)
	notices = notices_of_page(listing.name, listing.host, visit.now) if listing.host else ()
	return page_view(listing, query, visitor, frappe.form_dict, counts=counts, notices=notices)


def page_view(
	listing: Listing,
	query: Query,
	visitor: Visitor,
	arguments: Mapping[str, str],
	*,
	counts: bool = False,
	notices: Sequence[Notice] = (),
) -> View:
	"""Return the view of the page. `arguments` are those of the address: some answer a type's questions.

	With `counts` a script reports the visitor's step. `notices` say when the host is away.
	"""
	page, hosts = listing.page, names(listing.page.hosts)
	# A personal page often has its host's name as the title.
	alone = _("With {0}").format(hosts[0]) if hosts and hosts[0] not in page.title else ""
	return {
		"document": document(
			visitor,
			title=page.title,
			description=page.description or page.welcome_message or _("Book a meeting with {0}.").format(page.title),
			brand=page.brand,
			style="page",
			script="steps" if counts else None,
			indexed=True,
			framed=True,
			canonical=page.url,
			card=card_url(page),
			words=f"{local_path(page.slug).rstrip('/')}/llms.txt",
		),
		"page": page,
		"logo": own_image(page.logo),
		"faces": faces(page.hosts),
		"with": ", ".join(hosts) if page.page_type == "Team" else alone,
		"notices": [notice_view(each, visitor.style(each.zone)) for each in notices],
		"meetings": [
			_meeting(each, query.with_answers(each.link_keys, arguments), visitor) for each in listing.meeting_types
		],
	}


def _meeting(meeting: PublicMeetingType, query: Query, visitor: Visitor) -> dict[str, Any]:
	kept = {"tz": query.zone, "clock": query.clock, **query.carried}
	given = urlencode({name: value for name, value in kept.items() if value})
	return {
		"title": meeting.title,
		"description": first_line(meeting.description or ""),
		"length": length_text(meeting.duration_options, meeting.number_of_days, visitor.locale),
		"facts": [fact for fact in facts(meeting, visitor.locale) if fact["icon"] != "clock"],
		"url": f"{local_path(query.slug, meeting.slug)}{'?' if given else ''}{given}",
	}
