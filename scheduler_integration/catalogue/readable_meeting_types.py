"""Lists meeting types for the app's own forms, in which a signed-in user chooses one."""

from dataclasses import dataclass

import frappe

from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.domains.links import page_url
from scheduler_integration.platform.records import record


@dataclass(frozen=True, slots=True)
class ReadableType:
	"""A meeting type to choose. `name` is the record's name, `page` is the title of its page, `url` its public address.

	`slug` and `page_slug` are the parts of its path. `durations` are in minutes, ascending. `is_own`: the page is that of the signed-in user alone.
	"""

	name: str
	title: str
	page: str
	url: str
	durations: tuple[int, ...]
	is_own: bool = False
	slug: str = ""
	page_slug: str = ""


def readable_meeting_types() -> list[ReadableType]:
	"""Return the active meeting types on active pages that the signed-in user may read, ordered by page."""
	pages = {
		page.name: page
		for page in frappe.get_list(
			"Scheduling Page",
			filters={"is_active": 1},
			fields=["name", "title", "slug", "user", "page_type"],
			limit_page_length=0,
		)
	}
	if not pages:
		# Frappe's "in" of nothing finds the types without a page, those of other schedulers.
		return []
	# A host of a team page may read its types one by one, but not list them (see `_own_meeting_types` in permissions.py).
	types = frappe.get_all(
		"Meeting Type",
		filters={"is_active": 1, "scheduling_page": ["in", list(pages)]},
		fields=["name", "title", "slug", "scheduling_page", "duration_minutes", "duration_options"],
		order_by="scheduling_page asc, sort_order asc, creation asc",
		limit_page_length=0,
	)
	return [
		record(
			ReadableType,
			meeting_type,
			page=page.title,
			url=page_url(page.slug, meeting_type.slug),
			durations=tuple(durations_of(meeting_type)),
			is_own=page.user == frappe.session.user and page.page_type == "Personal",
			page_slug=page.slug,
		)
		for meeting_type, page in ((each, pages[each.scheduling_page]) for each in types)
	]
