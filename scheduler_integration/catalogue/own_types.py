"""The meeting types to choose from in a form of the app's own, for a signed-in person."""

from dataclasses import dataclass

import frappe

from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.public import page_url


@dataclass(frozen=True, slots=True)
class OwnType:
	"""A meeting type to choose: its record's name, its title and its page's, its public address, its durations in minutes."""

	name: str
	title: str
	page: str
	url: str
	durations: tuple[int, ...]


def own_types() -> list[OwnType]:
	"""The active meeting types that the signed-in person may see, by page."""
	pages = {
		page.name: page
		for page in frappe.get_list(
			"Scheduling Page", filters={"is_active": 1}, fields=["name", "title", "slug"], limit_page_length=0
		)
	}
	types = frappe.get_list(
		"Meeting Type",
		filters={"is_active": 1, "scheduling_page": ["in", list(pages)]},
		fields=["name", "title", "slug", "scheduling_page", "duration_minutes", "duration_options"],
		order_by="scheduling_page asc, sort_order asc, creation asc",
		limit_page_length=0,
	)
	return [
		OwnType(
			name=each.name,
			title=each.title,
			page=pages[each.scheduling_page].title,
			url=page_url(pages[each.scheduling_page].slug, each.slug),
			durations=tuple(durations_of(each)),
		)
		for each in types
	]
