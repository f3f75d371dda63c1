"""Each attendee becomes a contact, unless they are one already."""

import frappe
import pytest

from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, payload
from tests.support.site import on_real_site

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


def contact_of(**fields):
	page = make_page()
	booking = door.book(payload(page, make_meeting_type(page), NINE, **fields), NOW)
	return frappe.get_doc("Contact", frappe.db.get_value("Booking", booking.id, "contact"))


def test_a_new_attendee_becomes_a_contact():
	email = f"{fresh('ada')}@guests.example"
	contact = contact_of(
		attendee_name="Ada King Lovelace",
		attendee_email=email,
		attendee_phone="+44 20 7946 0000",
		attendee_company="Engines Ltd",
	)
	assert (contact.first_name, contact.last_name, contact.company_name) == ("Ada", "King Lovelace", "Engines Ltd")
	assert (contact.email_id, contact.phone, contact.mobile_no) == (email, "+44 20 7946 0000", "+44 20 7946 0000")


def test_an_attendee_is_found_by_any_address_in_any_case():
	word = fresh("bob")
	known = frappe.get_doc(
		{
			"doctype": "Contact",
			"first_name": "Bob",
			"email_ids": [
				{"email_id": f"{word}@first.example", "is_primary": 1},
				{"email_id": f"{word}@second.example"},
			],
		}
	).insert()
	assert contact_of(attendee_email=f"{word.upper()}@Second.Example").name == known.name


def test_two_people_of_one_name_are_two_contacts():
	name = fresh("Ada").replace("-", " ")
	first = contact_of(attendee_name=name)
	second = contact_of(attendee_name=name)
	assert first.name != second.name


@pytest.mark.skipif(not on_real_site(), reason="only Frappe's own Contact asks gravatar.com")
def test_nobody_outside_is_asked_for_a_picture(monkeypatch):
	from frappe.contacts.doctype.contact import contact as contact_module

	asked = []
	monkeypatch.setattr(contact_module, "has_gravatar", lambda email: asked.append(email) or "")
	contact = contact_of()
	# Hosts are Users, and Frappe asks for theirs.
	assert contact.email_id not in asked
	assert not contact.image
	known = f"{fresh('bob')}@known.example"
	frappe.get_doc({"doctype": "Contact", "first_name": "Bob", "email_ids": [{"email_id": known}]}).insert()
	assert known in asked


def test_a_contacts_name_begins_with_the_persons():
	assert contact_of(attendee_name="Ada Lovelace").name.startswith("Ada Lovelace-")
