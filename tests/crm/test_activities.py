"""The meeting in the activities of the attendee's records."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.clock import to_site_time
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, payload, token_of

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


def book(**fields):
	page = make_page()
	booking = door.book(payload(page, make_meeting_type(page), NINE, **fields), NOW)
	return booking, frappe.get_doc("Booking", booking.id)


def test_the_meeting_is_an_event_of_the_host_at_site_time():
	_answer, booking = book()
	event = frappe.get_doc("Event", booking.event)
	assert (event.owner, event.event_category, event.status) == (booking.host, "Meeting", "Open")
	assert (event.starts_on, event.ends_on) == (to_site_time(NINE), to_site_time(NINE + 1800))
	people = {(row.reference_doctype, row.reference_docname) for row in event.event_participants}
	assert people == {("Contact", booking.contact), ("User", booking.host)}


def test_the_meeting_stands_once_on_the_contacts_timeline():
	_answer, booking = book()
	links = frappe.get_all(
		"Communication Link",
		filters={"link_doctype": "Contact", "link_name": booking.contact, "parenttype": "Communication"},
		pluck="parent",
	)
	(communication,) = (frappe.get_doc("Communication", name) for name in set(links))
	assert (communication.communication_medium, communication.sender) == ("Meeting", booking.host)
	assert communication.reference_name == booking.event


def test_no_host_is_taken_for_the_author_of_what_comes_after():
	_answer, booking = book()
	assert frappe.new_doc("Communication").user == frappe.session.user
	frappe.delete_doc("User", booking.host, force=True)
	_answer, other = book()
	assert frappe.db.exists("Communication", {"reference_name": other.event, "sender": other.host})


def test_the_entry_is_the_one_that_frappe_writes_for_an_event():
	_answer, booking = book(notes="1 < 2")
	event = frappe.get_doc("Event", booking.event)
	copied = ("subject", "description", "event_category", "event_type", "starts_on", "ends_on")
	people = [{"reference_doctype": "Contact", "reference_docname": booking.contact, "email": booking.attendee_email}]
	values = {"doctype": "Event", **{field: event.get(field) for field in copied}, "event_participants": people}
	by_frappe = frappe.get_doc(values).insert()
	# Frappe names the user who inserts the Event: as owner, sender and author.
	own = {"name", "owner", "modified_by", "creation", "modified", "parent", "user", "sender", "sender_full_name"}
	own |= {"reference_name", "reference_owner"}
	for row, filters in entries_of(booking.event).items():
		(expected,) = stored(row, entries_of(by_frappe.name)[row], own)
		assert stored(row, filters, own) == [expected]


def entries_of(event):
	name = frappe.db.get_value("Communication", {"reference_doctype": "Event", "reference_name": event})
	return {"Communication": {"name": name}, "Communication Link": {"parent": name}}


def stored(doctype, filters, besides):
	"""Return the rows as they are stored. An empty text and no value are the same for Frappe."""
	rows = frappe.db.get_values(doctype, filters, "*", as_dict=True)
	return [{field: value or None for field, value in row.items() if field not in besides} for row in rows]


def test_a_cancelled_booking_cancels_its_event():
	answer, booking = book()
	bookings.cancel_by_token(token_of(answer), "", NOW)
	assert frappe.db.get_value("Event", booking.event, "status") == "Cancelled"


def test_an_event_that_somebody_deleted_does_not_stop_the_cancellation():
	answer, booking = book()
	booking.db_set("event", None)
	frappe.delete_doc("Event", frappe.get_last_doc("Event").name, force=True)
	assert bookings.cancel_by_token(token_of(answer), "", NOW).status == "Cancelled"


def test_what_the_attendee_typed_is_text_in_the_events_html():
	_answer, booking = book(notes="1 < 2 & 3\nthen")
	assert frappe.db.get_value("Event", booking.event, "description") == "1 &lt; 2 &amp; 3<br>then"


def test_a_session_is_one_event_that_its_attendees_come_to_and_go_from():
	page = make_page(hours={"Monday": ["09:00-12:00"]})
	workshop = make_meeting_type(page, seats=3, title="Workshop")
	answers = [door.book(payload(page, workshop, NINE), NOW) for _ in range(2)]
	first, second = (frappe.get_doc("Booking", answer.id) for answer in answers)
	assert first.event == second.event
	assert attendees_of(first.event) == {first.attendee_email, second.attendee_email}
	bookings.cancel_by_token(token_of(answers[0]), "", NOW)
	assert attendees_of(second.event) == {second.attendee_email}
	assert frappe.db.get_value("Event", second.event, "status") == "Open"
	bookings.cancel_by_token(token_of(answers[1]), "", NOW)
	assert frappe.db.get_value("Event", second.event, "status") == "Cancelled"


def make_session(seats=3):
	page = make_page(hours={"Monday": ["09:00-12:00"]})
	workshop = make_meeting_type(page, seats=seats, title="Workshop")
	return [door.book(payload(page, workshop, NINE), NOW) for _each in range(2)]


def on_timeline_of(booking):
	linked = {"link_doctype": "Contact", "link_name": booking.contact, "parenttype": "Communication"}
	return frappe.get_all("Communication Link", linked, pluck="parent")


def test_who_left_a_session_has_it_on_the_timeline_no_more():
	answers = make_session()
	first, second = (frappe.get_doc("Booking", answer.id) for answer in answers)
	assert len(on_timeline_of(first)) == len(on_timeline_of(second)) == 1
	bookings.cancel_by_token(token_of(answers[0]), "", NOW)
	assert (on_timeline_of(first), len(on_timeline_of(second))) == ([], 1)


def test_each_attendees_entry_shows_the_new_time_of_a_session():
	answers = make_session()
	bookings.reschedule_by_host(answers[0].id, RescheduleRequest(NINE + 3600), NOW, for_all=True)
	for answer in answers:
		(entry,) = on_timeline_of(frappe.get_doc("Booking", answer.id))
		when = frappe.db.get_value("Communication", entry, "communication_date")
		assert when == to_site_time(NINE + 3600)


def test_a_form_of_the_event_that_was_open_before_somebody_joined_cannot_overwrite_the_participants():
	answers = make_session()
	event = frappe.get_doc("Event", frappe.db.get_value("Booking", answers[0].id, "event"))
	bookings.cancel_by_token(token_of(answers[1]), "", NOW)
	with pytest.raises(frappe.TimestampMismatchError):
		event.save()


def attendees_of(event):
	rows = frappe.get_doc("Event", event).event_participants
	return {row.email for row in rows if row.reference_doctype == "Contact"}


def told(booking):
	"""Return the text of the entry on the contact's timeline."""
	(entry,) = on_timeline_of(booking)
	return frappe.db.get_value("Communication", entry, "content")


def test_the_timeline_tells_each_move_and_how_the_meeting_ended():
	answer, booking = book(notes="About engines")
	first = bookings.reschedule_by_token(token_of(answer), RescheduleRequest(NINE + 3600), NOW)
	bookings.reschedule_by_host(first.id, RescheduleRequest(NINE + 7200), NOW)
	nine, ten, eleven = (f"{to_site_time(NINE + hour * 3600):%Y-%m-%d %H:%M}" for hour in range(3))
	moved = f"<i>Moved from {ten} to {eleven}</i><br><i>Moved from {nine} to {ten}</i><br>About engines"
	assert told(booking) == moved
	bookings.cancel_by_token(token_of(answer), "I am <ill>", NOW)
	assert told(booking) == f"<b>Cancelled: I am &lt;ill&gt;</b><br>{moved}"


def test_the_timeline_tells_whether_the_attendee_came():
	answer, booking = book()
	after = NINE + 3600
	bookings.mark_no_show(answer.id, "", after)
	assert told(booking) == "<b>No Show</b>"
	bookings.complete(answer.id, after)
	assert told(booking) == "<b>Completed</b>"


def test_the_timeline_tells_of_a_workshop_how_many_came():
	first, second = make_session()
	bookings.complete(first.id, NINE + 7200)
	bookings.mark_no_show(second.id, "", NINE + 7200)
	assert told(frappe.get_doc("Booking", second.id)).startswith("<b>1 of 2 came</b>")


def test_the_timeline_of_a_workshop_tells_no_reason_because_its_words_stay_if_one_is_forgotten():
	answers = make_session()
	booking = frappe.get_doc("Booking", answers[0].id)
	bookings.cancel_by_host(answers[0].id, "Ada is ill", NOW, for_all=True)
	assert told(booking).startswith("<b>Cancelled</b>")


def test_who_is_forgotten_leaves_no_reason_on_timelines():
	answer, booking = book()
	bookings.cancel_by_token(token_of(answer), "Ada is ill", NOW)
	(entry,) = on_timeline_of(booking)
	bookings.forget_bookings([booking.name])
	assert "Ada" not in frappe.db.get_value("Event", booking.event, "description")
	assert not frappe.db.exists("Communication", entry)
