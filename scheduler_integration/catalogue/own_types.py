"""The meeting types to choose from in a form of the app's own, for a signed-in person."""

from typing import Any

import frappe

from scheduler_integration.catalogue.durations import durations_of
from scheduler_integration.catalogue.present import page_url


def own_types() -> list[dict[str, Any]]:
	"""The active meeting types that the signed-in person may see, by page: `name`, `title`, `page`, `url`, `durations`."""
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
		{
			"name": each.name,
			"title": each.title,
			"page": pages[each.scheduling_page].title,
			"url": page_url(pages[each.scheduling_page].slug, each.slug),
			"durations": durations_of(each),
		}
		for each in types
	]
