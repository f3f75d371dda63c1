"""Rescheduling: who may move a meeting where, what goes with it, and who is told. 2 March 2026 is a Monday."""

from contextlib import contextmanager
from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.availability.slots import slots_between as listed
from scheduler_integration.exceptions import (
	AlreadyCancelled,
	BookingNotFound,
	InvalidRequest,
	LinkExpired,
	NotPermitted,
	RescheduleNotAllowed,
	SlotTaken,
	TimeNotFree,
	TooLateToChange,
	TooManyChanges,
	TransitionNotAllowed,
)
from scheduler_integration.meetings.lookup import booking_by_token, get_for_host
from scheduler_integration.meetings.rescheduling import bookable_for, booking_to_reschedule, slot_request_for
from scheduler_integration.meetings.tokens import new_manage_key
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.clock import to_site_time
from tests.support import door
from tests.support.factories import (
	at,
	fresh,
	hour,
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
TEN = NINE + 3600
TUESDAY = NINE + 86400
HALF = 1800


def booked(start=NINE, **fields):
	page = make_page()
	meeting_type = make_meeting_type(page, **fields)
	return page, meeting_type, door.book(payload(page, meeting_type, start), NOW)


def move(booking, start, now=NOW, **fields):
	return bookings.reschedule_by_token(token_of(booking), RescheduleRequest(start, **fields), now)


def move_as_host(name, start, now=NOW, force=False, for_all=False, **fields):
	return bookings.reschedule_by_host(name, RescheduleRequest(start, **fields), now, force=force, for_all=for_all)


def stored(name):
	return frappe.get_doc("Booking", getattr(name, "id", name))


@contextmanager
def refused(*errors):
	"""Expect an error, and undo what the command did before it, as its callers do."""
	frappe.db.savepoint("refused")
	with pytest.raises(errors) as caught:
		yield caught
	frappe.db.rollback(save_point="refused")


def is_free(page, meeting_type, start):
	frappe.db.savepoint("probe")
	try:
		door.book(payload(page, meeting_type, start), NOW)
	except SlotTaken:
		return False
	finally:
		frappe.db.rollback(save_point="probe")
	return True


def messages(*names):
	"""Return the messages by template and reader: subject, body, iTIP method, UID, sequence, start."""
	found = {}
	for mail in (each for name in names for each in mails(name, NOW)):
		event = mail.event
		start = int(event["dtstart"].dt.timestamp())
		facts = (str(mail.calendar["method"]), str(event["uid"]), int(event["sequence"]), start)
		found[mail.template, mail.reader.email] = (mail.subject, mail.body, facts)
	return found


class TestTheAttendee:
	def test_moves_the_meeting_and_the_old_time_is_free(self):
		page, meeting_type, old = booked()
		new = move(old, TEN, reason="The train is late")
		assert (new.status, new.start, new.rescheduled_from, new.earlier) == (
			"Scheduled",
			TEN,
			old.id,
			(NINE, NINE + HALF),
		)
		first, second = stored(old), stored(new)
		assert (first.status, second.rescheduled_by, second.reschedule_reason) == (
			"Rescheduled",
			"Attendee",
			"The train is late",
		)
		assert is_free(page, meeting_type, NINE)
		assert not is_free(page, meeting_type, TEN)
		slots = frappe.get_all("Booking Slot", {"host": page.user}, ["booking"])
		assert {slot.booking for slot in slots} == {new.id}

	def test_keeps_what_was_told_and_answered(self):
		page = make_page()
		meeting_type = make_meeting_type(page, questions=[{"label": "Why?", "question_type": "Text"}])
		question = meeting_type.questions[0].name
		guest = f"{fresh('guest')}@guests.example"
		wish = payload(
			page, meeting_type, NINE, notes="Coffee", guests=[guest], answers={question: "Because"}, utm_source="x"
		)
		old = door.book(wish, NOW)
		frappe.db.set_value("Booking", old.id, "host_notes", "VIP")
		new = stored(move(old, TEN))
		before = stored(old)
		for field in (
			"attendee_email",
			"notes",
			"contact",
			"event",
			"utm_source",
			"host_notes",
			"ical_uid",
			"manage_key",
		):
			assert new.get(field) == before.get(field)
		assert new.host_notes == "VIP"
		assert [row.email for row in new.guests] == [guest]
		assert [row.answer for row in new.answers] == ["Because"]
		assert new.sequence == before.sequence == 1
		assert not new.cancelled_by

	def test_may_choose_a_time_that_overlaps_the_old_one(self):
		_page, _type, old = booked(
			duration_minutes=60, slot_interval=15, buffer_after_minutes=30, uses_host_defaults=0, minimum_notice=0
		)
		assert move(old, NINE + 900).start == NINE + 900

	def test_does_not_stand_in_their_own_way_in_a_limit(self):
		_page, meeting_type, old = booked(daily_limit=1, weekly_limit=1)
		new = move(old, TEN)
		with refused(SlotTaken):
			move(door.book(payload(_page, meeting_type, NINE + 7 * 86400), NOW), TEN)
		assert stored(new).status == "Scheduled"

	def test_may_choose_another_duration_that_is_offered(self):
		_page, _type, old = booked(duration_options="60")
		assert move(old, NINE, duration=60).duration_minutes == 60
		with refused(InvalidRequest) as caught:
			move(old, TEN, duration=45)
		assert "duration" in caught.value.details

	def test_is_told_the_nearest_times_if_somebody_was_faster(self):
		page, meeting_type, old = booked()
		door.book(payload(page, meeting_type, TEN), NOW)
		with refused(SlotTaken) as caught:
			move(old, TEN)
		assert [hour(slot.start) for slot in caught.value.suggestions] == ["09:30", "10:30", "11:00"]

	def test_needs_a_slot_that_is_offered(self):
		_page, _type, old = booked()
		for start in (NINE + 600, at("2026-03-02 20:00"), at("2026-03-01 09:00")):
			with refused(SlotTaken):
				move(old, start)
		assert stored(old).status == "Scheduled"

	def test_must_choose_another_time(self):
		_page, _type, old = booked()
		with refused(InvalidRequest) as caught:
			move(old, NINE)
		assert "start" in caught.value.details

	def test_asks_again_if_the_host_confirms_each_booking(self, as_user):
		page, _type, old = booked(requires_confirmation=1)
		with as_user(page.user):
			bookings.confirm(old.id, NOW)
		new = move(old, TEN)
		assert new.status == "Pending"
		with as_user(page.user):
			assert bookings.confirm(new.id, NOW).status == "Scheduled"

	def test_releases_the_hold(self):
		page, meeting_type, old = booked()
		key = door.hold_slot(page.slug, meeting_type.slug, "2026-03-02T10:00:00+00:00", None, None, "10.0.0.1", NOW).key
		assert not is_free(page, meeting_type, TEN)
		assert move(old, TEN, hold=key).start == TEN


class TestThePolicy:
	def test_of_the_type_may_forbid_it(self):
		_page, _type, old = booked(allow_reschedule=0)
		with refused(RescheduleNotAllowed):
			move(old, TEN)
		shown = booking_by_token(token_of(old), NOW)
		assert (shown.can_reschedule, bool(shown.cannot_reschedule_reason)) == (False, True)

	def test_ends_with_the_change_notice(self):
		_page, _type, old = booked(TUESDAY, change_notice_hours=2)
		with refused(TooLateToChange):
			move(old, TUESDAY + 3600, now=TUESDAY - 7199)
		assert move(old, TUESDAY + 7200, now=TUESDAY - 7200)

	def test_ends_with_the_start(self):
		_page, _type, old = booked()
		with refused(TooLateToChange):
			move(old, TUESDAY, now=NINE)
		with refused(LinkExpired):
			move(old, TUESDAY, now=NINE + HALF)

	def test_counts_only_the_attendees_moves(self, as_user):
		page, _type, old = booked(max_reschedules=2)
		one = move(old, TEN)
		with as_user(page.user):
			two = move_as_host(one.id, TEN + 3600)
		three = move(old, TUESDAY)
		assert two.id != three.id
		with refused(TooManyChanges):
			move(old, TUESDAY + 3600)

	def test_may_ask_for_a_reason(self):
		_page, _type, old = booked(reschedule_reason="Required")
		with refused(InvalidRequest) as caught:
			move(old, TEN)
		assert "reason" in caught.value.details
		assert move(old, TEN, reason="Ill").start == TEN

	def test_moves_nothing_that_is_closed(self):
		_page, _type, old = booked()
		bookings.cancel_by_token(token_of(old), "", NOW)
		with refused(AlreadyCancelled):
			move(old, TEN)


class TestTheChain:
	def test_every_link_leads_to_its_end(self):
		_page, _type, first = booked()
		second = move(first, TEN)
		third = move(first, TUESDAY)
		for link in (first, second, third):
			assert booking_by_token(token_of(link), NOW).id == third.id
		assert (stored(second).status, stored(third).rescheduled_from) == ("Rescheduled", second.id)
		bookings.cancel_by_token(token_of(first), "", NOW)
		assert stored(third).status == "Cancelled"

	def test_a_new_key_of_its_end_revokes_all_links(self):
		_page, _type, first = booked()
		second = move(first, TEN)
		frappe.db.set_value("Booking", second.id, "manage_key", new_manage_key())
		for link in (first, second):
			with refused(BookingNotFound):
				booking_by_token(token_of(link), NOW)

	def test_the_idempotency_key_of_the_booking_leads_to_its_end(self):
		page = make_page()
		wish = payload(page, make_meeting_type(page), NINE, idempotency_key="only-once-please-1")
		first = door.book(wish, NOW)
		second = move(first, TEN)
		assert door.book(wish, NOW).id == second.id

	def test_a_repeated_request_moves_once(self):
		_page, _type, first = booked(max_reschedules=1)
		key = {"idempotency_key": "move-it-only-once"}
		second = move(first, TEN, **key)
		assert move(first, TEN, **key).id == second.id
		assert frappe.db.count("Booking", {"attendee_email": second.attendee.email}) == 2

	def test_a_moved_booking_says_so(self, as_user):
		page, _type, first = booked()
		move(first, TEN)
		with as_user(page.user), refused(AlreadyCancelled):
			bookings.cancel_by_host(first.id, "", NOW)

	def test_is_on_both_timelines(self):
		_page, _type, first = booked()
		second = move(first, TEN, reason="Flu")
		for name in (first.id, second.id):
			(note,) = frappe.get_all("Comment", {"reference_name": name}, ["content", "comment_by"])
			assert note.comment_by == "Ada Lovelace"
			assert note.content.endswith("(the attendee): Flu")
			assert "moved the meeting from" in note.content


class TestTheHost:
	def test_moves_it_outside_notice_window_and_grid(self, as_user):
		page, _type, old = booked(
			uses_host_defaults=0, minimum_notice=3, window_type="Rolling Days", max_days_in_advance=1
		)
		with as_user(page.user):
			one = move_as_host(old.id, TEN + 300)
			two = move_as_host(one.id, at("2026-03-12 09:05"))
		assert (two.status, [host.user for host in two.hosts]) == ("Scheduled", [page.user])
		assert stored(two).rescheduled_by == "Host"

	def test_is_stopped_by_hours_and_told_why(self, as_user):
		page, _type, old = booked()
		with as_user(page.user):
			with refused(TimeNotFree) as caught:
				move_as_host(old.id, at("2026-03-02 20:00"))
			assert [each.code for each in caught.value.objections] == ["OUTSIDE_HOURS"]
			assert caught.value.can_force is False
			assert len(caught.value.suggestions) == 3
			with refused(NotPermitted):
				move_as_host(old.id, at("2026-03-02 20:00"), force=True)

	def test_a_manager_forces_it_but_not_into_another_meeting(self, as_user):
		page, meeting_type, old = booked()
		door.book(payload(page, meeting_type, TEN), NOW)
		with as_user(make_user("Max", roles=("Scheduling Manager",))):
			with refused(TimeNotFree) as caught:
				move_as_host(old.id, TEN, force=True)
			assert (caught.value.can_force, caught.value.conflicts) == (False, ((TEN, TEN + HALF),))
			assert move_as_host(old.id, at("2026-03-02 20:00"), force=True).start == at("2026-03-02 20:00")

	def test_confirms_a_request_by_choosing_its_time(self, as_user):
		page, _type, old = booked(requires_confirmation=1)
		with as_user(page.user):
			assert move_as_host(old.id, TEN).status == "Scheduled"

	def test_may_move_a_meeting_that_nobody_came_to_until_its_end(self, as_user):
		page, _type, old = booked()
		with as_user(page.user):
			assert move_as_host(old.id, TUESDAY, now=NINE + 900).start == TUESDAY

	def test_can_not_move_it_into_the_past_or_after_its_end(self, as_user):
		page, _type, old = booked()
		with as_user(page.user):
			with refused(InvalidRequest):
				move_as_host(old.id, NOW)
			with refused(TransitionNotAllowed):
				move_as_host(old.id, TUESDAY, now=NINE + HALF)

	def test_a_stranger_may_not(self, as_user):
		_page, _type, old = booked()
		with as_user(make_user("Eve")), refused(NotPermitted):
			move_as_host(old.id, TEN)

	def test_is_offered_what_can_be_done(self, as_user):
		page, _type, old = booked()
		with as_user(page.user):
			assert get_for_host(old.id, NOW).actions == (
				"reschedule",
				"cancel",
				"ask_to_reschedule",
				"guests",
			)
			assert get_for_host(old.id, NINE + HALF).actions == ("complete", "no_show")


class TestARoundRobin:
	@pytest.fixture
	def team(self):
		return [make_user(name) for name in ("Ann", "Ben")]

	def pool(self, team, **fields):
		page = make_team_page(team)
		return page, make_meeting_type(page, assignment="Round Robin", round_robin_mode="Weighted", **fields)

	def test_keeps_host_and_ledger(self, team):
		page, pool = self.pool(team)
		old = door.book(payload(page, pool, NINE), NOW)
		before, host = credits(pool), stored(old).host
		new = stored(move(old, TEN))
		assert (new.host, credits(pool)) == (host, before)
		bookings.cancel_by_token(token_of(old), "", NOW)
		assert set(credits(pool).values()) == {0}

	def test_offers_only_the_hosts_own_times(self, team):
		page, pool = self.pool(team)
		old = door.book(payload(page, pool, NINE), NOW)
		own = make_page(stored(old).host)
		door.book(payload(own, make_meeting_type(own), TEN), NOW)
		with refused(SlotTaken):
			move(old, TEN)

	def test_goes_to_another_host_if_the_type_says_so(self, team):
		page, pool = self.pool(team, reschedule_host="Any Host")
		old = door.book(payload(page, pool, NINE), NOW)
		ann = stored(old).host
		own = make_page(ann)
		door.book(payload(own, make_meeting_type(own), TEN), NOW)
		new = stored(move(old, TEN))
		(ben,) = {*team} - {ann}
		assert (new.host, new.host_users()) == (ben, [ben])
		# Only Ben was free, so the whole booking is his share: nobody owes anybody anything.
		assert set(credits(pool).values()) == {0}
		assert ("host_removed", ann) in messages(new.name)
		assert new.subject.endswith("Ben" if "ben" in ben else "Ann")

	def test_stays_with_a_free_host_even_then(self, team):
		page, pool = self.pool(team, reschedule_host="Any Host")
		old = door.book(payload(page, pool, NINE), NOW)
		host, before = stored(old).host, credits(pool)
		assert stored(move(old, TEN)).host == host
		assert credits(pool) == before


def test_a_collective_meeting_keeps_all_its_hosts():
	team = [make_user(name) for name in ("Ann", "Ben")]
	page = make_team_page(team)
	panel = make_meeting_type(page, assignment="Collective")
	old = door.book(payload(page, panel, NINE), NOW)
	own = make_page(team[1])
	door.book(payload(own, make_meeting_type(own), TEN), NOW)
	with refused(SlotTaken):
		move(old, TEN)
	assert stored(move(old, TEN + 3600)).host_users() == stored(old).host_users() == team


class TestAMultiDayMeeting:
	def test_moves_with_all_its_days(self):
		_page, _type, old = booked(number_of_days=2)
		new = move(old, TEN)
		assert [hour(start) for start, _end in new.parts] == ["10:00", "10:00"]
		assert frappe.db.count("Booking Slot", {"booking": ["in", [old.id, new.id]]}) == 12

	def test_may_overlap_its_own_later_day(self):
		_page, _type, old = booked(number_of_days=3)
		assert move(old, TUESDAY).start == TUESDAY

	def test_stays_once_its_first_day_has_begun(self, as_user):
		page, _type, old = booked(number_of_days=2)
		with refused(TooLateToChange):
			move(old, NINE + 7 * 86400, now=NINE + 60)
		with as_user(page.user), refused(TransitionNotAllowed):
			move_as_host(old.id, NINE + 7 * 86400, now=NINE + 60)
		with as_user(page.user):
			assert "reschedule" not in get_for_host(old.id, NINE + 60).actions


class TestASession:
	def workshop(self, **fields):
		page = make_page()
		return page, make_meeting_type(page, title=fresh("workshop"), seats=3, **fields)

	def seats(self, *names):
		return frappe.db.count("Booking Seat", {"booking": ["in", names]})

	def events_of(self, workshop, status="Open"):
		return frappe.get_all("Event", {"subject": workshop.title, "status": status}, ["name", "starts_on"])

	def test_one_attendee_leaves_and_opens_another(self):
		page, workshop = self.workshop()
		first, second = (door.book(payload(page, workshop, NINE), NOW) for _each in range(2))
		new = move(first, TEN)
		assert stored(new).session != stored(second).session
		assert self.seats(first.id) == 0
		assert self.seats(second.id, new.id) == 2
		assert len(self.events_of(workshop)) == 2
		event = frappe.get_doc("Event", stored(second).event)
		assert stored(first).attendee_email not in [row.email for row in event.event_participants]
		told = messages(first.id, new.id)
		assert "goes on with the others" in told["host_cancelled", page.user][1]
		assert told["host_cancelled", page.user][2][1] != told["host_moved", page.user][2][1]

	def test_one_attendee_joins_another(self):
		page, workshop = self.workshop()
		alone, other = door.book(payload(page, workshop, NINE), NOW), door.book(payload(page, workshop, TEN), NOW)
		new = stored(move(alone, TEN))
		assert (new.session, new.session_uid) == (stored(other).session, stored(other).session_uid)
		assert new.event == stored(other).event
		assert len(self.events_of(workshop)) == 1
		assert len(self.events_of(workshop, "Cancelled")) == 1
		told = messages(alone.id, new.name)
		assert told["host_cancelled", page.user][2][0] == "CANCEL"
		assert told["host_moved", page.user][2][0] == "PUBLISH"

	def test_needs_enough_seats(self):
		page, workshop = self.workshop()
		pair = door.book(payload(page, workshop, NINE, guests=[f"{fresh('g')}@guests.example"]), NOW)
		for _each in range(2):
			door.book(payload(page, workshop, TEN), NOW)
		with refused(SlotTaken):
			move(pair, TEN)

	def test_one_attendee_alone_takes_the_whole_session_along(self):
		page, workshop = self.workshop()
		old = door.book(payload(page, workshop, NINE), NOW)
		uid = messages(old.id)["host_confirmed", page.user][2]
		new = move(old, TEN)
		told = messages(old.id, new.id)
		method, same, sequence, start = told["host_moved", page.user][2]
		assert (method, same, start) == ("PUBLISH", uid[1], TEN)
		assert sequence > uid[2]
		assert ("host_cancelled", page.user) not in told
		assert [event.starts_on for event in self.events_of(workshop)] == [to_site_time(TEN)]

	@pytest.mark.long
	def test_the_host_moves_all_of_it(self):
		page, workshop = self.workshop()
		names = [door.book(payload(page, workshop, NINE), NOW).id for _each in range(3)]
		before = messages(names[0])["host_confirmed", page.user][2]
		answer = move_as_host(names[1], at("2026-03-02 09:15"), for_all=True)
		moved = frappe.get_all("Booking", {"rescheduled_from": ["in", names]}, pluck="name")
		assert len(moved) == 3
		assert answer.id in moved
		assert len({stored(name).session for name in moved}) == 1
		assert self.seats(*moved) == 3
		assert self.seats(*names) == 0
		assert len(frappe.get_all("Booking Slot", {"host": page.user})) == 6
		(event,) = self.events_of(workshop)
		assert event.starts_on == to_site_time(NINE + 900)
		participants = frappe.get_doc("Event", event.name).event_participants
		assert len([row for row in participants if row.reference_doctype == "Contact"]) == 3
		after = messages(*moved)["host_moved", page.user][2]
		assert after[1] == before[1]
		assert after[2] > before[2]

	def test_its_hosts_are_told_once_that_all_of_it_moved(self):
		page, workshop = self.workshop()
		names = [door.book(payload(page, workshop, NINE), NOW).id for _each in range(3)]
		move_as_host(names[1], TEN, for_all=True)
		moved = frappe.get_all("Booking", {"rescheduled_from": ["in", names]}, pluck="name")
		told = [(name, key, message) for name in moved for key, message in messages(name).items()]
		assert len([key for _name, key, _message in told if key[0] == "attendee_moved"]) == 3
		((_name, _key, to_host),) = [each for each in told if each[1] == ("host_moved", page.user)]
		assert "with all its attendees" in to_host[1]

	def test_the_host_can_not_merge_two(self, as_user):
		page, workshop = self.workshop()
		old = door.book(payload(page, workshop, NINE), NOW)
		door.book(payload(page, workshop, TEN), NOW)
		with as_user(page.user), refused(TimeNotFree):
			move_as_host(old.id, TEN, for_all=True)

	def test_the_host_moves_one_attendee_into_another(self, as_user):
		page, workshop = self.workshop()
		old, other = door.book(payload(page, workshop, NINE), NOW), door.book(payload(page, workshop, TEN), NOW)
		with as_user(page.user):
			new = move_as_host(old.id, TEN)
		assert new.session == stored(other).session

	def test_of_a_round_robin_keeps_its_ledger_even(self):
		team = [make_user(name) for name in ("Ann", "Ben")]
		page = make_team_page(team)
		workshop = make_meeting_type(page, assignment="Round Robin", seats=3)
		first, second = (door.book(payload(page, workshop, NINE), NOW) for _each in range(2))
		before = credits(workshop)
		new = move(first, TEN)
		assert credits(workshop) == before
		for each in (new, second):
			bookings.cancel_by_token(token_of(each), "", NOW)
		assert set(credits(workshop).values()) == {0}


class TestItsEvent:
	def test_moves_along(self):
		_page, _type, old = booked()
		new = move(old, TEN)
		assert stored(new).event == stored(old).event
		event = frappe.get_doc("Event", stored(new).event)
		assert (frappe.utils.get_datetime(event.starts_on), event.status) == (to_site_time(TEN), "Open")
		people = [(row.reference_doctype, row.email) for row in event.event_participants]
		assert len(people) == len(set(people)) == 2

	def test_that_was_deleted_stops_nobody(self):
		_page, _type, old = booked()
		frappe.delete_doc("Event", stored(old).event, force=True)
		assert move(old, TEN).start == TEN


class TestTheMessages:
	def test_tell_everybody_the_old_and_the_new_time(self):
		page, meeting_type = (made := make_page()), make_meeting_type(made)
		guest = f"{fresh('guest')}@guests.example"
		old = door.book(payload(page, meeting_type, NINE, guests=[guest], timezone="UTC"), NOW)
		before = {reader: facts for (_key, reader), (_subject, _body, facts) in messages(old.id).items()}
		new = move(old, TEN, reason="Late train")
		told = messages(new.id)
		email = new.attendee.email
		assert set(told) == {
			("attendee_moved", email),
			("attendee_moved", guest),
			("host_moved", page.user),
		}
		for key, (subject, body, facts) in told.items():
			assert subject.startswith("New time: ")
			assert "moved" in body
			assert "line-through" in body
			assert "9:00" in body
			assert "10:00" in body
			method = "PUBLISH" if key[1] == page.user else "REQUEST"
			assert facts == (method, before[key[1]][1], before[key[1]][2] + 1, TEN)
		assert "Late train" in told["host_moved", page.user][1]

	def test_tell_old_news_no_more_after_the_next_change(self, as_user):
		page, _type, old = booked(requires_confirmation=1)
		new = move(old, TEN)
		with as_user(page.user):
			bookings.confirm(new.id, NOW)
		subject, body, _facts = messages(new.id)["attendee_accepted", new.attendee.email]
		assert subject.startswith("Confirmed: ")
		assert "line-through" not in body


class TestTheTimesOffered:
	def days(self, booking, **fields):
		stored_one = booking_to_reschedule(token_of(booking), NOW)
		monday = date(2026, 3, 2)
		found = listed(bookable_for(stored_one), slot_request_for(stored_one, **fields), monday, monday, "UTC", NOW)
		return [hour(slot.start) for slot in found.days.get(monday, [])]

	def test_count_the_old_time_as_free_but_leave_out_the_present_start(self):
		_page, _type, old = booked(duration_minutes=60, slot_interval=30, daily_limit=1)
		assert self.days(old)[:3] == ["09:30", "10:00", "10:30"]

	def test_are_the_same_hosts(self):
		team = [make_user(name) for name in ("Ann", "Ben")]
		page = make_team_page(team)
		pool = make_meeting_type(page, assignment="Round Robin")
		old = door.book(payload(page, pool, NINE), NOW)
		own = make_page(stored(old).host)
		door.book(payload(own, make_meeting_type(own), TEN), NOW)
		assert "10:00" not in self.days(old)
		assert "10:30" in self.days(old)

	def test_need_as_many_seats_as_the_booking_has(self):
		page = make_page()
		workshop = make_meeting_type(page, seats=3, duration_minutes=60)
		pair = door.book(payload(page, workshop, NINE, guests=[f"{fresh('g')}@guests.example"]), NOW)
		for _each in range(2):
			door.book(payload(page, workshop, TEN), NOW)
		assert "10:00" not in self.days(pair)

	def test_are_not_shown_if_it_can_not_be_moved(self):
		_page, _type, old = booked(allow_reschedule=0)
		with refused(RescheduleNotAllowed):
			self.days(old)
