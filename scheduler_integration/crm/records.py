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


def parties_of(contact: str) -> list[tuple[str, str]]:
	"""The DocType and name of each record that the contact belongs to and that has meetings on its timeline.

	ERPNext's customers, suppliers and prospects have no e-mail address of their own; their contacts link to them. Leads
	and deals are left out, `find_record` decides on them.
	"""
	rest = {"parenttype": "Contact", "parent": contact, "link_doctype": ["not in", [kind.doctype for kind in KINDS]]}
	links = frappe.get_all("Dynamic Link", rest, ["link_doctype", "link_name"], order_by="idx")
	found = dict.fromkeys((link.link_doctype, link.link_name) for link in links)
	# A link may outlast its record, and the app whose DocType it was: an Event with such a participant can't be saved.
	return [(doctype, name) for doctype, name in found if _has_meetings(doctype) and frappe.db.exists(doctype, name)]


def _has_meetings(doctype: str) -> bool:
	known = frappe.db.exists("DocType", doctype, cache=True)
	return bool(known and frappe.get_meta(doctype).get("allow_events_in_timeline"))


def installed_kinds() -> list[RecordKind]:
	"""The kinds of record that this site has."""
	return [
		kind
		for kind in KINDS
		if frappe.db.exists("DocType", kind.doctype, cache=True)
		and frappe.get_meta(kind.doctype).has_field(kind.email_field)
	]
