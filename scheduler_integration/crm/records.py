"""Finds the lead and the deal that a meeting belongs to, in ERPNext or Frappe CRM.

The site's DocTypes show which of them is installed. The version of an app is never asked.
"""

from collections.abc import Collection
from typing import NamedTuple

import frappe

from scheduler_integration.platform.optional_apps import optional_doctypes


class RecordKind(NamedTuple):
	"""A DocType of a CRM, and its fields for the person's e-mail address and for the user who owns the record."""

	doctype: str
	email_field: str
	owner_field: str


# Deals come before leads, because a deal is further along. Frappe CRM's `email` of a deal is that of its primary
# contact.
KINDS = (
	RecordKind("CRM Deal", "email", "deal_owner"),
	RecordKind("Opportunity", "contact_email", "opportunity_owner"),
	RecordKind("CRM Lead", "email", "lead_owner"),
	RecordKind("Lead", "email_id", "lead_owner"),
)


def find_records(email: str) -> list[tuple[str, str]]:
	"""Return DocType and name of the deals and leads with this address, in the order of KINDS.

	Returns one record of each kind, the one modified last: a lead stays while its opportunity is worked on, and the people
	who look after the lead want to see the meeting too.
	"""
	records = [
		(kind.doctype, frappe.db.get_value(kind.doctype, {kind.email_field: email}, "name", order_by="modified desc"))
		for kind in installed_kinds()
	]
	return [(doctype, name) for doctype, name in records if name]


def parties_of(contact: str) -> list[tuple[str, str]]:
	"""Return DocType and name of each record that the contact links to and that shows meetings on its timeline.

	ERPNext's customers, suppliers and prospects have no e-mail address of their own, so they are found by their
	contacts. Leads and deals are left out, because `find_records` finds them by address.
	"""
	rest = {"parenttype": "Contact", "parent": contact, "link_doctype": ["not in", [kind.doctype for kind in KINDS]]}
	links = frappe.get_all("Dynamic Link", rest, ["link_doctype", "link_name"], order_by="idx")
	parties = dict.fromkeys((link.link_doctype, link.link_name) for link in links)
	# A link may point to a deleted record, or to a DocType of an app that was removed. An Event with such a participant
	# can't be saved.
	return [(doctype, name) for doctype, name in parties if _has_meetings(doctype) and frappe.db.exists(doctype, name)]


def _has_meetings(doctype: str) -> bool:
	exists = frappe.db.exists("DocType", doctype, cache=True)
	return bool(exists and frappe.get_meta(doctype).get("allow_events_in_timeline"))


def installed_kinds() -> list[RecordKind]:
	"""Return the kinds of record that this site has, deals first."""
	existing = optional_doctypes()
	return [
		kind for kind in KINDS if kind.doctype in existing and frappe.get_meta(kind.doctype).has_field(kind.email_field)
	]


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
