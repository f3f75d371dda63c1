"""The meeting on the timelines of ERPNext's records, or of look-alikes, as the desk loads them."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.bookings import book_for_somebody
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.platform.clock import now, to_site_time, utc
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, payload, token_of
from tests.support.site import on_real_site
from tests.support.stand_ins import ERPNEXT, insert, is_real, standing_in

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


@pytest.fixture(scope="module", autouse=True)
def _erpnext(site):
	with standing_in(ERPNEXT):
		yield


@pytest.fixture
def email():
	return f"{fresh('ada')}@guests.example"


def make_lead(email):
	return insert("Lead", lead_name="Ada", email_id=email)


def make_opportunity(email):
	return insert("Opportunity", contact_email=email)


def make_customer(*emails):
	"""Create a customer with a contact. The customer itself has no e-mail address."""
	customer = insert("Customer", customer_name=fresh("Engines"))
	for email in emails:
		contact = {"doctype": "Contact", "first_name": "Ada", "email_ids": [{"email_id": email, "is_primary": 1}]}
		links = [{"link_doctype": "Customer", "link_name": customer.name}]
		frappe.get_doc({**contact, "links": links}).insert()
	return customer


def make_contact(email):
	contact = {"doctype": "Contact", "first_name": "Ada", "email_ids": [{"email_id": email, "is_primary": 1}]}
	return frappe.get_doc(contact).insert()


def book(email, start=NINE, page=None, meeting_type=None):
	page = page or make_page()
	return door.book(payload(page, meeting_type or make_meeting_type(page), start, attendee_email=email), NOW)


def timeline(record):
	"""Return the Communications on the desk's timeline. The embedded site has no desk: return those that link there."""
	if on_real_site():
		rows = frappe.get_attr("frappe.desk.form.load.get_communications")(record.doctype, record.name)
		return [frappe.get_doc("Communication", row.name) for row in rows]
	linked = {"link_doctype": record.doctype, "link_name": record.name, "parenttype": "Communication"}
	names = frappe.get_all("Communication Link", linked, pluck="parent", order_by="creation")
	return [frappe.get_doc("Communication", name) for name in dict.fromkeys(names)]


@pytest.mark.parametrize("make", [make_lead, make_opportunity, make_customer, make_contact])
def test_the_timeline_shows_the_meeting_once(email, make):
	record = make(email)
	booking = frappe.get_doc("Booking", book(email).id)
	(shown,) = timeline(record)
	assert (shown.communication_medium, shown.subject, shown.sender) == ("Meeting", booking.subject, booking.host)
	assert shown.communication_date == to_site_time(NINE)
	assert len(timeline(frappe.get_doc("Contact", booking.contact))) == 1


def test_a_customers_opportunity_and_the_customer_both_show_the_meeting(email):
	customer = make_customer(email)
	opportunity = insert("Opportunity", opportunity_from="Customer", party_name=customer.name, contact_email=email)
	booking = frappe.get_doc("Booking", book(email).id)
	assert (booking.reference_doctype, booking.reference_name) == ("Opportunity", opportunity.name)
	assert (len(timeline(opportunity)), len(timeline(customer))) == (1, 1)


def opportunity_of(lead):
	return insert("Opportunity", opportunity_from="Lead", party_name=lead.name, contact_email=lead.email_id)


def test_a_lead_with_an_open_opportunity_shows_the_meeting_too(email):
	lead = make_lead(email)
	opportunity = opportunity_of(lead)
	booking = frappe.get_doc("Booking", book(email).id)
	assert (booking.reference_doctype, booking.reference_name) == ("Opportunity", opportunity.name)
	assert (len(timeline(opportunity)), len(timeline(lead))) == (1, 1)


def test_a_meeting_that_is_booked_for_the_lead_is_on_its_opportunity_too(email):
	lead = make_lead(email)
	opportunity = opportunity_of(lead)
	asked = BookingPayload(start=utc(at("2099-03-02 09:00")).isoformat())
	made = book_for_somebody(make_meeting_type(make_page()).name, asked, None, "Lead", lead.name, now())
	assert frappe.db.get_value("Booking", made.id, ["reference_doctype", "reference_name"]) == ("Lead", lead.name)
	assert (len(timeline(opportunity)), len(timeline(lead))) == (1, 1)


def test_the_timeline_shows_a_workshop_with_two_people_of_one_customer_once(email):
	other = f"{fresh('bob')}@guests.example"
	customer = make_customer(email, other)
	page = make_page(hours={"Monday": ["09:00-12:00"]})
	workshop = make_meeting_type(page, seats=3)
	first, second = (book(each, page=page, meeting_type=workshop) for each in (email, other))
	assert len(timeline(customer)) == 1
	bookings.cancel_by_token(token_of(first), "", NOW)
	event = frappe.get_doc("Event", frappe.db.get_value("Booking", second.id, "event"))
	# The colleague still comes, so the customer is still a participant.
	assert [row.email for row in event.event_participants if row.reference_doctype == "Customer"] == [other]


def test_a_contact_of_a_customer_that_is_gone_books_all_the_same(email):
	customer = make_customer(email)
	frappe.db.delete("Customer", {"name": customer.name})
	frappe.clear_document_cache("Customer", customer.name)
	assert book(email).status == "Scheduled"


@pytest.mark.parametrize("make", [make_lead, make_opportunity])
def test_erpnexts_list_of_open_activities_has_the_meeting_until_it_is_cancelled(email, make):
	if not is_real("Lead"):
		pytest.skip("this site has no ERPNext")
	record = make(email)
	booked = book(email)

	def listed():
		activities = frappe.get_attr("erpnext.crm.utils.get_open_activities")(record.doctype, record.name)
		return [event.name for event in activities["events"]]

	assert listed() == [frappe.db.get_value("Booking", booked.id, "event")]
	bookings.cancel_by_token(token_of(booked), "", NOW)
	assert listed() == []


def test_a_host_books_for_a_lead_and_the_meeting_is_the_leads_even_with_another_address(email):
	lead, address = make_lead(email), f"{fresh('other')}@guests.example"
	start = at("2099-03-02 09:00")
	asked = BookingPayload(start=utc(start).isoformat(), attendee_email=address)
	made = book_for_somebody(make_meeting_type(make_page()).name, asked, None, "Lead", lead.name, now())
	assert (made.attendee.name, made.attendee.email) == ("Ada", address)
	booking = frappe.get_doc("Booking", made.id)
	assert (booking.reference_doctype, booking.reference_name) == ("Lead", lead.name)
	participants = [row.reference_docname for row in frappe.get_doc("Event", booking.event).event_participants]
	assert lead.name in participants
