"""Attendees say that they are coming: asked in reminders, answered with one click, and released if they don't."""

import re

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.bookings.commands.cancel import release_unconfirmed
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.rules import forget_automations
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.clock import to_site_time
from tests.pages.offer import book as book_soon
from tests.pages.offer import in_three_days, make_offer
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload, token_of
from tests.support.html import Page
from tests.support.outbox import deliver

# A Monday, and far away: the server of other tests runs tasks that are due today.
NOW = at("2036-03-03 06:00")
NINE = at("2036-03-06 09:00")
HOUR, DAY = 3600, 86400
REMINDER = "Scheduler: Reminder to the attendee"

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def page():
	return make_page(make_user("Jane"))


def make_asking_type(page, **fields):
	return make_meeting_type(page, asks_to_reconfirm=1, reminders="1440", **fields)


def book(page, kind, made=NOW, start=NINE):
	booking = door.book(payload(page, kind, start), made)
	frappe.db.set_value("Booking", booking.id, "creation", to_site_time(made), update_modified=False)
	frappe.db.commit()
	return booking


def asked(booking, now=NINE - DAY):
	"""Let the reminder leave that asks whether the attendee is coming."""
	deliver(booking.id, now)
	frappe.db.commit()
	return booking


def status(booking):
	return frappe.db.get_value("Booking", booking.id, "status")


def reminder(booking):
	rows = frappe.get_all("Email Queue", {"reference_name": booking.id}, ["message"], order_by="creation desc")
	return next(row.message for row in rows if "coming" in row.message)


class TestAsked:
	@pytest.mark.long
	def test_the_reminder_has_a_link(self, page, outgoing_mail):
		booking = book(page, make_asking_type(page))
		deliver(booking.id, NINE - DAY)
		assert "coming=3D1" in reminder(booking) or "coming=1" in reminder(booking)

	@pytest.mark.long
	def test_opening_the_link_changes_nothing_and_the_button_confirms(self, client):
		booking = book_soon(make_offer(asks_to_reconfirm=1), in_three_days(10))
		address = f"/schedule/manage/{token_of(booking)}"
		opened = Page(client.get(f"{address}?coming=1").text)
		assert [each.get_text() for each in opened.elements("h1")] == ["Are you coming?"]
		assert [each["value"] for each in opened.elements("button")] == ["coming"]
		frappe.db.rollback()
		assert not frappe.db.get_value("Booking", booking.id, "reconfirmed_at")
		told = client.post(address, data={"action": "coming"}, allow_redirects=True).text
		assert [each.get_text() for each in Page(told).elements("h1")] == ["You have confirmed that you are coming"]
		assert not Page(told).elements("button")
		assert "You have confirmed that you are coming" in client.get(address).text
		frappe.db.rollback()
		assert frappe.db.get_value("Booking", booking.id, "reconfirmed_at")

	@pytest.mark.long
	def test_the_link_of_a_meeting_that_is_cancelled_says_so(self, client):
		booking = book_soon(make_offer(asks_to_reconfirm=1), in_three_days(10))
		address = f"/schedule/manage/{token_of(booking)}"
		client.post(address, data={"action": "cancel"})
		assert "This meeting is cancelled" in client.get(f"{address}?coming=1").text

	def test_a_type_that_doesnt_ask_says_nothing(self, page, client):
		booking = book(page, make_meeting_type(page))
		assert "Are you coming?" not in client.get(f"/schedule/manage/{token_of(booking)}").text


class TestWarned:
	@pytest.mark.long
	def test_the_reminder_and_the_page_didnt_say_that_silence_cancels(self, page, client, outgoing_mail):
		booking = book(page, make_asking_type(page, release_unconfirmed_hours=12))
		deliver(booking.id, NINE - DAY)
		assert "Without an answer, the meeting is cancelled 12" in re.sub(r"=?\s+", " ", reminder(booking))
		frappe.db.commit()
		assert "Without an answer" in client.get(f"/schedule/manage/{token_of(booking)}").text

	def test_a_meeting_that_stays_isnt_threatened(self, page, client):
		booking = book(page, make_asking_type(page, release_unconfirmed_hours=12), NINE - 20 * HOUR)
		assert "Without an answer" not in client.get(f"/schedule/manage/{token_of(booking)}").text
		bookings.release_unconfirmed_meetings(NINE - 12 * HOUR)
		assert status(booking) == "Scheduled"


@pytest.mark.usefixtures("outgoing_mail")
class TestReleased:
	@pytest.mark.long
	def test_what_nobody_has_confirmed_is_cancelled_at_the_deadline(self, page):
		booking = asked(book(page, make_asking_type(page, release_unconfirmed_hours=12)))
		bookings.release_unconfirmed_meetings(NINE - 12 * HOUR - 1)
		assert status(booking) == "Scheduled"
		assert bookings.release_unconfirmed_meetings(NINE - 12 * HOUR) == 1
		assert status(booking) == "Cancelled"
		assert bookings.release_unconfirmed_meetings(NINE - 11 * HOUR) == 0

	@pytest.mark.long
	def test_the_time_is_free_again(self, page):
		kind = make_asking_type(page, release_unconfirmed_hours=12)
		asked(book(page, kind))
		bookings.release_unconfirmed_meetings(NINE - 12 * HOUR)
		assert status(book(page, kind, NINE - 11 * HOUR)) == "Scheduled"

	@pytest.mark.long
	def test_who_is_coming_stays(self, page):
		booking = asked(book(page, make_asking_type(page, release_unconfirmed_hours=12)))
		bookings.reconfirm(token_of(booking), NINE - DAY)
		bookings.release_unconfirmed_meetings(NINE - 12 * HOUR)
		assert status(booking) == "Scheduled"

	@pytest.mark.long
	def test_who_has_just_booked_stays(self, page):
		booking = asked(book(page, make_asking_type(page, release_unconfirmed_hours=12), NINE - 30 * HOUR))
		bookings.release_unconfirmed_meetings(NINE - 12 * HOUR)
		assert status(booking) == "Scheduled"

	@pytest.mark.long
	def test_without_a_deadline_nothing_is_released(self, page):
		booking = asked(book(page, make_asking_type(page)))
		bookings.release_unconfirmed_meetings(NINE - HOUR)
		assert status(booking) == "Scheduled"

	@pytest.mark.parametrize("sent", [None, NINE - 13 * HOUR])
	def test_a_meeting_was_cancelled_although_nobody_had_asked_in_time(self, page, sent):
		"""The mail server was down, or the type's reminder left after the deadline."""
		booking = book(page, make_asking_type(page, release_unconfirmed_hours=12))
		if sent:
			asked(booking, sent)
		assert bookings.release_unconfirmed_meetings(NINE - 12 * HOUR) == 0
		assert status(booking) == "Scheduled"

	@pytest.mark.long
	def test_a_meeting_was_cancelled_minutes_before_it_began_because_the_sites_jobs_had_not_run(self, page):
		booking = asked(book(page, make_asking_type(page, release_unconfirmed_hours=12)))
		assert bookings.release_unconfirmed_meetings(NINE - 300) == 0
		release_unconfirmed(booking.id, NINE - 300)
		assert status(booking) == "Scheduled"

	@pytest.mark.long
	def test_a_job_that_is_a_little_late_still_cancels(self, page):
		booking = asked(book(page, make_asking_type(page, release_unconfirmed_hours=12)))
		assert bookings.release_unconfirmed_meetings(NINE - 11 * HOUR) == 1
		assert status(booking) == "Cancelled"

	@pytest.mark.long
	@pytest.mark.parametrize("changes", [{"asks_to_reconfirm": 1}, {}])
	def test_a_meeting_was_cancelled_whose_reminder_had_asked_nothing_or_named_no_deadline(self, page, frozen, changes):
		"""The host switched it on after the reminder had left."""
		kind = make_meeting_type(page, reminders="1440") if changes else make_asking_type(page)
		booking = asked(book(page, kind))
		frozen(NINE - 20 * HOUR)
		kind.reload()
		kind.update({"release_unconfirmed_hours": 12, **changes}).save()
		frappe.db.commit()
		assert bookings.release_unconfirmed_meetings(NINE - 12 * HOUR) == 0
		assert status(booking) == "Scheduled"

	def test_a_guest_or_a_host_who_was_reminded_isnt_the_attendee(self, page):
		booking = book(page, make_asking_type(page, release_unconfirmed_hours=12))
		frappe.db.set_value(
			"Outbox Task", {"booking": booking.id, "target": booking.attendee.email}, "status", "Failed"
		)
		asked(booking)
		assert bookings.release_unconfirmed_meetings(NINE - 12 * HOUR) == 0


@pytest.mark.usefixtures("outgoing_mail")
class TestWhoWasntAsked:
	@pytest.fixture(autouse=True)
	def _as_before(self):
		"""These change records that the installation has made, and commit."""
		kept = frappe.db.get_value("Email Template", REMINDER, "response_html")
		yield
		frappe.db.rollback()
		frappe.get_doc("Email Template", REMINDER).update({"response_html": kept}).save()
		forget_automations()
		frappe.db.commit()

	def word(self, text):
		frappe.get_doc("Email Template", REMINDER).update({"response_html": text}).save()
		frappe.db.commit()

	@pytest.mark.long
	def test_a_reminder_with_an_own_text_that_asked_nothing_cancelled_the_meeting(self, page):
		booking = book(page, make_asking_type(page, release_unconfirmed_hours=12))
		self.word("<p>See you on {{ date }}.</p>")
		asked(booking)
		assert bookings.release_unconfirmed_meetings(NINE - 12 * HOUR) == 0
		assert status(booking) == "Scheduled"

	@pytest.mark.long
	def test_an_own_text_that_asks_counts(self, page):
		self.word('<p>See you on {{ date }}. <a href="{{ reconfirm_link }}">I am coming</a></p>')
		asked(book(page, make_asking_type(page, release_unconfirmed_hours=12)))
		assert bookings.release_unconfirmed_meetings(NINE - 12 * HOUR) == 1

	@pytest.mark.long
	def test_a_moved_meeting_is_asked_about_again(self, page):
		booking = asked(book(page, make_asking_type(page, release_unconfirmed_hours=12)))
		request = RescheduleRequest(NINE + HOUR)
		moved = bookings.reschedule_by_host(booking.id, request, NINE - 20 * HOUR)
		assert not frappe.db.get_value("Booking", moved.id, "reconfirm_asked_at")

	@pytest.mark.parametrize("left", ["text", "nothing"])
	def test_a_type_that_nobody_asks_for_said_so_only_by_cancelling(self, page, left):
		"""Only the text message was on, and replies weren't set up."""
		frappe.get_doc("Meeting Automation", {"built_in": "attendee_reminder"}).update({"is_active": 0}).save()
		if left == "nothing":
			frappe.get_doc("Meeting Automation", {"built_in": "attendee_reminder_text"}).update({"is_active": 0}).save()
		with pytest.raises(InvalidRequest) as refused:
			make_asking_type(page)
		assert "reconfirm_link" in refused.value.details["asks_to_reconfirm"]


def test_a_type_couldnt_be_told_to_cancel_before_it_asks(page):
	with pytest.raises(InvalidRequest) as refused:
		make_asking_type(page, release_unconfirmed_hours=23)
	assert list(refused.value.details) == ["release_unconfirmed_hours"]
	make_asking_type(page, release_unconfirmed_hours=22)
