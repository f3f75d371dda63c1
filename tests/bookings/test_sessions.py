"""Whole sessions: reassigned, cancelled for everybody, and who is told. 2 March 2026 is a Monday."""

from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.bookings.change_status import change_status
from scheduler_integration.exceptions import HostNotFree, InvalidRequest, SlotTaken
from scheduler_integration.meetings.changes import Kind
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.door import slots_between
from tests.support.factories import (
	at,
	fresh,
	make_meeting_type,
	make_page,
	make_team_page,
	make_user,
	payload,
	token_of,
)
from tests.support.ledger import credits
from tests.support.outbox import mails

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
TEN = at("2026-03-02 10:00")


@pytest.fixture
def on_monday(frozen):
	frozen(NOW + 0.25)


@pytest.fixture
def workshop(page):
	return make_meeting_type(page, title="Workshop", assignment="Round Robin", seats=3)


@pytest.fixture
def book(page, workshop):
	def book(start=NINE, **fields):
		return door.book(payload(page, workshop, start, **fields), NOW).id

	return book


def booking(name):
	return frappe.get_doc("Booking", name)


def hosts_of(*names):
	return [frappe.db.get_value("Booking", name, "host") for name in names]


def is_busy(user, start=NINE):
	own = make_page(user)
	try:
		door.book(payload(own, make_meeting_type(own), start), NOW)
	except SlotTaken:
		return True
	return False


def told(name):
	"""Return the mails that wait, by the reader's address."""
	return {mail.reader.email: mail for mail in mails(name, NOW)}


def test_a_field_that_a_command_gives_a_whole_session_was_not_stored(book):
	names = [book(), book()]

	@bookings.command
	def cancel():
		change_status(
			[booking(name) for name in names], "Cancelled", Kind.CANCELLED, Actor.HOST, NOW, reschedule_message="Ill"
		)

	cancel()
	assert [booking(name).reschedule_message for name in names] == ["Ill", "Ill"]


class TestReassigned:
	@pytest.mark.long
	def test_all_go_along_with_their_seats(self, page, workshop, team, book):
		first, second = book(), book()
		ann, ben, cem = team
		bookings.reassign(second, ben, NOW)
		assert hosts_of(first, second) == [ben, ben]
		assert set(frappe.get_all("Booking Slot", {"session": booking(first).session}, pluck="host")) == {ben}
		assert is_busy(ben)
		assert not is_busy(ann)
		# The third attendee joins the session, with its new host. The fourth one opens a session with somebody else.
		third, fourth = book(), book()
		assert hosts_of(third, fourth) == [ben, cem]

	def test_its_event_follows(self, team, book):
		first, second = book(), book()
		bookings.reassign(first, team[1], NOW)
		(event,) = {booking(first).event, booking(second).event}
		event = frappe.get_doc("Event", event)
		assert (event.owner, event.subject) == (team[1], "Workshop")
		people = [row.reference_docname for row in event.event_participants if row.reference_doctype == "User"]
		assert people == [team[1]]

	def test_counts_as_one_meeting_for_whoever_takes_it(self, workshop, team, book):
		book(), (first := book())
		before = credits(workshop)
		bookings.reassign(first, team[2], NOW)
		after = credits(workshop)
		assert [after[user] - before[user] for user in team] == [10**6, 0, -(10**6)]

	def test_and_cancelled_leaves_no_debt(self, workshop, team, book):
		first = book()
		book()
		bookings.reassign(first, team[2], NOW)
		bookings.cancel_by_host(first, "", NOW, for_all=True)
		assert set(credits(workshop).values()) == {0}

	def test_does_not_flow_together_with_one_of_the_new_hosts(self, team, book):
		first = book()
		book(), book()
		other = book()
		(ben,) = hosts_of(other)
		assert hosts_of(first) != [ben]
		with pytest.raises(HostNotFree):
			bookings.reassign(first, ben, NOW, force=True)

	def test_even_where_the_type_has_fewer_seats_by_now(self, workshop, team, book):
		first, second = book(), book()
		workshop.db_set("seats", 1)
		frappe.clear_document_cache("Meeting Type", workshop.name)
		bookings.reassign(first, team[1], NOW)
		assert hosts_of(first, second) == [team[1], team[1]]

	@pytest.mark.long
	def test_with_several_hosts_of_whom_one_is_replaced(self, page, team):
		dora = make_user("Dora")
		page = make_team_page([*team[:2], dora])
		for row, required in zip(page.hosts, (1, 1, 0), strict=True):
			row.is_required = required
		page.save()
		busy = make_page(dora)
		door.book(payload(busy, make_meeting_type(busy, duration_minutes=30), NINE), NOW)
		lecture = make_meeting_type(page, assignment="Collective", seats=5)
		names = [door.book(payload(page, lecture, NINE), NOW).id for _ in range(2)]
		bookings.cancel_by_host(frappe.db.get_value("Booking", {"host": dora}, "name"), "", NOW)
		bookings.reassign(names[0], dora, NOW, replaces=team[1], force=True)
		assert [set(booking(name).host_users()) for name in names] == [{team[0], dora}] * 2
		assert not is_busy(team[1])
		assert is_busy(dora)
		assert is_busy(team[0])


class TestCancelled:
	def test_for_all_at_once(self, team, book):
		first, second = book(), book()
		bookings.cancel_by_host(second, "The room is flooded", NOW, for_all=True)
		assert [booking(name).status for name in (first, second)] == ["Cancelled", "Cancelled"]
		assert [booking(name).cancel_reason for name in (first, second)] == ["The room is flooded"] * 2
		assert not is_busy(hosts_of(first)[0])

	def test_for_all_three_or_more_reverts_the_turn_that_opened_it(self, workshop, book):
		first, _second, _third = book(), book(), book()
		bookings.cancel_by_host(first, "", NOW, for_all=True)
		assert set(credits(workshop).values()) == {0}

	def test_for_one_alone_the_others_stay(self, book):
		first, second = book(), book()
		bookings.cancel_by_host(second, "", NOW)
		assert booking(first).status == "Scheduled"

	def test_by_who_opened_it_the_turn_stays_with_the_session(self, page, workshop, team, book):
		first, second = book(), book()
		(ann,) = set(hosts_of(first, second))
		before = credits(workshop)
		bookings.cancel_by_token(token_of({"manage_url": manage_url_of(first)}), "", NOW)
		assert credits(workshop) == before
		assert hosts_of(book(TEN)) != [ann]
		bookings.cancel_by_host(second, "", NOW)
		assert sum(credits(workshop).values()) == 0

	def test_by_somebody_who_booked_twice_and_comes_once(self, book):
		first = book(attendee_email="ada.twice@guests.example")
		second = book(attendee_email="ada.twice@guests.example")
		bookings.cancel_by_host(first, "", NOW)
		event = frappe.get_doc("Event", booking(second).event)
		assert "ada.twice@guests.example" in [row.email for row in event.event_participants]


class TestTold:
	def test_the_host_has_one_entry_that_names_all_who_come(self, team, book):
		ada, bob = "ada.l@guests.example", "bob.l@guests.example"
		frappe.db.set_single_value("Scheduler Settings", "typed_text_in_calendars", 1)
		frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
		first, second = book(attendee_email=ada), book(attendee_email=bob, notes="I bring my laptop")
		(host,) = set(hosts_of(first, second))
		entries = [told(name)[host].event for name in (first, second)]
		assert entries[0]["UID"] == entries[1]["UID"]
		assert entries[0]["UID"] not in {booking(first).ical_uid, booking(second).ical_uid}
		assert [who in entries[1]["DESCRIPTION"] for who in (ada, bob)] == [True, True]
		# An entry that is published has no attendees: the organizer is asked for no answer.
		assert "ATTENDEE" not in entries[1]
		assert entries[1]["SUMMARY"] == "Workshop"
		assert "I bring my laptop" in entries[1]["DESCRIPTION"]

	def test_attendees_learn_nothing_of_each_other(self, book):
		ada, bob = "ada.m@guests.example", "bob.m@guests.example"
		first, second = book(attendee_email=ada), book(attendee_email=bob)
		mail = told(second)[bob]
		assert ada not in mail.body
		assert ada.encode() not in mail.calendar.to_ical()
		assert told(first)[ada].event["UID"] != told(second)[bob].event["UID"]

	@pytest.mark.long
	def test_each_change_of_the_hosts_entry_has_a_higher_sequence(self, team, book):
		first = book()
		host = hosts_of(first)[0]
		sequences = [told(first)[host].event["SEQUENCE"]]
		second = book()
		sequences.append(told(second)[host].event["SEQUENCE"])
		bookings.cancel_by_host(first, "", NOW)
		sequences.append(told(first)[host].event["SEQUENCE"])
		bookings.reassign(second, team[2], NOW)
		sequences.append(told(second)[host].event["SEQUENCE"])
		bookings.reassign(second, host, NOW)
		sequences.append(told(second)[host].event["SEQUENCE"])
		assert sequences == sorted(set(sequences))

	def test_who_leaves_is_taken_off_and_the_last_takes_the_entry_along(self, book):
		first, second = book(), book()
		(host,) = set(hosts_of(first, second))
		bookings.cancel_by_host(first, "", NOW)
		mail = told(first)[host]
		assert mail.calendar["METHOD"] == "PUBLISH"
		assert "goes on with the others" in mail.body
		assert "1 of 3" in mail.body
		bookings.cancel_by_host(second, "", NOW)
		assert told(second)[host].calendar["METHOD"] == "CANCEL"

	@pytest.mark.long
	def test_the_former_host_is_told_once(self, team, book):
		first, second = book(), book()
		(former,) = set(hosts_of(first, second))
		bookings.reassign(first, team[1], NOW)
		messages = [told(first), told(second)]
		assert [former in each for each in messages] == [True, False]
		mail = messages[0][former]
		assert mail.calendar["METHOD"] == "CANCEL"
		assert "Workshop is now with Ben" in mail.body
		assert [each[team[1]].calendar["METHOD"] for each in messages] == ["PUBLISH", "PUBLISH"]

	def test_the_host_reads_how_many_seats_are_taken(self, book):
		first = book(guests=["guest@guests.example"])
		body = told(first)[hosts_of(first)[0]].body
		assert "2 of 3" in body


def manage_url_of(name):
	from scheduler_integration.meetings.tokens import manage_url

	return manage_url(booking(name))


class TestChangedTogether:
	"""The bookings of a session are stored together. Each is stored as Frappe stores a single one."""

	@pytest.mark.long
	def test_a_booking_that_moves_with_its_session_is_stored_like_one_that_moves_alone(self):
		alone, together = moved_session(1), moved_session(3)
		assert stored("Booking", {"name": together}) == stored("Booking", {"name": alone})
		for child in ("Booking Host", "Booking Guest", "Booking Answer"):
			rows = stored(child, {"parent": together})
			assert rows == stored(child, {"parent": alone})
			assert rows

	def test_other_apps_hooks_run_for_each_attendee(self, monkeypatch, book):
		seen = []
		first, second = book(), book()

		def on_change(document, *_arguments):
			seen.append((document.name, document.status))

		monkeypatch.setattr(type(booking(first)), "on_change", on_change, raising=False)
		bookings.cancel_by_host(first, "", NOW, for_all=True)
		assert set(seen) == {(first, "Cancelled"), (second, "Cancelled")}

	def test_each_timeline_says_who_cancelled_and_why(self, book):
		names = [book(), book()]
		bookings.cancel_by_host(names[0], "I am ill", NOW, for_all=True)
		for name in names:
			about = {"reference_doctype": "Booking", "reference_name": name, "comment_type": "Info"}
			assert frappe.get_all("Comment", about, pluck="content") == ["cancelled the meeting: I am ill"]


# The values that two bookings of different hosts don't share.
OWN = {
	"name", "creation", "modified", "parent", "host", "user", "scheduling_page", "meeting_type", "session", "session_uid",
	"ical_uid", "manage_key", "question_id", "attendee_email", "contact", "event", "rescheduled_from", "email",
}  # fmt: skip


def moved_session(size):
	"""Make a session with `size` attendees, move it, and return the new booking of its first attendee."""
	page = make_page()
	workshop = make_meeting_type(page, seats=9, questions=[{"label": "Why?", "question_type": "Text"}])
	asked = {"answers": {workshop.questions[0].name: "Because"}, "guests": [f"{fresh('guest')}@guests.example"]}
	first, *_others = [door.book(payload(page, workshop, NINE, **asked), NOW).id for _each in range(size)]
	return bookings.reschedule_by_host(first, RescheduleRequest(TEN), NOW, for_all=True).id


def stored(doctype, filters):
	rows = frappe.db.get_values(doctype, filters, "*", as_dict=True, order_by="idx")
	return [{field: value for field, value in row.items() if field not in OWN} for row in rows]


class TestJoined:
	"""An attendee who joins a session gets its hosts and times, whatever a new session would get."""

	def test_when_its_host_was_renamed(self, page, workshop, team, book):
		first = book()
		new = f"{fresh('renamed')}@hosts.example"
		frappe.rename_doc("User", hosts_of(first)[0], new, force=True)
		assert hosts_of(first, book()) == [new, new]

	def test_when_another_host_is_listed_first(self, page, team):
		lecture = make_meeting_type(page, assignment="Collective", seats=5)
		first = door.book(payload(page, lecture, NINE), NOW).id
		page.set("hosts", [{"user": user} for user in reversed(team)])
		page.save()
		second = door.book(payload(page, lecture, NINE), NOW).id
		assert booking(second).session == booking(first).session
		assert booking(second).host_users() == booking(first).host_users() == team

	def test_with_an_optional_host_who_has_time_by_now(self, page, team):
		page.hosts[1].is_required = 0
		page.save()
		own_page = make_page(team[1])
		private = door.book(payload(own_page, make_meeting_type(own_page), NINE), NOW).id
		lecture = make_meeting_type(page, assignment="Collective", seats=5)
		first = door.book(payload(page, lecture, NINE), NOW).id
		bookings.cancel_by_host(private, "", NOW)
		second = door.book(payload(page, lecture, NINE), NOW).id
		assert booking(first).host_users() == booking(second).host_users() == [team[0], team[2]]
		bookings.cancel_by_host(second, "", NOW)
		# The booking never took the optional host's time. The other hosts' time stays taken.
		assert not is_busy(team[1])
		assert is_busy(team[0])

	def test_with_an_optional_host_who_has_no_time_any_more(self, page, team):
		page.hosts[1].is_required = 0
		page.save()
		lecture = make_meeting_type(page, assignment="Collective", seats=5)
		first = door.book(payload(page, lecture, NINE), NOW).id
		second = door.book(payload(page, lecture, NINE), NOW).id
		assert {
			row.host for row in frappe.get_all("Booking Slot", {"session": booking(first).session}, ["host"])
		} == set(team)
		bookings.cancel_by_host(second, "", NOW)
		assert is_busy(team[1])

	def test_not_if_the_booking_is_older_than_the_types_seats(self, page, team):
		call = make_meeting_type(page, assignment="Single Host")
		door.book(payload(page, call, NINE), NOW)
		call.seats = 3
		call.save()
		with pytest.raises(SlotTaken):
			door.book(payload(page, call, NINE), NOW)

	@pytest.mark.usefixtures("on_monday")
	def test_so_its_days_can_not_be_changed_while_it_exists(self, workshop, book):
		first = book()
		workshop.reload()
		workshop.number_of_days = 2
		with pytest.raises(InvalidRequest) as refused:
			workshop.save()
		assert "number_of_days" in refused.value.details
		bookings.cancel_by_host(first, "", NOW)
		workshop.save()


def test_a_round_robin_over_several_days_books_the_dates_that_were_shown(page, team):
	schedule = frappe.get_doc("Availability Schedule", {"user": team[0]})
	schedule.set("rules", [row for row in schedule.rules if row.day_of_week != "Tuesday"])
	schedule.save()
	retreat = make_meeting_type(page, assignment="Round Robin", number_of_days=2, skips_days_off=1)
	for _attendee in range(3):
		monday = date(2026, 3, 2)
		shown = slots_between(page.slug, retreat.slug, monday, monday, "UTC", None, NOW).days[monday][0]
		got = door.book(payload(page, retreat, shown.start, timezone="UTC"), NOW)
		assert got.parts == shown.parts
