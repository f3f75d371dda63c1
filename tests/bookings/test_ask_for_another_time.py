"""A host asks the attendee to choose another time. 2 March 2026 is a Monday."""

from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.availability.slots import slots_between
from scheduler_integration.exceptions import AlreadyCancelled, LinkExpired, NotPermitted, TransitionNotAllowed
from scheduler_integration.meetings.lookup import booking_by_token
from scheduler_integration.meetings.rescheduling import bookable_for, slot_request_for
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, payload, token_of
from tests.support.ledger import credits
from tests.support.outbox import mails

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
TEN = NINE + 3600
DAY = 86400


def booked(**fields):
	page = make_page()
	meeting_type = make_meeting_type(page, **fields)
	booking = door.book(payload(page, meeting_type, NINE), NOW)
	frappe.db.set_value("Outbox Task", {"booking": booking.id}, "status", "Sent")
	return page, meeting_type, booking


def move(booking, start, now=NOW):
	return bookings.reschedule_by_token(token_of(booking), RescheduleRequest(start), now)


def told(name):
	"""Return the mails that wait by template and reader: subject, body, and the invitation."""
	return {(mail.template, mail.reader.email): (mail.subject, mail.body, mail.invitation) for mail in mails(name, NOW)}


class TestWhileTheTimeIsKept:
	def test_only_the_attendee_is_told(self, as_user):
		page, _type, booking = booked()
		with as_user(page.user):
			answer = bookings.ask_to_reschedule(booking.id, "The room is being painted", NOW)
		assert answer.status == "Scheduled"
		((key, (subject, body, invitation)),) = told(booking.id).items()
		assert key == ("attendee_asked", booking.attendee.email)
		assert subject.startswith("Please choose another time")
		assert "The room is being painted" in body
		assert token_of(booking) in body
		assert invitation is None
		assert frappe.db.count("Booking Slot", {"booking": booking.id}) == 6

	def test_the_types_rules_bind_the_attendee_no_more(self):
		_page, _type, booking = booked(allow_reschedule=0, change_notice_hours=48, max_reschedules=1)
		assert booking_by_token(token_of(booking), NOW).can_reschedule is False
		bookings.ask_to_reschedule(booking.id, "Flu", NOW)
		shown = booking_by_token(token_of(booking), NOW)
		assert (shown.can_reschedule, shown.is_asked_to_reschedule, shown.reschedule_message) == (True, True, "Flu")
		moved = move(booking, TEN)
		assert (moved.is_asked_to_reschedule, moved.can_reschedule) == (False, False)
		assert frappe.db.get_value("Booking", moved.id, "attendee_moves") == 0

	def test_a_host_can_ask_again(self):
		_page, _type, booking = booked()
		bookings.ask_to_reschedule(booking.id, "", NOW)
		frappe.db.set_value("Outbox Task", {"booking": booking.id}, "status", "Sent")
		bookings.ask_to_reschedule(booking.id, "Please", NOW + 60)
		assert len(told(booking.id)) == 1

	@pytest.mark.long
	def test_the_request_is_not_lost_if_something_else_changes_first(self):
		_page, _type, booking = booked()
		bookings.ask_to_reschedule(booking.id, "", NOW)
		bookings.update_guests_by_token(token_of(booking), ["bob@guests.example"], NOW)
		assert ("attendee_asked", booking.attendee.email) in told(booking.id)

	def test_it_can_still_be_cancelled(self):
		_page, _type, booking = booked()
		bookings.ask_to_reschedule(booking.id, "", NOW)
		assert bookings.cancel_by_token(token_of(booking), "", NOW).status == "Cancelled"


class TestWithdrawn:
	def test_the_meeting_stays_and_the_attendee_who_was_asked_is_told(self, as_user):
		page, _type, booking = booked(allow_reschedule=0)
		with as_user(page.user):
			asked = bookings.ask_to_reschedule(booking.id, "Flu", NOW)
			frappe.db.set_value("Outbox Task", {"booking": booking.id}, "status", "Sent")
			kept = bookings.withdraw_ask(booking.id, NOW + 60)
		assert ("withdraw_ask" in asked.actions, "withdraw_ask" in kept.actions) == (True, False)
		assert (kept.status, kept.asked_at) == ("Scheduled", None)
		((key, (_subject, body, _invitation)),) = told(booking.id).items()
		assert key == ("attendee_kept", booking.attendee.email)
		assert "no longer asks you" in body
		shown = booking_by_token(token_of(booking), NOW)
		assert (shown.can_reschedule, shown.is_asked_to_reschedule, shown.reschedule_message) == (False, False, None)

	def test_an_attendee_who_never_heard_of_it_hears_nothing(self):
		_page, _type, booking = booked()
		bookings.ask_to_reschedule(booking.id, "", NOW)
		bookings.withdraw_ask(booking.id, NOW)
		assert told(booking.id) == {}

	def test_asking_and_withdrawing_twice_sends_both_again(self):
		_page, _type, booking = booked()
		for minute in range(2):
			bookings.ask_to_reschedule(booking.id, "", NOW + 120 * minute)
			assert [template for template, _reader in told(booking.id)] == ["attendee_asked"]
			frappe.db.set_value("Outbox Task", {"booking": booking.id}, "status", "Sent")
			bookings.withdraw_ask(booking.id, NOW + 120 * minute + 60)
			assert [template for template, _reader in told(booking.id)] == ["attendee_kept"]
			frappe.db.set_value("Outbox Task", {"booking": booking.id}, "status", "Sent")

	def test_nothing_can_be_withdrawn_that_nobody_asked(self):
		_page, _type, booking = booked()
		with pytest.raises(TransitionNotAllowed):
			bookings.withdraw_ask(booking.id, NOW)

	def test_no_time_that_was_given_back_is_withdrawn(self):
		_page, _type, booking = booked()
		bookings.ask_to_reschedule(booking.id, "", NOW, gives_back=True)
		with pytest.raises(AlreadyCancelled):
			bookings.withdraw_ask(booking.id, NOW)


class TestWhenTheTimeIsGivenBack:
	def test_the_host_is_free_and_everybody_knows(self):
		page, meeting_type, booking = booked()
		answer = bookings.ask_to_reschedule(booking.id, "Ill", NOW, gives_back=True)
		assert answer.status == "Rescheduled"
		assert answer.actions == ()
		messages = told(booking.id)
		assert set(messages) == {("attendee_asked", booking.attendee.email), ("host_cancelled", page.user)}
		assert all(each[2].method == "CANCEL" for each in messages.values())
		assert "free again" in messages["host_cancelled", page.user][1]
		assert door.book(payload(page, meeting_type, NINE), NOW).status == "Scheduled"
		assert (
			frappe.db.get_value("Event", frappe.db.get_value("Booking", booking.id, "event"), "status") == "Cancelled"
		)

	def test_the_attendee_chooses_later(self):
		_page, _type, booking = booked()
		bookings.ask_to_reschedule(booking.id, "", NOW, gives_back=True)
		later = NINE + 7 * DAY
		shown = booking_by_token(token_of(booking), later - 3600)
		assert (shown.status, shown.can_reschedule, shown.can_cancel) == ("Rescheduled", True, False)
		moved = move(booking, later, now=later - 3600)
		before = frappe.get_doc("Booking", booking.id)
		after = frappe.get_doc("Booking", moved.id)
		assert (after.rescheduled_from, after.ical_uid, after.event) == (before.name, before.ical_uid, before.event)
		assert after.sequence == 2
		assert frappe.db.get_value("Event", after.event, "status") == "Open"

	def test_the_same_time_can_be_chosen_again(self):
		_page, _type, booking = booked()
		bookings.ask_to_reschedule(booking.id, "", NOW, gives_back=True)
		assert move(booking, NINE).start == NINE

	def test_the_present_time_is_offered_again_only_after_it_was_given_back(self):
		_page, _type, booking = booked()

		def offered():
			stored, day = frappe.get_doc("Booking", booking.id), date(2026, 3, 2)
			asked = bookable_for(stored), slot_request_for(stored)
			return [slot.start for slot in slots_between(*asked, day, day, "UTC", NOW).days[day]]

		assert NINE not in offered()
		bookings.ask_to_reschedule(booking.id, "", NOW, gives_back=True)
		assert NINE in offered()

	def test_the_link_of_a_meeting_in_the_far_future_lasts_until_its_end(self):
		page = make_page()
		far = NINE + 42 * DAY
		booking = door.book(payload(page, make_meeting_type(page), far), NOW)
		bookings.ask_to_reschedule(booking.id, "", NOW, gives_back=True)
		assert booking_by_token(token_of(booking), far + 1799).can_reschedule
		with pytest.raises(LinkExpired):
			booking_by_token(token_of(booking), far + 1800)

	def test_the_link_ends_after_thirty_days(self):
		_page, _type, booking = booked()
		bookings.ask_to_reschedule(booking.id, "", NOW, gives_back=True)
		late = NOW + 30 * DAY
		with pytest.raises(LinkExpired):
			booking_by_token(token_of(booking), late)
		with pytest.raises(LinkExpired):
			move(booking, late + 3 * DAY, now=late)

	def test_the_ledger_is_as_if_nothing_had_been_booked_until_another_is_chosen(self):
		page = make_team_page([make_user("Ann"), make_user("Ben")])
		pool = make_meeting_type(page, assignment="Round Robin", round_robin_mode="Weighted")
		booking = door.book(payload(page, pool, NINE), NOW)
		before = credits(pool)
		bookings.ask_to_reschedule(booking.id, "", NOW, gives_back=True)
		assert set(credits(pool).values()) == {0}
		moved = move(booking, TEN)
		assert credits(pool) == before
		bookings.cancel_by_token(token_of(moved), "", NOW)
		assert set(credits(pool).values()) == {0}

	def test_another_host_who_takes_it_then_is_charged_once(self):
		page = make_team_page([make_user("Ann"), make_user("Ben")])
		pool = make_meeting_type(page, assignment="Round Robin", reschedule_host="Any Host")
		booking = door.book(payload(page, pool, NINE), NOW)
		host = frappe.db.get_value("Booking", booking.id, "host")
		bookings.ask_to_reschedule(booking.id, "", NOW, gives_back=True)
		own = make_page(host)
		door.book(payload(own, make_meeting_type(own), TEN), NOW)
		moved = move(booking, TEN)
		assert frappe.db.get_value("Booking", moved.id, "host") != host
		assert set(credits(pool).values()) == {0}
		bookings.cancel_by_token(token_of(moved), "", NOW)
		assert set(credits(pool).values()) == {0}

	def test_nothing_else_can_be_done_with_it(self):
		_page, _type, booking = booked()
		bookings.ask_to_reschedule(booking.id, "", NOW, gives_back=True)
		for command in (bookings.cancel_by_host, bookings.decline):
			with pytest.raises(AlreadyCancelled):
				command(booking.id, "", NOW)
		with pytest.raises(AlreadyCancelled):
			bookings.ask_to_reschedule(booking.id, "", NOW)


def test_who_may_ask_and_when(as_user):
	page, _type, booking = booked()
	with as_user(make_user("Eve")), pytest.raises(NotPermitted):
		bookings.ask_to_reschedule(booking.id, "", NOW)
	with as_user(page.user):
		with pytest.raises(TransitionNotAllowed):
			bookings.ask_to_reschedule(booking.id, "", NINE + 60)
		with pytest.raises(TransitionNotAllowed):
			bookings.ask_to_reschedule(booking.id, "", NINE + 1800, gives_back=True)
		assert bookings.ask_to_reschedule(booking.id, "", NINE + 60, gives_back=True).status == "Rescheduled"
