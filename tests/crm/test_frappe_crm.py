"""The meeting on the leads of Frappe CRM: its own records if the site has it, look-alikes otherwise.

Frappe CRM lists Communications on a lead. A newer one has a calendar, and lists the Events that refer to the lead as well.
"""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.bookings import book_for_somebody
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.clock import now, to_site_time, utc
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, payload, token_of
from tests.support.stand_ins import field, is_real, standing_in

NOW = at("2026-03-02 06:00")
NINE, TEN = at("2026-03-02 09:00"), at("2026-03-02 10:00")
LEAD = [
	field("first_name", "Data"),
	field("email", "Data", "Email"),
	field("first_responded_on", "Datetime"),
	field("first_response_time", "Float"),
]


@pytest.fixture(scope="module", autouse=True)
def _frappe_crm(site):
	with standing_in({"CRM Lead": {"autoname": "hash", "fields": LEAD}}):
		yield


def make_lead():
	return frappe.get_doc(
		{"doctype": "CRM Lead", "first_name": "Ada", "email": f"{fresh('lead')}@guests.example"}
	).insert()


def book(lead, **fields):
	page = make_page()
	return door.book(payload(page, make_meeting_type(page, **fields), NINE, attendee_email=lead.email), NOW)


def event_of(answer):
	return frappe.get_doc("Event", frappe.db.get_value("Booking", answer.id, "event"))


def entries(lead):
	"""Return the lead's timeline, in Frappe CRM as the lead's page gets it. The first versions show no date of theirs."""
	if is_real("CRM Lead"):
		activities = frappe.get_attr("crm.api.activities.get_activities")(lead.name)[0]
		shown = [each["data"]["subject"] for each in activities if each["activity_type"] == "communication"]
		assert shown == [subject for subject, _when in linked(lead)]
	return linked(lead)


def linked(lead):
	links = {"link_doctype": lead.doctype, "link_name": lead.name, "parenttype": "Communication"}
	names = frappe.get_all("Communication Link", links, pluck="parent", order_by="creation")
	# Frappe adds the link again with each change of the Event.
	communications = [frappe.get_doc("Communication", name) for name in dict.fromkeys(names)]
	return [(each.subject, each.communication_date) for each in communications]


def test_the_lead_shows_the_meeting_once():
	lead = make_lead()
	answer = book(lead)
	booking = frappe.get_doc("Booking", answer.id)
	assert (booking.reference_doctype, booking.reference_name) == ("CRM Lead", lead.name)
	assert entries(lead) == [(booking.subject, to_site_time(NINE))]


def test_the_event_refers_to_the_lead():
	if not frappe.get_meta("Event").has_field("reference_docname"):
		pytest.skip("events of Frappe 15 before 15.101 have no reference")
	lead = make_lead()
	assert event_of(book(lead)).reference_docname == lead.name


def test_a_meeting_that_moves_is_shown_at_its_new_time_only():
	lead = make_lead()
	bookings.reschedule_by_token(token_of(book(lead)), RescheduleRequest(TEN), NOW)
	assert [when for _subject, when in entries(lead)] == [to_site_time(TEN)]


def test_the_lead_reads_that_the_meeting_was_cancelled_and_why():
	lead = make_lead()
	bookings.cancel_by_token(token_of(book(lead)), "I am ill", NOW)
	if is_real("CRM Lead"):
		activities = frappe.get_attr("crm.api.activities.get_activities")(lead.name)[0]
		told = [each["data"]["content"] for each in activities if each["activity_type"] == "communication"]
	else:
		links = {"link_doctype": lead.doctype, "link_name": lead.name, "parenttype": "Communication"}
		names = frappe.get_all("Communication Link", links, pluck="parent")
		told = [frappe.db.get_value("Communication", name, "content") for name in names]
	assert [text.partition("<br>")[0] for text in told] == ["<b>Cancelled: I am ill</b>"]


def test_a_booking_by_the_lead_is_not_the_teams_reply():
	lead = make_lead()
	before = lead.as_dict()
	book(lead)
	lead.reload()
	assert (lead.first_responded_on, lead.first_response_time or 0) == (None, 0)
	assert lead.get("communication_status") == before.get("communication_status")


def test_each_lead_of_a_session_shows_it():
	page = make_page(hours={"Monday": ["09:00-12:00"]})
	workshop = make_meeting_type(page, seats=3, title="Workshop")
	leads = [make_lead(), make_lead()]
	answers = [door.book(payload(page, workshop, NINE, attendee_email=lead.email), NOW) for lead in leads]
	event = event_of(answers[1])
	assert event.name == event_of(answers[0]).name
	assert [len(entries(lead)) for lead in leads] == [1, 1]


def test_a_lead_with_two_seats_of_a_session_shows_it_once():
	page = make_page(hours={"Monday": ["09:00-12:00"]})
	workshop = make_meeting_type(page, seats=3)
	first, lead = make_lead(), make_lead()
	for email in (first.email, lead.email, lead.email):
		door.book(payload(page, workshop, NINE, attendee_email=email), NOW)
	assert len(entries(lead)) == 1


def test_a_host_books_for_a_lead_with_its_name_and_address():
	lead = make_lead()
	asked = BookingPayload(start=utc(at("2099-03-02 09:00")).isoformat())
	made = book_for_somebody(make_meeting_type(make_page()).name, asked, None, "CRM Lead", lead.name, now())
	assert (made.attendee.name, made.attendee.email) == ("Ada", lead.email)
	assert len(entries(lead)) == 1


def test_a_deleted_event_leaves_nothing_on_the_lead():
	lead = make_lead()
	answer = book(lead)
	frappe.delete_doc("Event", event_of(answer).name, force=True)
	assert entries(lead) == []
