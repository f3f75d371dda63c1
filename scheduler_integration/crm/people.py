"""Finds the people for whom a host can book: contacts, leads and deals that the signed-in user may read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import InvalidRequest, NotPermitted

FOUND = 8
# Somebody who comes often has several bookings, and is found once.
_MEETINGS_EACH = 5


class PersonKind(NamedTuple):
	"""A DocType that describes a person, with its fields for each fact. The first field that isn't empty counts.

	The fields differ between versions of the CRMs, so fields that a site doesn't have are skipped.
	"""

	doctype: str
	name: tuple[str, ...]
	email: tuple[str, ...]
	phone: tuple[str, ...]
	company: tuple[str, ...]


KINDS = (
	PersonKind("Contact", ("full_name", "first_name"), ("email_id",), ("mobile_no", "phone"), ("company_name",)),
	PersonKind("CRM Lead", ("lead_name", "first_name"), ("email",), ("mobile_no", "phone"), ("organization",)),
	PersonKind("Lead", ("lead_name", "first_name"), ("email_id",), ("mobile_no", "phone"), ("company_name",)),
	PersonKind("CRM Deal", ("lead_name", "first_name"), ("email",), ("mobile_no", "phone"), ("organization",)),
	PersonKind(
		"Opportunity", ("contact_display", "customer_name", "title"), ("contact_email",), ("contact_mobile",), ()
	),
)
# Everybody finds the attendees of their own bookings, also hosts who may read no contacts.
_MET = PersonKind("Booking", ("attendee_name",), ("attendee_email",), ("attendee_phone",), ("attendee_company",))


@dataclass(frozen=True, slots=True)
class Person:
	"""Somebody to book for, as the record `doctype` `record` describes them. Unknown facts are empty."""

	doctype: str
	record: str
	name: str = ""
	email: str = ""
	phone: str = ""
	company: str = ""

	@property
	def contact(self) -> str | None:
		"""The name of the Contact, if the record is one."""
		return self.record if self.doctype == "Contact" else None

	@property
	def reference(self) -> tuple[str, str] | None:
		"""DocType and name of the lead or deal, if the record is one."""
		return None if self.doctype in ("Contact", _MET.doctype) else (self.doctype, self.record)


def find_person(doctype: str, record: str) -> Person:
	"""Return the person whom the record describes.

	Raises InvalidRequest if there is no such record, and NotPermitted if the signed-in user may not read it.
	"""
	kind = next((each for each in (*_installed(), _MET) if each.doctype == doctype), None)
	if not kind or record == doctype or not frappe.db.exists(doctype, record):
		raise InvalidRequest(details={"reference_name": _("There is no such contact, lead or deal.")})
	document = frappe.get_doc(doctype, record)
	if not document.has_permission("read"):
		raise NotPermitted
	return _person(kind, document)


def search_people(text: str) -> list[Person]:
	"""Return people whose name or address contains the text: first whom the user has met, then others, latest first.

	Up to FOUND attendees of the signed-in user's own bookings, and as many of each kind that the user may read. Somebody met
	who is also a contact, lead or deal is returned as that record. Returns nothing for a text of less than two characters.
	"""
	if len(text) < 2:
		return []
	records = [person for kind in _installed() for person in _search(kind, text)]
	met: dict[str, Person] = {}
	for person in _search(_MET, text, most=FOUND * _MEETINGS_EACH):
		met.setdefault(person.email.lower(), person)
	known = {person.email.lower(): person for person in reversed(records) if person.email}
	first = [known.get(email, person) for email, person in list(met.items())[:FOUND]]
	return [*first, *(person for person in records if person not in first)]


def finds_all_records() -> bool:
	"""Whether the signed-in user may read contacts, leads or deals of others, and not only their own."""
	roles = set(frappe.get_roles())
	permissions = [each for kind in _installed() for each in frappe.get_meta(kind.doctype).permissions]
	return any(each.role in roles and each.read and not each.permlevel and not each.if_owner for each in permissions)


def _search(kind: PersonKind, text: str, most: int = FOUND) -> list[Person]:
	if not frappe.has_permission(kind.doctype, "read"):
		return []
	meta = frappe.get_meta(kind.doctype)
	fields = [field for field in (*kind.name, *kind.email, *kind.phone, *kind.company) if meta.has_field(field)]
	rows: dict[str, frappe._dict] = {}
	# One query for each field: with `or_filters`, MariaDB would use none of their indexes.
	for field in (*kind.name, *kind.email):
		if field in fields:
			matches = frappe.get_list(
				kind.doctype,
				filters=[[kind.doctype, field, "like", f"%{text.replace('%', '')}%"]],
				fields=["name", *fields],
				order_by="modified desc",
				limit_page_length=most,
			)
			rows |= {row.name: row for row in matches}
	return [_person(kind, row) for row in rows.values()][:most]


def _person(kind: PersonKind, values: Document | frappe._dict) -> Person:
	facts = {
		fact: next((str(value) for field in getattr(kind, fact) if (value := values.get(field))), "")
		for fact in ("name", "email", "phone", "company")
	}
	return Person(kind.doctype, str(values.get("name")), **facts)


def _installed() -> list[PersonKind]:
	return [kind for kind in KINDS if frappe.db.exists("DocType", kind.doctype, cache=True)]
