"""Finds the attendee's Contact, or creates one."""

from functools import lru_cache
from typing import Protocol

import frappe
from frappe.utils import validate_phone_number

from scheduler_integration.platform.sql import value


class _NoPicture(str):
	"""An empty text that counts as a picture."""

	__slots__ = ()

	def __bool__(self) -> bool:
		return True


# If a Contact has no picture, Frappe asks gravatar.com for one while it validates: in the middle of the booking, under
# the hosts' locks, for up to five seconds. It would also tell gravatar.com who books here.
NO_PICTURE = _NoPicture()


class Person(Protocol):
	attendee_name: str
	attendee_email: str
	attendee_phone: str
	attendee_company: str


def find_or_create_contact(person: Person) -> str:
	"""Return the name of the oldest Contact with the person's e-mail address; creates a Contact if none exists."""
	return find_contact(person.attendee_email) or create_contact(person)


def find_contact(email: str) -> str | None:
	"""Return the name of the oldest Contact with this address, or None. MariaDB compares case-insensitively."""
	names = frappe.db.sql(_contact_query(), {"email": email}, pluck=True)
	return names[0] if names else None


@lru_cache
def _contact_query() -> str:
	row = frappe.qb.DocType("Contact Email")
	query = (
		frappe.qb.from_(row).select(row.parent).where((row.email_id == value("email")) & (row.parenttype == "Contact"))
	)
	return query.orderby(row.creation).limit(1).get_sql()


def create_contact(person: Person) -> str:
	"""Create a Contact and return its name."""
	first, _space, last = person.attendee_name.partition(" ")
	contact = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": first,
			"last_name": last.strip(),
			"company_name": person.attendee_company,
			"email_ids": [{"email_id": person.attendee_email, "is_primary": 1}],
			"image": NO_PICTURE,
		}
	)
	# Frappe's Phone fields refuse some numbers that people write, such as a number with an extension. The Booking still has
	# the number.
	if person.attendee_phone and validate_phone_number(person.attendee_phone):
		# Nobody asked which kind of number it is. Frappe CRM's page of a contact shows the mobile number only.
		contact.append("phone_nos", {"phone": person.attendee_phone, "is_primary_phone": 1, "is_primary_mobile_no": 1})
	# This runs for the attendee, usually without signing in. Booking a meeting needs no right to create Contacts.
	# A name for a new Contact that no other one has, such as "Ada Lovelace-7f3a9c21". Frappe would use "Ada
	# Lovelace", and "Ada Lovelace-1" for the next. Two people with one name who book different hosts at the same
	# moment would wait for each other, and one of the bookings would begin again.
	return contact.insert(
		ignore_permissions=True, set_name=f"{person.attendee_name[:100]}-{frappe.generate_hash(length=8)}"
	).name
