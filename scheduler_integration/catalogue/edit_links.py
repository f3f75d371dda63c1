"""Creates, lists and revokes booking links, with the permissions of the signed-in user."""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.booking_links import DOCTYPE
from scheduler_integration.exceptions import BookingLinkNotFound, NotPermitted
from scheduler_integration.platform.sql import field_by_name

# The newest links of a host that a page or the API lists.
MOST_LISTED = 200


def create_link(fields: Mapping[str, Any]) -> Document:
	"""Create a link of the signed-in user, or of `user`, and return its record. Raises NotPermitted or InvalidRequest.

	The fields are those of a Booking Link.
	"""
	link = frappe.new_doc(DOCTYPE)
	link.update({"user": frappe.session.user, **fields})
	return link.insert()


def readable_links(user: str | None) -> list[frappe._dict]:
	"""Return the links of a user that the signed-in user may read, newest first; without a user, all of them.

	Each has the fields of its record, and the words `type_title`, `user_name` and `host_name`. Makes four queries.
	"""
	filters = {"user": user} if user else {}
	names = frappe.get_list(DOCTYPE, filters, pluck="name", order_by="creation desc", limit_page_length=MOST_LISTED)
	if not names:
		return []
	rows = {row.name: row for row in frappe.get_all(DOCTYPE, {"name": ["in", names]}, ["*"])}
	titles = field_by_name("Meeting Type", (row.meeting_type for row in rows.values()), "title")
	people = field_by_name("User", (user for row in rows.values() for user in (row.user, row.host)), "full_name")
	for row in rows.values():
		row.update(
			{
				"type_title": titles.get(row.meeting_type),
				"user_name": people.get(row.user) or row.user,
				"host_name": people.get(row.host),
			}
		)
	return [rows[name] for name in names]


def may_read_link(name: str, meeting_type: str) -> bool:
	"""Whether the signed-in user may read the link of this name, and it books this meeting type."""
	return bool(name) and bool(frappe.get_list(DOCTYPE, {"name": name, "meeting_type": meeting_type}))


def revoke_link(name: str) -> Document:
	"""Let nobody book with the link any more, and return its record. Raises BookingLinkNotFound or NotPermitted."""
	return _switch(name, revoked=1)


def allow_link(name: str) -> Document:
	"""Take a revocation back. Raises BookingLinkNotFound or NotPermitted."""
	return _switch(name, revoked=0)


def _switch(name: str, *, revoked: int) -> Document:
	if not name or name == DOCTYPE or not frappe.db.exists(DOCTYPE, name):
		raise BookingLinkNotFound
	link = frappe.get_doc(DOCTYPE, name, for_update=True)
	if not link.has_permission("write"):
		raise NotPermitted
	link.revoked = revoked
	return link.save()
