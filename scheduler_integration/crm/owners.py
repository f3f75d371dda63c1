"""Whose a person is in the CRM."""

from collections.abc import Collection

import frappe

from scheduler_integration.crm.records import installed_kinds


def owner_among(email: str, users: Collection[str]) -> str | None:
	"""Of these users the one who owns the deal with this address that was touched last, or else the lead.

	A record of nobody's, or of somebody else's, who left for instance, leaves it to the next.
	"""
	for kind in installed_kinds():
		if frappe.get_meta(kind.doctype).has_field(kind.owner_field):
			theirs = {kind.email_field: email, kind.owner_field: ["in", list(users)]}
			owner = frappe.db.get_value(kind.doctype, theirs, kind.owner_field, order_by="modified desc")
			# The database takes capitals for small letters.
			if owner in users:
				return owner
	return None
