"""A person's data on waitlists is shown, corrected, erased, and forgotten after some time."""

import frappe
import pytest

from scheduler_integration import jobs
from scheduler_integration.bookings.commands.details import Person
from scheduler_integration.privacy.facts import privacy_facts
from scheduler_integration.privacy.held import held_data, is_held
from scheduler_integration.privacy.requests import correct, erase
from scheduler_integration.waitlist import commands, records, retention
from scheduler_integration.waitlist.links import entry_token
from scheduler_integration.waitlist.messages import give_up
from tests.support.factories import at, fresh
from tests.support.outbox import deliver
from tests.support.raw_search import tables_with
from tests.waitlist.world import (
	NOW,
	again,
	book,
	cancel,
	fill,
	join,
	look,
	make_type,
	offer_of,
	offered_hour,
	wait_for_earlier,
)

pytestmark = pytest.mark.usefixtures("commit_clean", "outgoing_mail")

DAY = 86400


@pytest.fixture
def word():
	return fresh("nemo").replace("-", "")


@pytest.fixture
def meeting_type():
	return make_type()


def wait(meeting_type, word, now=NOW):
	"""Let somebody join who is named by the word, and has typed it everywhere."""
	person = {
		"attendee_name": f"{word} Smith",
		"attendee_email": f"{word}@guests.example",
		"attendee_phone": "+49 30 901820",
	}
	entry = join(meeting_type, now=now, **person, attendee_company=word, notes=word)
	deliver(entry.name, now)
	return entry


def test_somebody_reads_what_is_held_of_their_waiting(meeting_type, word):
	taken = fill(meeting_type)
	assert not is_held(f"{word}@guests.example")
	entry = wait(meeting_type, word)
	cancel(taken["09:30"])
	look(meeting_type)
	assert is_held(f"{word}@guests.example")
	[held] = held_data(f"{word}@guests.example")["waitlists"]
	assert (held["meeting"], held["status"], held["attendee_phone"]) == (meeting_type.title, "Waiting", "+49 30 901820")
	assert held["details"]["notes"] == word
	assert [(offer["start"], offer["status"]) for offer in held["offers"]] == [("2026-10-06T09:30:00+00:00", "Open")]
	assert [each["status"] for each in held["messages"] if each["message"] == "waitlist_joined"] == ["Sent"]
	assert entry_token(entry.name) not in str(held)


@pytest.mark.long
def test_who_is_erased_leaves_nothing_and_the_offer_goes_on(meeting_type, word):
	taken = fill(meeting_type)
	entry, ben = wait(meeting_type, word), join(meeting_type, "Ben")
	cancel(taken["09:30"])
	look(meeting_type)
	deliver(entry.name, NOW)
	assert {"tabWaitlist Entry", "tabOutbox Task", "tabEmail Queue Recipient"} <= tables_with(word)
	frappe.db.commit()
	erase(f"{word}@guests.example", NOW + 60)
	assert tables_with(word) == set()
	deliver(entry.name, NOW + 60)
	assert offered_hour(ben) == "09:30"
	assert held_data(f"{word}@guests.example")["waitlists"] == []


def test_what_hosts_read_of_a_message_that_failed_is_erased_too(meeting_type, word):
	fill(meeting_type)
	entry = wait(meeting_type, word)
	task = frappe.get_last_doc("Outbox Task", {"booking": entry.name, "kind": "email"})
	give_up(frappe._dict(task.as_dict(), payload={"waitlist": entry.name}), "No such mailbox", NOW)
	frappe.log_error("It failed", word, "Booking", entry.name)
	assert {"tabNotification Log", "tabError Log"} <= tables_with(word)
	erase(f"{word}@guests.example", NOW)
	assert tables_with(word) == set()


def test_who_wanted_to_come_earlier_is_erased_with_the_meeting(meeting_type, word):
	taken = fill(meeting_type)
	later = book(meeting_type, "09:00", word, day="2026-10-13")
	entry = wait_for_earlier(later)
	cancel(taken["09:30"])
	look(meeting_type)
	frappe.db.commit()
	erase(f"{word}@guests.example", NOW)
	assert records.entry(entry.name) is None
	assert "tabWaitlist Entry" not in tables_with(word)


def test_a_correction_reaches_those_who_wait(meeting_type, word):
	fill(meeting_type)
	entry = wait(meeting_type, word)
	person = Person("Captain Nemo", "", "Nautilus")
	assert correct(f"{word}@guests.example", person, NOW) == 1
	assert correct(f"{word}@guests.example", person, NOW) == 0
	corrected = again(entry)
	assert (corrected.attendee_name, corrected.attendee_phone) == ("Captain Nemo", "")
	assert corrected.details["attendee_company"] == "Nautilus"


@pytest.mark.parametrize(("days", "kept"), [(0, 90), (30, 30)])
def test_ended_entries_are_forgotten_and_others_stay(meeting_type, word, monkeypatch, days, kept):
	monkeypatch.setattr(frappe.get_cached_doc("Scheduler Settings"), "retention_days", days)
	fill(meeting_type)
	entry, ben = wait(meeting_type, word), join(meeting_type, "Ben", last_date="2027-09-30")
	commands.leave_waitlist(entry_token(entry.name), NOW + 60)
	retention.forget_ended_waiting(NOW + 60 + kept * DAY)
	assert again(entry).status == records.LEFT
	retention.forget_ended_waiting(NOW + 61 + kept * DAY)
	assert records.entry(entry.name) is None
	assert "tabEmail Queue Recipient" not in tables_with(word)
	assert again(ben).status == records.WAITING


def test_who_waits_on_a_list_that_was_switched_off_is_forgotten_after_the_last_date(meeting_type, word):
	"""Nothing ends the entry then, so it had stayed for ever."""
	fill(meeting_type)
	wait(meeting_type, word)
	meeting_type.reload()
	meeting_type.update({"has_waitlist": 0}).save()
	retention.forget_ended_waiting(at("2026-10-07 00:00") + 90 * DAY + 1)
	assert "tabWaitlist Entry" not in tables_with(word)


def test_a_deleted_meeting_type_leaves_nothing_of_its_waitlist(word):
	meeting_type = make_type()
	entry = wait(meeting_type, word)
	assert offer_of(entry)
	meeting_type.delete()
	frappe.db.commit()
	assert tables_with(word) == set()
	left = {"booking": entry.name, "status": ["not in", ["Pending", "Sending"]]}
	assert frappe.get_all("Outbox Task", left) == []


def test_frappes_own_deletion_of_a_user_erases_their_waiting(meeting_type, word):
	fill(meeting_type)
	wait(meeting_type, word)
	frappe.db.commit()
	jobs.erase_person(f"{word}@guests.example")
	assert tables_with(word) == set()


def test_the_page_of_facts_says_it_if_somebody_can_wait(meeting_type):
	told = " ".join(f"{fact.what} {fact.kept}" for fact in privacy_facts())
	assert "people who wait for a time" in told
	assert "90 days after they stop waiting" in told


def test_the_page_of_the_persons_data_names_the_waitlist(client, meeting_type, word):
	from scheduler_integration.pages.guest_page import Visit
	from scheduler_integration.pages.kit.visitor import current_visitor
	from scheduler_integration.pages.your_data import held_view

	fill(meeting_type)
	wait(meeting_type, word)
	view = held_view(Visit(current_visitor(), 0, "", ""), "ticket", held_data(f"{word}@guests.example"))
	assert [line for line in view["others"] if "On the waitlist for" in line and word in line]
	assert view["can_correct"]
