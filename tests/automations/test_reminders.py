"""Reminders and follow-ups: planned with the booking, moved with it, and stopped when they make no sense any more."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.install import after_migrate
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import (
	at,
	make_meeting_type,
	make_page,
	make_team_page,
	make_user,
	page_of,
	payload,
	token_of,
)
from tests.support.outbox import actions, deliver

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")
HOUR, DAY = 3600, 86400


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="America/New_York"))


def planned(booking, status="Pending"):
	"""Return who is reached by which built-in message, and when, for the actions with this status."""
	keys = {each.name: each.built_in for each in frappe.get_all("Meeting Automation", fields=["name", "built_in"])}
	return [(keys[each.automation], each.target, each.due_at) for each in actions(booking, status=status)]


def book(page, meeting_type, start=NINE, **fields):
	return door.book(payload(page, meeting_type, start, **fields), NOW)


class TestPlanned:
	def test_a_day_and_an_hour_before_for_everybody_and_a_thank_you_after(self, page):
		booking = book(page, make_meeting_type(page), guests=["bob@guests.example"])
		attendee = booking.attendee.email
		assert planned(booking.id) == [
			("attendee_reminder", attendee, NINE - DAY),
			("attendee_reminder", "bob@guests.example", NINE - DAY),
			("host_reminder", page.user, NINE - DAY),
			("attendee_reminder", attendee, NINE - HOUR),
			("attendee_reminder", "bob@guests.example", NINE - HOUR),
			("host_reminder", page.user, NINE - HOUR),
			("attendee_thanks", attendee, NINE + 1800 + HOUR),
		]

	def test_not_for_a_moment_that_is_past_at_booking(self, page):
		booking = book(page, make_meeting_type(page), start=NOW + 3 * HOUR)
		assert {due for key, _to, due in planned(booking.id) if key != "attendee_thanks"} == {NOW + 2 * HOUR}

	@pytest.mark.parametrize(("minutes", "is_reminded"), [(29, False), (30, True)])
	def test_not_minutes_after_the_confirmation(self, page, minutes, is_reminded):
		booking = book(page, make_meeting_type(page, reminders=str(180 - minutes)), start=NOW + 3 * HOUR)
		assert ("host_reminder" in {key for key, _to, _due in planned(booking.id)}) is is_reminded

	def test_not_minutes_after_a_request_is_confirmed(self, page):
		booking = book(page, make_meeting_type(page, requires_confirmation=1, reminders="60"))
		bookings.confirm(booking.id, NINE - HOUR - 600)
		assert {key for key, _to, _due in planned(booking.id)} == {"attendee_thanks"}

	def test_still_minutes_after_a_later_change(self, page):
		booking = book(page, make_meeting_type(page, reminders="60"), guests=["bob@guests.example"])
		bookings.update_guests_by_token(token_of(booking), [], NINE - HOUR - 600)
		assert "host_reminder" in {key for key, _to, _due in planned(booking.id)}

	def test_at_the_times_of_the_meeting_type(self, page):
		booking = book(page, make_meeting_type(page, reminders="30, 2880"))
		assert {due for key, _to, due in planned(booking.id) if key == "host_reminder"} == {NINE - 1800, NINE - 2 * DAY}

	def test_not_at_all_if_the_meeting_type_says_0(self, page):
		booking = book(page, make_meeting_type(page, reminders="0"))
		assert {key for key, _to, _due in planned(booking.id)} == {"attendee_thanks"}

	def test_once_a_request_is_confirmed(self, page):
		booking = book(page, make_meeting_type(page, requires_confirmation=1))
		assert planned(booking.id) == []
		bookings.confirm(booking.id, NOW)
		assert len(planned(booking.id)) == 5

	def test_before_the_first_day_of_a_multi_day_meeting(self, page):
		meeting_type = make_meeting_type(page, number_of_days=2)
		booking = book(page, meeting_type, start=at("2026-03-04 09:00"))
		assert min(due for _key, _to, due in planned(booking.id)) == at("2026-03-03 09:00")

	def test_by_text_message_if_there_is_a_number_and_the_site_sends_them(self, page):
		booking = book(page, make_meeting_type(page), attendee_phone="+49 30 123456")
		texts = [(key, to) for key, to, _due in planned(booking.id) if key == "attendee_reminder_text"]
		assert texts == [("attendee_reminder_text", "+49 30 123456")] * 2

	@pytest.mark.parametrize("typed", ["a day", "1440; 60", "-60", "43201", "1e3"])
	def test_a_list_that_makes_no_sense_is_refused(self, page, typed):
		with pytest.raises(InvalidRequest, match="Reminders are minutes"):
			make_meeting_type(page, reminders=typed)


class TestFollowingTheBooking:
	def test_a_cancellation_skips_them(self, page):
		booking = book(page, make_meeting_type(page))
		bookings.cancel_by_token(token_of(booking), "", NOW)
		assert planned(booking.id) == []

	def test_a_move_takes_them_along(self, page):
		booking = book(page, make_meeting_type(page))
		moved = bookings.reschedule_by_host(booking.id, RescheduleRequest(start=NINE + DAY), NOW)
		assert planned(booking.id) == []
		assert min(due for _key, _to, due in planned(moved.id)) == NINE
		assert len(planned(moved.id)) == 5

	def test_a_new_host_is_reminded_instead_of_the_old_one(self, page):
		team = [make_user("Ann"), make_user("Ben")]
		pool = make_meeting_type(make_team_page(team), assignment="Round Robin")
		booking = door.book(payload(page_of(pool), pool, NINE), NOW)
		bookings.reassign(booking.id, team[1], NOW)
		assert {to for key, to, _due in planned(booking.id) if key == "host_reminder"} == {team[1]}

	def test_a_no_show_stops_the_thank_you_and_gets_a_message(self, page):
		booking = book(page, make_meeting_type(page))
		bookings.mark_no_show(booking.id, "", NINE + 2000)
		assert sorted(key for key, _to, _due in planned(booking.id)) == ["attendee_no_show", "host_no_show_todo"]

	def test_a_no_show_that_is_taken_back_gets_the_thank_you_again(self, page):
		booking = book(page, make_meeting_type(page))
		bookings.mark_no_show(booking.id, "", NINE + 2000)
		bookings.complete(booking.id, NINE + 2100)
		assert "attendee_thanks" in [key for key, _to, _due in planned(booking.id)]


@pytest.mark.usefixtures("commit_clean")
class TestSent:
	def run(self, booking, instant):
		deliver(booking, instant)
		return [each.target for each in actions(booking, status="Sent") if each.done_at == instant]

	@pytest.mark.long
	def test_each_at_its_time_and_once(self, page, outgoing_mail):
		booking = book(page, make_meeting_type(page))
		assert self.run(booking.id, NOW) == []
		assert sorted(self.run(booking.id, NINE - DAY)) == sorted([booking.attendee.email, page.user])
		assert self.run(booking.id, NINE - DAY + 60) == []
		assert len(self.run(booking.id, NINE - HOUR)) == 2

	def test_a_reminder_that_comes_after_the_start_is_not_sent(self, page, outgoing_mail):
		booking = book(page, make_meeting_type(page, reminders="60"))
		assert self.run(booking.id, NINE) == []
		assert {each.error for each in actions(booking.id, status="Skipped")} == {"Its moment has passed."}

	@pytest.mark.long
	def test_in_the_readers_language_and_zone_without_an_invitation(self, page, outgoing_mail):
		booking = book(page, make_meeting_type(page, reminders="60"), language="de", timezone="Europe/Berlin")
		deliver(booking.id, NINE - HOUR)
		(to_attendee,) = actions(booking.id, target=booking.attendee.email, status="Sent")
		mail = frappe.get_doc("Email Queue", to_attendee.external_id)
		assert "10:00" in mail.message
		assert "Erinnerung" in mail.message
		assert "text/calendar" not in mail.message

	@pytest.mark.long
	def test_a_host_is_reminded_once_of_a_session(self, page, outgoing_mail):
		workshop = make_meeting_type(page, seats=5, reminders="60")
		first, second = book(page, workshop), book(page, workshop)
		for each in (first, second):
			deliver(each.id, NINE - HOUR)
		of_host = [each.status for one in (first, second) for each in actions(one.id, target=page.user)]
		assert sorted(of_host) == ["Sent", "Skipped"]

	@pytest.mark.long
	def test_if_the_first_of_a_session_is_cancelled_the_next_one_reminds_the_host(self, page, outgoing_mail):
		workshop = make_meeting_type(page, seats=5, reminders="60")
		first, second = book(page, workshop), book(page, workshop)
		bookings.cancel_by_token(token_of(first), "", NOW)
		deliver(second.id, NINE - HOUR)
		assert [each.status for each in actions(second.id, target=page.user)] == ["Sent"]


class TestTheAppsOwnMessages:
	@pytest.fixture
	def confirmation(self):
		return frappe.get_doc("Meeting Automation", {"built_in": "attendee_confirmed"})

	def test_can_be_switched_off(self, page, confirmation):
		confirmation.update({"is_active": 0}).save()
		booking = book(page, make_meeting_type(page))
		purposes = frappe.get_all("Outbox Task", {"booking": booking.id}, pluck="purpose")
		assert "host_confirmed" in purposes
		assert "attendee_confirmed" not in purposes

	def test_are_never_sent_a_second_time_by_the_list(self, page):
		booking = book(page, make_meeting_type(page))
		by_automations = {key for key, _to, _due in planned(booking.id)}
		assert by_automations.isdisjoint({"attendee_confirmed", "host_confirmed"})

	def test_can_not_be_deleted_or_sent_to_somebody_else(self, confirmation):
		with pytest.raises(NotPermitted):
			confirmation.delete()
		with pytest.raises(InvalidRequest):
			confirmation.update({"recipient": "Hosts"}).save()

	def test_keep_an_admins_choice_when_the_app_is_updated(self, confirmation):
		confirmation.update({"is_active": 0, "title": "Ours"}).save()
		after_migrate()
		confirmation.reload()
		assert (confirmation.is_active, confirmation.title) == (0, "Ours")
