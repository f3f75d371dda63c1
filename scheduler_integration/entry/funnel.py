"""Counts how far visitors of booking pages come: who counts, and where they come from. See docs/reference/insights.md."""

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import urlsplit

import frappe

from scheduler_integration.catalogue.hostnames import is_hostname
from scheduler_integration.catalogue.lookup import find_bookable, find_page
from scheduler_integration.entry.address import client_network
from scheduler_integration.entry.visits import is_automatic, wants_no_tracking
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.insights.visits import DIRECT, NAMED, REFERRER, SCRIPT, SERVER, STEPS, Step, Visitor, note
from scheduler_integration.parsing.text import Refused, line
from scheduler_integration.platform import clock

# A browser may report these. The others are the server's own.
REPORTED = STEPS[:3]
_LONGEST_SOURCE = 60
# Addresses of pages change rarely. Within this many seconds a step needs no query to know that its page exists.
_KNOWN_SECONDS = 60


def may_count() -> bool:
	"""Whether this visitor's steps may be counted: nobody who is signed in, and nobody who asks not to be tracked."""
	request = getattr(frappe.local, "request", None)
	if not request or frappe.session.user != "Guest" or wants_no_tracking():
		return False
	return bool(frappe.get_cached_doc("Scheduler Settings").count_visitors)


def count_page(page: str, meeting_type: str, step: str, origin: Mapping[str, str]) -> bool:
	"""Note that the server sends a page of this step. `origin` are the arguments of the address on where visitors come from.

	Returns whether the page may report further steps.
	"""
	counts = may_count()
	if counts and frappe.request.method == "GET":
		host = _host_of(frappe.request.headers.get("Referer", ""))
		kind, source = (REFERRER, host) if host and host != _host_of(frappe.request.url) else (DIRECT, "")
		try:
			named = line(origin.get("utm_source", "").lower()[:_LONGEST_SOURCE])
		except Refused:
			# It could harm a table.
			named = ""
		# It could be a person's address.
		if named and "@" not in named:
			kind, source = NAMED, named
		_note(Step(page, meeting_type, step, kind, source))
	return counts


def count_report(page: str, meeting_type: str, step: str, session: str) -> bool:
	"""Note a step that a browser reports. Returns whether it counts.

	Raises PageNotFound, MeetingTypeNotFound, and InvalidRequest for a step that browsers can't report.
	"""
	if step not in REPORTED:
		raise InvalidRequest(details={"step": ", ".join(REPORTED)})
	slugs = _slugs(frappe.local.site, page, meeting_type, clock.now() // _KNOWN_SECONDS)
	return may_count() and _note(Step(*slugs, step, SCRIPT), session)


def count_command(page: str, meeting_type: str, step: str) -> None:
	"""Note `form_completed` or `booked`."""
	if may_count():
		_note(Step(page, meeting_type, step, SERVER))


@lru_cache(maxsize=4096)
def _slugs(_site: str, page: str, meeting_type: str, _minute: int) -> tuple[str, str]:
	"""Return the slugs of a page and type. The page may be given by its record's name."""
	slug = (page and frappe.db.get_value("Scheduling Page", {"name": page}, "slug")) or page
	if meeting_type:
		found = find_bookable(slug, meeting_type)
		if found.link:
			return found.page.slug, found.meeting_type.slug
	else:
		find_page(slug)
	return slug, meeting_type


def _note(step: Step, session: str = "") -> bool:
	if is_automatic(frappe.request.headers):
		return False
	agent = frappe.request.headers.get("User-Agent", "")
	return note(step, Visitor(client_network(), agent, session), clock.now())


def _host_of(address: str) -> str:
	try:
		host = (urlsplit(address).hostname or "").removeprefix("www.")
	except ValueError:
		return ""
	return host[:_LONGEST_SOURCE] if is_hostname(host) else ""
