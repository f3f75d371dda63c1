"""Finds the user who looks after a person in the CRM."""

from collections.abc import Collection

import frappe

from scheduler_integration.crm.records import installed_kinds


def owner_among(email: str, users: Collection[str]) -> str | None:
	"""Return the user of `users` who owns the deal with this address, or without a deal the lead; None if there is none.

	If there are several, the most recently modified one counts. Records without an owner, or owned by somebody who
	isn't in `users`, are skipped.
	"""
	for kind in installed_kinds():
		if frappe.get_meta(kind.doctype).has_field(kind.owner_field):
			theirs = {kind.email_field: email, kind.owner_field: ["in", list(users)]}
			owner = frappe.db.get_value(kind.doctype, theirs, kind.owner_field, order_by="modified desc")
			# MariaDB compares case-insensitively, so it may find an owner who is spelled differently in `users`.
			if owner in users:
				return owner
	return None
