"""Lists, creates, changes and deletes scheduling pages, with the permissions of the signed-in user."""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.former_slugs import former_slugs
from scheduler_integration.catalogue.hosts import possible_hosts
from scheduler_integration.catalogue.slugs import first_free, slugify
from scheduler_integration.documents import check_unchanged
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, PageNotFound
from scheduler_integration.platform.records import picked


def readable_pages() -> list[Document]:
	"""Return the pages that the signed-in user may read, oldest first: own ones and their teams', or all for managers."""
	names = frappe.get_list("Scheduling Page", pluck="name", order_by="creation asc", limit_page_length=0)
	return [frappe.get_cached_doc("Scheduling Page", name) for name in names]


def readable_page(name: str) -> Document:
	"""Return a page that the signed-in user may read. Raises PageNotFound or NotPermitted."""
	return _permitted(name, "read")


def create_page(fields: Mapping[str, Any]) -> Document:
	"""Create a page of the signed-in user, or for managers of `user`, and return it. Raises NotPermitted, InvalidRequest."""
	doc = frappe.new_doc("Scheduling Page")
	doc.update({"user": frappe.session.user, **fields})
	return doc.insert()


def update_page(name: str, fields: Mapping[str, Any], *, version: str | None = None) -> Document:
	"""Change a page and return it. Raises PageNotFound, NotPermitted or InvalidRequest.

	`version` is the record's `modified` as the caller read it. Raises ChangedMeanwhile if somebody saved it since.
	"""
	doc = _permitted(name, "write")
	check_unchanged(doc, version)
	doc.update(dict(fields))
	return doc.save()


def change_team(
	name: str, members: Mapping[str, Mapping[str, int]], *, version: str | None = None
) -> tuple[Document, dict[str, dict[str, int]]]:
	"""Change hosts of a team's page, and return the page with the same of them before.

	`members` has by user whether the host `is_active`, and maybe the `weight`. Those who leave keep their row, and the meetings that
	are booked. Raises as `update_page` does: only managers may change a team's page.
	"""
	doc = _permitted(name, "write")
	check_unchanged(doc, version)
	rows = {row.user: row for row in doc.hosts}
	new = {user for user, fields in members.items() if fields["is_active"]} - rows.keys()
	if new - {host.user for host in possible_hosts()}:
		raise InvalidRequest(details={"member": _("Choose hosts from the list.")})
	former = {user: picked(rows[user], "is_active", "weight") if user in rows else {"is_active": 0} for user in members}
	for user, fields in members.items():
		if user in rows:
			rows[user].update(fields)
		elif user in new:
			doc.append("hosts", {"user": user, **fields})
	return doc.save(), former


def delete_page(name: str) -> None:
	"""Delete a page with its meeting types. Raises PageNotFound, NotPermitted, or HasBookings if it was ever booked."""
	frappe.delete_doc("Scheduling Page", _permitted(name, "delete").name)


def free_slug(title: str) -> str:
	"""Return a slug for a new page: "jane-doe", or "jane-doe-2" if a page has or had that."""
	wanted = slugify(title) or "page"
	taken = frappe.get_all("Scheduling Page", {"slug": ["like", f"{wanted}%"]}, pluck="slug")
	return first_free(wanted, {*taken, *former_slugs(wanted)})


def _permitted(name: str, ptype: str) -> Document:
	if not name or not frappe.db.exists("Scheduling Page", {"name": name}):
		raise PageNotFound
	doc = frappe.get_doc("Scheduling Page", name)
	if not doc.has_permission(ptype):
		raise NotPermitted
	return doc
