"""A person who asks for it is erased: from the database, the queues and the CRM's record of meetings that weren't held."""

import json

import frappe
import pytest

from scheduler_integration import bookings, jobs
from scheduler_integration.catalogue.edit_links import create_link
from scheduler_integration.entry import your_data
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.privacy.held import held_data
from scheduler_integration.privacy.requests import DONE, WAITING, correct, erase, finish_requests, person_hash
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload, token_of
from tests.support.outbox import actions, deliver, tasks
from tests.support.raw_search import tables_with

pytestmark = pytest.mark.usefixtures("commit_clean", "outgoing_mail")

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")
TEN = at("2026-03-05 10:00")
DAY = 86400


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="Europe/Berlin"))


@pytest.fixture
def word():
	return fresh("nemo").replace("-", "")


def book(page, word, start=NINE, guests=(), **options):
	questions = [{"label": "Why", "question_type": "Text"}]
	asked = payload(
		page, make_meeting_type(page, questions=questions, **options), start,
		attendee_name=f"{word} Smith", attendee_email=f"{word}@guests.example", attendee_company=word,
		attendee_phone="+49 30 5550100", notes=word, guests=list(guests), utm_source=word,
	)  # fmt: skip
	frappe.set_user("Guest")
	booking = door.book(asked, NOW)
	frappe.set_user("Administrator")
	frappe.db.commit()
	return booking


def requests_of(word):
	return frappe.get_all("Privacy Request", {"person": person_hash(f"{word}@guests.example")}, ["*"])


@pytest.mark.long
def test_a_past_meeting_is_erased_at_once_everywhere(page, word):
	booking = book(page, word)
	deliver(booking.id, NOW)
	bookings.complete_past_meetings(NINE + DAY)
	assert {"tabBooking", "tabContact", "tabEvent", "tabCommunication"} <= tables_with(word)
	outcome = erase(f"{word}@guests.example", NINE + DAY)
	assert (outcome.erased, outcome.cancelled, outcome.kept) == (1, 0, ())
	assert tables_with(word) == set()
	assert frappe.db.get_value("Booking", booking.id, ["status", "starts_at", "host"]) == ("Completed", NINE, page.user)
	(request,) = requests_of(word)
	assert (request.kind, request.status, request.contact) == ("Erasure", DONE, None)
	assert request.done_on == to_site_time(NINE + DAY)
	assert json.loads(request.counts)["bookings"] == 1


@pytest.mark.long
def test_a_coming_meeting_is_cancelled_and_erased_when_its_host_has_been_told(page, word):
	booking = book(page, word)
	deliver(booking.id, NOW)
	outcome = erase(f"{word}@guests.example", NOW + 60)
	assert (outcome.erased, outcome.cancelled) == (0, 1)
	assert frappe.db.get_value("Booking", booking.id, "status") == "Cancelled"
	assert (requests_of(word)[0].status, requests_of(word)[0].done_on) == (WAITING, None)
	to = frappe.get_all("Outbox Task", {"booking": booking.id, "status": "Pending"}, pluck="target")
	assert page.user in to
	assert f"{word}@guests.example" not in to
	assert finish_requests(NOW + 120) == 0
	deliver(booking.id, NOW + 120)
	assert finish_requests(NOW + 180) == 1
	assert tables_with(word) == set()
	assert requests_of(word)[0].status == DONE


def test_what_can_never_be_told_outside_delays_the_erasure_by_a_day_at_most(page, word):
	book(page, word)
	erase(f"{word}@guests.example", NOW + 60)
	assert finish_requests(NOW + 60 + DAY - 1) == 0
	assert finish_requests(NOW + 60 + DAY) == 1
	assert tables_with(word) == set()


def test_a_meeting_that_cant_be_cancelled_stays_until_it_is_over(page, word):
	booking = book(page, word, allow_cancel=0)
	outcome = erase(f"{word}@guests.example", NOW + 60)
	assert [(each.booking, each.start) for each in outcome.kept] == [(booking.id, NINE)]
	assert outcome.kept[0].reason
	assert finish_requests(NOW + 2 * DAY) == 0
	assert "tabBooking" in tables_with(word)
	bookings.complete_past_meetings(NINE + DAY)
	assert finish_requests(NINE + DAY) == 1
	assert tables_with(word) == set()


@pytest.mark.long
def test_an_invited_guest_is_taken_out_of_other_peoples_meetings(page, word):
	coming = book(page, fresh("ada").replace("-", ""), guests=[f"{word}@guests.example", "bob@guests.example"])
	past = book(page, fresh("eve").replace("-", ""), TEN, guests=[f"{word}@guests.example"])
	bookings.cancel_by_token(token_of(past), "", NOW + 30)
	frappe.db.commit()
	deliver(coming.id, NOW + 40)
	assert {"tabBooking Guest", "tabEmail Queue Recipient"} <= tables_with(word)
	erase(f"{word}@guests.example", NOW + 60)
	deliver(coming.id, NOW + 60)
	deliver(past.id, NOW + 60)
	assert tables_with(word) == set()
	assert frappe.get_all("Booking Guest", {"parent": coming.id}, pluck="email") == ["bob@guests.example"]
	assert frappe.get_all("Booking Guest", {"parent": past.id}) == []


def test_a_contact_that_the_crm_needs_stays_and_managers_read_which(page, word):
	booking = book(page, word)
	contact = frappe.db.get_value("Booking", booking.id, "contact")
	frappe.get_doc("Contact", contact).add_comment("Comment", "A good customer")
	frappe.db.commit()
	bookings.complete_past_meetings(NINE + DAY)
	erase(f"{word}@guests.example", NINE + DAY)
	assert requests_of(word)[0].contact == contact
	assert frappe.db.exists("Contact", contact)


def test_the_timeline_of_a_cancelled_meeting_loses_the_person_when_it_is_erased_by_age(page, word, monkeypatch):
	booking = book(page, word)
	event = frappe.db.get_value("Booking", booking.id, "event")
	bookings.cancel_by_token(token_of(booking), "", NOW + 60)
	frappe.db.commit()
	monkeypatch.setattr(frappe.get_cached_doc("Scheduler Settings"), "retention_days", 30)
	bookings.forget_past_bookings(NINE + 40 * DAY)
	assert word not in frappe.as_json(frappe.get_doc("Event", event).as_dict())
	assert not frappe.get_all("Communication", {"reference_name": event, "subject": ["like", f"%{word}%"]})


@pytest.mark.long
def test_a_person_reads_what_is_held_and_no_key_is_in_it(page, word):
	booking = book(page, word, guests=["bob@guests.example"])
	deliver(booking.id, NOW)
	frappe.db.set_value("Booking", booking.id, "host_notes", "a note of the host")
	held = held_data(f"{word}@guests.example")
	(own,) = held["bookings"]
	assert (own["attendee_company"], own["guests"], own["start"]) == (
		word,
		["bob@guests.example"],
		"2026-03-05T09:00:00+00:00",
	)
	everything = [*tasks(booking.id), *actions(booking.id)]
	sent = {task.purpose for task in everything if task.target == f"{word}@guests.example"}
	assert {each["message"] for each in own["messages"]} == sent
	assert "attendee_confirmed" in sent
	text = json.dumps(held)
	assert frappe.db.get_value("Booking", booking.id, "manage_key") not in text
	assert "a note of the host" not in text
	assert page.user not in text
	invited = held_data("bob@guests.example")
	assert [each["invited_by"] for each in invited["invitations"]] == [f"{word} Smith"]


def test_a_corrected_name_is_in_the_booking_its_event_and_the_hosts_title(page, word):
	booking = book(page, word)
	person = bookings.Person("Captain Right", "", "Ithaca Ltd")
	assert correct(f"{word}@guests.example", person, NOW + 60) == 1
	stored = frappe.db.get_value(
		"Booking", booking.id, ["attendee_name", "attendee_phone", "attendee_company", "subject", "event"]
	)
	assert stored[:3] == ("Captain Right", "", "Ithaca Ltd") or stored[:3] == ("Captain Right", None, "Ithaca Ltd")
	assert "Captain Right" in stored[3]
	assert "Captain Right" in frappe.db.get_value("Event", stored[4], "subject")
	assert correct(f"{word}@guests.example", person, NOW + 120) == 0
	assert [each.kind for each in requests_of(word)] == ["Correction"]


def test_a_user_whom_frappe_erases_is_erased_from_bookings_too(page, word):
	book(page, word)
	bookings.complete_past_meetings(NINE + DAY)
	request = frappe._dict(status="Pending Approval", email=f"{word.upper()}@guests.example")
	before = len(queued_erasures(request))
	request.status = "Deleted"
	assert (before, queued_erasures(request)) == (0, [f"{word}@guests.example"])
	jobs.erase_person(f"{word}@guests.example")
	assert tables_with(word) == set()


def queued_erasures(request):
	queued = []
	with pytest.MonkeyPatch.context() as patch:
		patch.setattr(your_data, "queue_after_commit", lambda _method, _queue, address: queued.append(address))
		your_data.erase_with_user(request)
	return queued


def test_a_link_that_was_made_for_somebody_forgets_them(page, word):
	kind = make_meeting_type(page)
	address = f"{word}@guests.example"
	fields = {"meeting_type": kind.name, "user": page.user, "attendee_name": f"{word} Smith", "attendee_email": address}
	link = create_link(fields)
	frappe.db.commit()
	[held] = held_data(address)["booking_links"]
	assert held["attendee_name"] == f"{word} Smith"
	erase(address, NOW)
	assert tables_with(word) == set()
	assert frappe.db.exists("Booking Link", link.name)


def test_the_titles_of_links_kept_an_erased_person(page, word):
	kind, address = make_meeting_type(page), f"{word}@guests.example"
	of_type = {"meeting_type": kind.name, "user": page.user}
	own = create_link(
		of_type | {"title": f"Lunch with {word} Smith", "attendee_name": f"{word} Smith", "attendee_email": address}
	)
	noted = create_link(of_type | {"title": f"For {address}"})
	other = create_link(of_type | {"title": "Lunch"})
	frappe.db.commit()
	erase(address, NOW)
	assert tables_with(word) == set()
	titles = [frappe.db.get_value("Booking Link", link.name, "title") for link in (own, noted, other)]
	assert titles == [None, None, "Lunch"]
