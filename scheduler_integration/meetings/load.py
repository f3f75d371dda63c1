"""Loads many bookings with as many queries as one booking needs."""

from collections import defaultdict
from collections.abc import Iterable

import frappe
from frappe.model.document import Document

_CHILDREN = {"hosts": "Booking Host", "guests": "Booking Guest", "answers": "Booking Answer"}

# The shown fields of users, by User name. Deleted users are missing.
People = dict[str, frappe._dict]


def load_bookings(names: list[str], *, for_update: bool = False) -> list[Document]:
	"""Return these bookings in this order. Names without a booking are left out. `for_update` locks them.

	Makes four queries, for any number of bookings: one for the bookings and one for each of the three child tables.
	"""
	if not names:
		return []
	rows = {row.name: row for row in _rows("Booking", "name", names, for_update)}
	for fieldname, doctype in _CHILDREN.items():
		children = defaultdict(list)
		for child in sorted(_rows(doctype, "parent", names, for_update), key=lambda row: row.idx):
			children[child.parent].append(child)
		for name, row in rows.items():
			row[fieldname] = children[name]
	return [frappe.get_doc({"doctype": "Booking", **rows[name]}) for name in names if name in rows]


def users_of(bookings: Iterable[Document]) -> set[str]:
	"""Return the users who host these bookings."""
	return {user for booking in bookings for user in booking.host_users()}


def people_of(bookings: list[Document]) -> People:
	"""Return the hosts of all these bookings, with one query."""
	users = sorted(users_of(bookings))
	if not users:
		return {}
	rows = frappe.get_all("User", {"name": ["in", users]}, ["name", "full_name", "user_image", "enabled"])
	return {person.name: person for person in rows}


def _rows(doctype: str, column: str, values: list[str], for_update: bool) -> list[frappe._dict]:
	row = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(row).select("*").where(row[column].isin(values))
	return (query.for_update() if for_update else query).run(as_dict=True)
