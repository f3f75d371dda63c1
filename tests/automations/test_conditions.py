"""Automations that wait after a change, those with conditions at their moment, and those that are started by hand."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.notifications.automations.plan import fire
from scheduler_integration.notifications.rules import built_in
from tests.support import door
from tests.support.api import call
from tests.support.factories import at, make_meeting_type, payload, token_of
from tests.support.outbox import actions, deliver

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2026-03-02 06:00")
NINE, FRIDAY = at("2026-03-05 09:00"), at("2026-03-06 09:00")
HOUR, DAY = 3600, 86400


def book(page, start=NINE, now=NOW, **fields):
	return door.book(payload(page, make_meeting_type(page), start, **fields), now)


def automate(**fields):
	values = {"title": "Test", "trigger": "Booked", "channel": "To-do", "text": "Look at {{ attendee_name }}", **fields}
	return frappe.get_doc({"doctype": "Meeting Automation", **values}).insert()


@pytest.fixture
def _wins_back(commit_clean):
	"""Switch the message on, and off again: it is committed, and other tests count messages."""
	row = frappe.get_doc("Meeting Automation", built_in("attendee_win_back").name)
	row.update({"is_active": 1}).save()
	yield
	frappe.db.rollback()
	row.reload().update({"is_active": 0}).save()
	frappe.db.commit()


def todos(booking):
	fields = ["description", "priority", "date", "allocated_to"]
	return frappe.get_all("ToDo", {"reference_name": booking}, fields)


class TestDelay:
	def test_the_action_waits_after_the_change(self, page):
		automation = automate(minutes=120)
		booking = book(page)
		(task,) = actions(booking.id, automation=automation.name)
		assert task.due_at == NOW + 2 * HOUR
		deliver(booking.id, NOW + HOUR)
		assert todos(booking.id) == []
		deliver(booking.id, NOW + 2 * HOUR)
		assert len(todos(booking.id)) == 1

	def test_a_cancellation_meanwhile_stops_it(self, page):
		automate(minutes=120)
		booking = book(page)
		bookings.cancel_by_token(token_of(booking), "", NOW + HOUR)
		deliver(booking.id, NOW + 3 * HOUR)
		assert todos(booking.id) == []


class TestWinBack:
	def cancel(self, page, by_host=False):
		booking = book(page, attendee_email="ada@guests.example")
		if by_host:
			bookings.cancel_by_host(booking.id, "", NOW + HOUR)
		else:
			bookings.cancel_by_token(token_of(booking), "", NOW + HOUR)
		return booking

	def task(self, booking):
		return actions(booking.id, automation=built_in("attendee_win_back").name)

	def test_is_off_at_first(self, page):
		booking = book(page)
		bookings.cancel_by_token(token_of(booking), "", NOW + HOUR)
		assert self.task(booking) == []

	@pytest.mark.usefixtures("_wins_back", "outgoing_mail")
	def test_writes_three_days_after_an_attendee_has_cancelled(self, page):
		booking = self.cancel(page)
		(task,) = self.task(booking)
		assert task.due_at == NOW + HOUR + 3 * DAY
		deliver(booking.id, NOW + HOUR + 3 * DAY)
		(task,) = self.task(booking)
		assert task.status == "Sent"

	@pytest.mark.usefixtures("_wins_back")
	def test_not_if_the_host_has_cancelled(self, page):
		assert self.task(self.cancel(page, by_host=True)) == []

	@pytest.mark.long
	@pytest.mark.usefixtures("_wins_back", "outgoing_mail")
	def test_not_if_the_attendee_has_booked_again(self, page):
		booking = self.cancel(page)
		book(page, FRIDAY, NOW + DAY, attendee_email="ada@guests.example")
		deliver(booking.id, NOW + HOUR + 3 * DAY)
		(task,) = self.task(booking)
		assert (task.status, task.error) == ("Skipped", "The attendee has booked again.")


def test_a_message_for_who_hasnt_confirmed_is_skipped_for_who_has(page):
	automation = automate(trigger="Before Start", minutes=60, not_reconfirmed_only=1)
	silent, confirmed = book(page), book(page, FRIDAY)
	bookings.reconfirm(token_of(confirmed), NOW + HOUR)
	for booking in (silent, confirmed):
		deliver(booking.id, FRIDAY - HOUR if booking is confirmed else NINE - HOUR)
	found = {each.id: actions(each.id, automation=automation.name)[0].status for each in (silent, confirmed)}
	assert (found[silent.id], found[confirmed.id]) == ("Sent", "Skipped")


def test_a_host_follows_up_a_no_show_on_the_next_working_day(page):
	booking = book(page, FRIDAY, attendee_name="Ada Lovelace")
	bookings.mark_no_show(booking.id, "", FRIDAY + HOUR)
	deliver(booking.id, FRIDAY + HOUR)
	(todo,) = todos(booking.id)
	# Friday is 6 March, so Monday is the ninth.
	assert (todo.priority, str(todo.date), todo.allocated_to) == ("High", "2026-03-09", page.user)
	assert "Ada Lovelace" in todo.description


class TestFire:
	def test_starts_an_automation_of_any_trigger(self, page):
		automation = automate(trigger="Completed")
		booking = book(page)
		assert fire(automation.name, booking.id, NOW) == 1
		deliver(booking.id, NOW)
		assert len(todos(booking.id)) == 1

	def test_each_time_again(self, page):
		automation = automate(trigger="Completed")
		booking = book(page)
		for _each in range(2):
			fire(automation.name, booking.id, NOW)
		deliver(booking.id, NOW)
		assert len(todos(booking.id)) == 2

	def test_over_the_api_for_managers(self, page):
		automation, booking = automate(), book(page)
		status, body = call("automations.fire", name=automation.name, booking=booking.id)
		assert (status, body["data"]) == (200, {"planned": 1})
		status, _body = call("automations.fire", page.user, name=automation.name, booking=booking.id)
		assert status == NotPermitted.http_status_code

	@pytest.mark.parametrize("name", ["", "nothing"])
	def test_no_such_automation(self, page, name):
		with pytest.raises(InvalidRequest):
			fire(name, book(page).id, NOW)

	def test_no_such_booking_and_none_that_is_off(self, page):
		with pytest.raises(InvalidRequest):
			fire(automate().name, "nothing", NOW)
		with pytest.raises(InvalidRequest):
			fire(automate(is_active=0).name, book(page).id, NOW)
