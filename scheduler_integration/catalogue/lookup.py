"""Finds the page and the meeting type that an address names."""

from functools import lru_cache

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.slugs import is_slug
from scheduler_integration.exceptions import MeetingTypeNotFound, PageNotFound
from scheduler_integration.prepared import value


def find_page(slug: object) -> Document:
	"""The active Scheduling Page with this slug. Raises PageNotFound."""
	name = _find("Scheduling Page", slug)
	if not name:
		raise PageNotFound
	return frappe.get_cached_doc("Scheduling Page", name)


def find_meeting_type(page: Document, slug: object) -> Document:
	"""The page's active Meeting Type with this slug. Raises MeetingTypeNotFound."""
	name = _find("Meeting Type", slug, scheduling_page=page.name)
	if not name:
		raise MeetingTypeNotFound
	return frappe.get_cached_doc("Meeting Type", name)


def find_page_and_type(slug: object, type_slug: object) -> tuple[Document, Document]:
	"""Both in one query, for the request that is made most. Raises PageNotFound or MeetingTypeNotFound."""
	if not is_slug(slug):
		raise PageNotFound
	slugs = {"slug": slug, "type_slug": type_slug if is_slug(type_slug) else ""}
	found = frappe.db.sql(_page_and_type_query(), slugs)
	if not found:
		raise PageNotFound
	if not found[0][1]:
		raise MeetingTypeNotFound
	return frappe.get_cached_doc("Scheduling Page", found[0][0]), frappe.get_cached_doc("Meeting Type", found[0][1])


@lru_cache
def _page_and_type_query() -> str:
	page, meeting_type = frappe.qb.DocType("Scheduling Page"), frappe.qb.DocType("Meeting Type")
	return (
		frappe.qb.from_(page)
		.left_join(meeting_type)
		.on(
			(meeting_type.scheduling_page == page.name)
			& (meeting_type.slug == value("type_slug"))
			& (meeting_type.is_active == 1)
		)
		.select(page.name, meeting_type.name)
		.where((page.slug == value("slug")) & (page.is_active == 1))
		.get_sql()
	)


def meeting_types_of(page: Document) -> list[Document]:
	"""The page's active Meeting Types in the order in which they are shown."""
	names = frappe.get_all(
		"Meeting Type",
		filters={"scheduling_page": page.name, "is_active": 1},
		order_by="sort_order asc, creation asc",
		pluck="name",
	)
	return [frappe.get_cached_doc("Meeting Type", name) for name in names]


def _find(doctype: str, slug: object, **filters: str) -> str | None:
	if not is_slug(slug):
		return None
	return frappe.db.get_value(doctype, {"slug": slug, "is_active": 1, **filters}, "name")
