"""The view of a scheduling page: its hosts, and the meetings that can be booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from frappe import _

from scheduler_integration.availability.away import Notice
from scheduler_integration.catalogue.public import Listing, PublicMeetingType, PublicPage
from scheduler_integration.domains.links import local_path
from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.facts import facts, first_line, length_text
from scheduler_integration.pages.kit.people import faces, names, own_image
from scheduler_integration.pages.kit.query import Query
from scheduler_integration.pages.kit.spans import notice_view
from scheduler_integration.pages.kit.visitor import Visitor


def page_view(
	listing: Listing,
	query: Query,
	visitor: Visitor,
	arguments: Mapping[str, str],
	*,
	counts: bool = False,
	notices: Sequence[Notice] = (),
) -> dict:
	"""Return the view of `/schedule/<slug>`. `arguments` are those of the address: some answer a type's questions.

	With `counts` a script reports the visitor's step. `notices` say when the host is away.
	"""
	page = listing.page
	description = page.description or page.welcome_message
	return {
		"document": document(
			visitor,
			title=page.title,
			description=description or _("Book a meeting with {0}.").format(page.title),
			brand=page.brand,
			style="page",
			script="steps" if counts else None,
			indexed=True,
			framed=True,
			canonical=page.url,
			picture=next((host.image for host in page.hosts if host.image), None),
		),
		"slug": page.slug,
		"title": page.title,
		"logo": own_image(page.logo),
		"faces": faces(page.hosts),
		"with": _with(page),
		"organization": page.organization,
		"description": page.description,
		"welcome": page.welcome_message,
		"notices": [notice_view(each, visitor.style(each.zone)) for each in notices],
		"meetings": [
			_meeting(meeting, query.with_answers(meeting.link_keys, arguments), visitor)
			for meeting in listing.meeting_types
		],
		"status": 200,
	}


def _with(page: PublicPage) -> str:
	"""Return the names of a team, or the host's name unless a personal page already has it as its title."""
	hosts = names(page.hosts)
	if page.page_type == "Team":
		return ", ".join(hosts)
	return _("With {0}").format(hosts[0]) if hosts and hosts[0] not in page.title else ""


def _meeting(meeting: PublicMeetingType, query: Query, visitor: Visitor) -> dict:
	path = local_path(query.slug, meeting.slug)
	kept = {"tz": query.zone, "clock": query.clock, **query.carried}
	pairs = {name: value for name, value in kept.items() if value}
	return {
		"title": meeting.title,
		"description": first_line(meeting.description or ""),
		"length": length_text(meeting.duration_options, meeting.number_of_days, visitor.locale),
		"facts": [fact for fact in facts(meeting, visitor.locale) if fact["icon"] != "clock"],
		"url": f"{path}?{urlencode(pairs)}" if pairs else path,
	}
