"""Former slugs of pages and meeting types. Only this module writes Former Slug.

Links that were sent stay good: an address with a former slug leads to the present one. A former slug belongs to nobody: as
soon as another page takes it, it leads there, and nothing tells who had it.
"""

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType
from frappe.query_builder.functions import Coalesce

# So many former slugs of each page and type are kept, the newest ones.
_MOST = 20


def remember_page(page: Document) -> None:
	"""Keep the slug that a saved page had before. Nobody else keeps its present one."""
	row = DocType("Former Slug")
	frappe.qb.from_(row).delete().where((row.slug == page.slug) & (Coalesce(row.meeting_type, "") == "")).run()
	before = page.get_doc_before_save()
	if before and before.slug != page.slug:
		_remember(before.slug, page.name)


def remember_type(meeting_type: Document) -> None:
	"""Keep the slug that a saved meeting type had before, and the page that it was on."""
	row = DocType("Former Slug")
	present = (row.slug == meeting_type.slug) & (row.scheduling_page == meeting_type.scheduling_page)
	frappe.qb.from_(row).delete().where(present & (Coalesce(row.meeting_type, "") != "")).run()
	before = meeting_type.get_doc_before_save()
	addresses = [(doc.scheduling_page, doc.slug) for doc in (before, meeting_type) if doc]
	if before and before.scheduling_page and len(set(addresses)) > 1:
		_remember(before.slug, before.scheduling_page, meeting_type.name)


def forget_slugs_of(doc: Document) -> None:
	"""Delete the former slugs of a deleted page or meeting type."""
	frappe.db.delete("Former Slug", {frappe.scrub(doc.doctype): doc.name})


def former_slugs(beginning: str) -> list[str]:
	"""Return the former slugs of pages that begin like this, so that a new page isn't given one by chance."""
	of_pages = {"slug": ["like", f"{beginning}%"], "meeting_type": ["is", "not set"]}
	return frappe.get_all("Former Slug", of_pages, pluck="slug")


def present_page(slug: str) -> str | None:
	"""Return the slug of the page that had this slug, or None."""
	page = _page_that_had(slug)
	return frappe.db.get_value("Scheduling Page", page, "slug") if page else None


def present_address(slug: str, type_slug: str) -> tuple[str, str] | None:
	"""Return the slugs of the page and the meeting type to which a former address leads, or None.

	The page, the type or both may have had another slug, and the type may have been on another page.
	"""
	page = frappe.db.get_value("Scheduling Page", {"slug": slug}) or _page_that_had(slug)
	if not page:
		return None
	name = frappe.db.get_value("Meeting Type", {"scheduling_page": page, "slug": type_slug}) or _former(
		{"scheduling_page": page, "slug": type_slug, "meeting_type": ["is", "set"]}, "meeting_type"
	)
	present = frappe.db.get_value("Meeting Type", name, ["scheduling_page", "slug"]) if name else None
	if not present or not present[0]:
		return None
	address = (frappe.db.get_value("Scheduling Page", present[0], "slug"), present[1])
	return address if address != (slug, type_slug) else None


def _page_that_had(slug: str) -> str | None:
	return _former({"slug": slug, "meeting_type": ["is", "not set"]}, "scheduling_page")


def _former(filters: dict[str, object], field: str) -> str | None:
	"""Return a field of the first such row. Frappe 15 and 16 read "is set" alike only in a list."""
	values = frappe.get_all("Former Slug", filters, pluck=field, limit=1)
	return values[0] if values else None


def _remember(slug: str, page: str, meeting_type: str | None = None) -> None:
	row = {"doctype": "Former Slug", "slug": slug, "scheduling_page": page, "meeting_type": meeting_type}
	# Hosts have no rights to these records: the app keeps them.
	frappe.get_doc(row).insert(ignore_permissions=True)
	of_same = (
		{"meeting_type": meeting_type} if meeting_type else {"scheduling_page": page, "meeting_type": ["is", "not set"]}
	)
	names = frappe.get_all("Former Slug", of_same, pluck="name", order_by="creation desc, name desc")
	if names[_MOST:]:
		frappe.db.delete("Former Slug", {"name": ["in", names[_MOST:]]})
