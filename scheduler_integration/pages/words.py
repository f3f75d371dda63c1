"""A page and its meeting types as Markdown, for assistants and programs, which read no forms.

`/schedule/<slug>/llms.txt` has the page with all its listed meeting types, `/schedule/<slug>/<meeting type>.md` one of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

from babel import Locale
from babel.dates import format_date
from frappe import _

from scheduler_integration.availability.load import rules_of
from scheduler_integration.catalogue.booking_links import PAGE as LINKS
from scheduler_integration.catalogue.lookup import Bookable, find_bookable
from scheduler_integration.catalogue.public import PublicPage, find_listing, public_meeting_type, public_page
from scheduler_integration.domains.links import local_path, page_url
from scheduler_integration.engine import DateRange, RollingDays
from scheduler_integration.entry.domains import WORDS
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.headers import NOTHING, PageHeaders, use, use_type, use_words
from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.exceptions import PageNotFound, SchedulingError
from scheduler_integration.pages.kit.facts import facts
from scheduler_integration.pages.kit.fields import question_views
from scheduler_integration.pages.kit.people import names
from scheduler_integration.pages.kit.respond import View, argument, lead_to_domain, moved_to
from scheduler_integration.pages.kit.visitor import visitor_locale
from scheduler_integration.platform import lengths
from scheduler_integration.platform.language import speak_to_visitor

KEPT_SECONDS = 300
_METHODS = "/api/method/scheduler_integration.api."


def answer() -> View:
	"""Return what the template prints. A refusal is a sentence, with its status."""
	speak_to_visitor()
	type_slug = argument("meeting_type")
	mimetype = "text/markdown" if type_slug else "text/plain"
	use(PageHeaders(NOTHING, "no-referrer"))
	try:
		with refusals():
			count_request(REQUESTS)
			view = _view(argument("slug"), type_slug)
		use_words(mimetype, KEPT_SECONDS)
	except SchedulingError as error:
		use_type(mimetype)
		return {"refusal": error.message, "status": error.http_status_code}
	return view


def _view(slug: str, type_slug: str) -> View:
	if type_slug:
		if slug == LINKS:
			# The token of a booking link is for one person.
			raise PageNotFound
		offered = [find_bookable(slug, type_slug)]
		page = public_page(offered[0])
		present, ending = (page.slug, offered[0].meeting_type.slug), ".md"
	else:
		listing = find_listing(slug)
		page = listing.page
		offered = [find_bookable(page.slug, each.slug) for each in listing.meeting_types]
		present, ending = (page.slug, ""), WORDS
	if present != (slug, type_slug):
		raise moved_to(local_path(*present).rstrip("/") + ending)
	lead_to_domain(*present, ending)
	return {
		"page": page,
		"hosts": names(page.hosts),
		"types": [_type_view(each, page, visitor_locale()) for each in offered],
		"public": urljoin(page.url, f"{_METHODS}public."),
		"openapi": urljoin(page.url, f"{_METHODS}openapi.document"),
		"mcp": urljoin(page.url, f"{_METHODS}mcp.visitor?page={page.slug}"),
	}


def _type_view(bookable: Bookable, page: PublicPage, locale: Locale) -> dict[str, Any]:
	meeting = public_meeting_type(bookable)
	questions = zip(meeting.questions, question_views(meeting.questions, {}, {}), strict=True)
	return {
		"meeting": meeting,
		"url": page_url(page.slug, meeting.slug),
		"hosts": names(meeting.hosts),
		"rules": [*(fact["text"] for fact in facts(meeting, locale)), *_limits(bookable, locale)],
		"questions": [{"id": question.id, **view} for question, view in questions],
	}


def _limits(bookable: Bookable, locale: Locale) -> Iterator[str]:
	"""Yield how long before the start, and for which dates, a meeting can be booked."""
	rules = rules_of(bookable)
	window = rules.window if rules else None
	if rules and rules.minimum_notice:
		yield _("Book at least {0} before the start.").format(lengths.duration(rules.minimum_notice, locale))
	if isinstance(window, RollingDays) and not (window.business_only or window.with_slots_only):
		yield _("Book at most {0} ahead.").format(lengths.days(window.days, locale))
	if isinstance(window, DateRange) and window.first:
		yield _("Bookings are open from {0} on.").format(format_date(window.first, "long", locale=locale))
	if isinstance(window, DateRange) and window.last:
		yield _("Bookings are open until {0}.").format(format_date(window.last, "long", locale=locale))
