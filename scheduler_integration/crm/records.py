"""The lead or deal that a meeting belongs to, in whichever CRM the site has.

What a site has is asked of its own DocTypes, never of an app's version.
"""

from typing import NamedTuple

import frappe


class RecordKind(NamedTuple):
	"""A DocType of a CRM, and its fields that hold the person's e-mail address and the user whose record it is."""

	doctype: str
	email_field: str
	owner_field: str


# A deal is further along than a lead, so it comes first. Frappe CRM keeps in a deal the address of its primary contact.
KINDS = (
	RecordKind("CRM Deal", "email", "deal_owner"),
	RecordKind("Opportunity", "contact_email", "opportunity_owner"),
	RecordKind("CRM Lead", "email", "lead_owner"),
	RecordKind("Lead", "email_id", "lead_owner"),
)


def find_record(email: str) -> tuple[str, str] | None:
	"""The DocType and name of the record with this address, the one touched last; None where there is none."""
	for kind in installed_kinds():
		name = frappe.db.get_value(kind.doctype, {kind.email_field: email}, "name", order_by="modified desc")
		if name:
			return kind.doctype, name
	return None


def installed_kinds() -> list[RecordKind]:
	"""The kinds of record that this site has."""
	return [
		kind
		for kind in KINDS
		if frappe.db.exists("DocType", kind.doctype, cache=True)
		and frappe.get_meta(kind.doctype).has_field(kind.email_field)
	]
