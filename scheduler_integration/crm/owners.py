"""Whose a person is in the CRM."""

import frappe

from scheduler_integration.crm.records import installed_kinds

# CRM Deal, CRM Lead and ERPNext's Lead; which of them a site's DocType has is asked of the DocType.
OWNER_FIELDS = ("deal_owner", "lead_owner")


def owners_of(email: str) -> list[str]:
	"""The users who own the deal or lead with this address, the one touched last of each kind, deals first."""
	owners = []
	for kind in installed_kinds():
		meta = frappe.get_meta(kind.doctype)
		for field in OWNER_FIELDS:
			if meta.has_field(field):
				owner = frappe.db.get_value(kind.doctype, {kind.email_field: email}, field, order_by="modified desc")
				owners += [owner] if owner else []
	return owners
