"""The functions that Email Templates and Notifications can call (hook `jinja`): {{ scheduler_times("anna", "intro") }}.

They show what the public page shows to anybody, and write nothing.
"""

from __future__ import annotations

import frappe
from frappe.utils import cint
from markupsafe import Markup

from scheduler_integration.catalogue.lookup import Bookable, find_bookable, find_page
from scheduler_integration.domains.links import page_url
from scheduler_integration.exceptions import BookingLinkNotFound, MeetingTypeNotFound, PageNotFound
from scheduler_integration.mailed_times.choose import MOST, free_days, spread
from scheduler_integration.mailed_times.offer import Wish, words_for
from scheduler_integration.mailed_times.write import as_html
from scheduler_integration.parsing.zones import checked_zone
from scheduler_integration.platform.clock import now


def scheduler_times(page: str, meeting_type: str, count: int = 3, zone: str | None = None) -> Markup:
	"""Return the next free times of a meeting type as HTML for an e-mail; empty if it can't be booked.

	`page` and `meeting_type` are the parts of its address, `count` is 1 to 8, `zone` the reader's (by default the page's).
	Raises UnknownTimeZone.
	"""
	bookable = _found(page, meeting_type)
	if not bookable:
		return Markup()
	wish = Wish(checked_zone(zone or bookable.page.timezone), frappe.local.lang or "en")
	most = max(1, min(cint(count), MOST))
	starts = spread(free_days(bookable, wish.zone, now()), wish.zone, most)
	return as_html(words_for(bookable, starts, wish, None))


def scheduler_link(page: str, meeting_type: str | None = None) -> str:
	"""Return the address of a page, or of a meeting type on it; empty if nobody can book there."""
	if meeting_type:
		found = _found(page, meeting_type)
		return page_url(found.page.slug, found.meeting_type.slug) if found else ""
	try:
		return page_url(find_page(page).slug)
	except PageNotFound:
		return ""


def _found(page: str, meeting_type: str) -> Bookable | None:
	"""Return what can be booked at a public address, or None. A booking link isn't public."""
	try:
		found = find_bookable(page, meeting_type)
	except (PageNotFound, MeetingTypeNotFound, BookingLinkNotFound):
		return None
	return found if not found.link else None
