"""A host changes a booking's event in their own calendar: the app notices it, tells them, and follows if they want that."""

import frappe
import pytest
from frappe.utils.password import update_password

from scheduler_integration import bookings, jobs
from scheduler_integration.calendars.mirror.calendar_changes import changes_of, changes_of_booking, untold_changes
from scheduler_integration.calendars.sync import sync
from scheduler_integration.platform import clock
from tests.support import door
from tests.support.calendars import HOUR, NINE, NOW, book, connected, deliver
from tests.support.factories import make_meeting_type, make_user, payload

PASSWORD = "calendars-of-jane-1"

pytestmark = pytest.mark.xdist_group("calendar-servers")


@pytest.fixture
def caldav(radicale_calendar):
	return radicale_calendar


@pytest.fixture
def connection(page, connect, caldav):
	return connected(connect, page.user, caldav)


@pytest.fixture
def booking(page, connection, outgoing_mail):
	made = book(page)
	deliver()
	assert sync(connection.name, NOW + 60).error is None
	assert changes_of(page.user, NOW) == []
	return made


def switch(connection, **fields):
	connection.reload()
	connection.update(fields).save()
	frappe.db.commit()


def move_there(caldav, since="090000Z", to="130000Z"):
	(name,) = caldav.names()
	text = caldav.get(name)
	caldav.put_raw(name, text.replace("DTEND:20260302T100000Z", "DTEND:20260302T140000Z").replace(since, to))


def told(booking):
	subject = f"In your calendar: {booking.subject}"
	return [each for each in frappe.get_all("Email Queue", pluck="message") if subject[:30] in each.replace("\n", "")]


def status(booking):
	return frappe.db.get_value("Booking", booking.name, "status")


@pytest.mark.long
def test_a_deleted_event_is_shown_and_the_booking_stays(page, connection, booking, caldav):
	caldav.delete(caldav.names()[0])
	sync(connection.name, NOW + HOUR)
	(change,) = changes_of(page.user, NOW)
	assert (change.booking, change.is_deleted, change.acts) == (booking.name, True, False)
	jobs.follow_calendars(NOW + HOUR)
	assert status(booking) == "Scheduled"
	assert (
		len(frappe.get_all("Email Queue", {"reference_name": booking.name, "message": ["like", "%In your calendar%"]}))
		== 1
	)
	jobs.follow_calendars(NOW + HOUR)
	assert (
		len(frappe.get_all("Email Queue", {"reference_name": booking.name, "message": ["like", "%In your calendar%"]}))
		== 1
	)


def changes_shown(client, user, booking):
	client.login(user, PASSWORD)
	answer = client.call("scheduler_integration.api.calendars.changes", "GET", booking=booking.name)
	client.call("logout", "POST")
	return answer.json()["data"]["changes"] if answer.ok else answer.status_code


@pytest.mark.long
def test_a_booking_says_what_was_done_to_its_event(client, page, connection, booking, caldav):
	"""To its host and to managers. The event moved in real time: the desk shows bookings to come only."""
	frappe.db.set_value("Mirrored Event", {"booking": booking.name}, "ends_at", clock.now() + HOUR)
	move_there(caldav)
	sync(connection.name, NOW + HOUR)
	manager = make_user("Mia", roles=("Scheduling Manager",), new_password=PASSWORD)
	stranger = make_user("Eve", new_password=PASSWORD)
	update_password(page.user, PASSWORD)
	frappe.db.commit()
	(change,) = changes_shown(client, page.user, booking)
	assert (change["event"], change["starts_at"]) == ("moved", "2026-03-02T13:00:00+00:00")
	assert changes_shown(client, manager, booking) == [change]
	assert changes_shown(client, stranger, booking) == 403
	assert changes_of_booking(booking.name, stranger, NOW) == [], "of the host's calendar, another host learns nothing"


@pytest.mark.long
def test_a_deleted_event_is_noticed_by_a_full_reading(page, connection, booking, caldav):
	caldav.delete(caldav.names()[0])
	sync(connection.name, NOW + HOUR, full=True)
	(change,) = changes_of(page.user, NOW)
	assert change.is_deleted


@pytest.mark.long
def test_an_event_that_was_deleted_before_it_was_ever_read_is_noticed_too(page, connection, booking, caldav):
	"""A server that only says what changed since the last time needn't mention it."""
	soon_gone = book(page, NINE + 4 * HOUR)
	before = set(caldav.names())
	deliver(NOW + HOUR)
	[name] = set(caldav.names()) - before
	caldav.delete(name)
	sync(connection.name, NOW + 2 * HOUR)
	(change,) = changes_of(page.user, NOW)
	assert (change.booking, change.is_deleted) == (soon_gone.name, True)


@pytest.mark.long
def test_deleting_cancels_if_the_host_wants_that(page, connection, booking, caldav):
	switch(connection, delete_cancels=1)
	caldav.delete(caldav.names()[0])
	sync(connection.name, NOW + HOUR)
	jobs.follow_calendars(NOW + HOUR)
	assert status(booking) == "Cancelled"
	assert frappe.session.user == "Administrator"


@pytest.mark.long
def test_deleting_the_event_of_a_session_cancels_nobody(page, connection, caldav):
	"""One event stands for the bookings of several people. The host cancels them where they are told why."""
	workshop = make_meeting_type(page, title="Workshop", duration_minutes=60, seats=3)
	attendee = frappe.get_doc("Booking", door.book(payload(page, workshop, NINE), NOW).id)
	deliver()
	switch(connection, delete_cancels=1)
	caldav.delete(caldav.names()[0])
	sync(connection.name, NOW + HOUR)
	(change,) = changes_of(page.user, NOW)
	assert (change.booking, change.is_deleted, change.acts) == (attendee.name, True, False)
	jobs.follow_calendars(NOW + HOUR)
	assert status(attendee) == "Scheduled"


@pytest.mark.long
def test_a_moved_event_is_shown_and_the_booking_stays(page, connection, booking, caldav):
	move_there(caldav)
	sync(connection.name, NOW + HOUR)
	(change,) = changes_of(page.user, NOW)
	assert (change.starts_at, change.ends_at) == (NINE + 4 * HOUR, NINE + 5 * HOUR)
	jobs.follow_calendars(NOW + HOUR)
	assert status(booking) == "Scheduled"
	move_back = caldav.get(caldav.names()[0]).replace("130000Z", "090000Z").replace("140000Z", "100000Z")
	caldav.put_raw(caldav.names()[0], move_back)
	sync(connection.name, NOW + 2 * HOUR)
	assert changes_of(page.user, NOW) == []


@pytest.mark.long
def test_who_was_told_of_a_move_is_told_again_only_of_another_one(page, connection, booking, caldav):
	move_there(caldav)
	sync(connection.name, NOW + HOUR)
	jobs.follow_calendars(NOW + HOUR)
	assert untold_changes(NOW) == []
	(name,) = caldav.names()
	caldav.put_raw(name, caldav.get(name).replace("DTEND:20260302T140000Z", "DTEND:20260302T150000Z"))
	sync(connection.name, NOW + 2 * HOUR)
	(change,) = changes_of(page.user, NOW)
	assert (change.ends_at, untold_changes(NOW)) == (NINE + 6 * HOUR, [])
	caldav.put_raw(name, caldav.get(name).replace("DTSTART:20260302T130000Z", "DTSTART:20260302T120000Z"))
	sync(connection.name, NOW + 3 * HOUR)
	assert [each.starts_at for each in untold_changes(NOW)] == [NINE + 3 * HOUR]


@pytest.mark.long
def test_the_event_of_a_cancelled_booking_is_no_difference(page, connection, booking, caldav):
	move_there(caldav)
	sync(connection.name, NOW + HOUR)
	assert len(changes_of(page.user, NOW)) == len(untold_changes(NOW)) == 1
	bookings.cancel_by_token(booking_token(booking), "Ill", NOW + 2 * HOUR)
	assert changes_of(page.user, NOW) == untold_changes(NOW) == []


@pytest.mark.long
def test_moving_reschedules_if_the_host_wants_that(page, connection, booking, caldav):
	switch(connection, move_reschedules=1)
	move_there(caldav)
	sync(connection.name, NOW + HOUR)
	jobs.follow_calendars(NOW + HOUR)
	assert status(booking) == "Rescheduled"
	new = frappe.get_doc("Booking", {"rescheduled_from": booking.name})
	assert new.starts_at == NINE + 4 * HOUR
	deliver(NOW + HOUR + 60)
	assert len(caldav.names()) == 1
	sync(connection.name, NOW + 2 * HOUR)
	assert changes_of(page.user, NOW) == []


@pytest.mark.long
def test_a_move_into_another_meeting_is_not_followed(page, connection, booking, caldav):
	switch(connection, move_reschedules=1)
	other = book(page, NINE + 4 * HOUR)
	move_there(caldav)
	sync(connection.name, NOW + HOUR)
	jobs.follow_calendars(NOW + HOUR)
	assert (status(booking), status(other)) == ("Scheduled", "Scheduled")
	assert len(changes_of(page.user, NOW)) == 1


@pytest.mark.long
def test_what_we_write_ourselves_is_no_change_of_the_host(page, connection, booking, caldav):
	bookings.cancel_by_token(booking_token(booking), "Ill", NOW + 60)
	deliver(NOW + 120)
	sync(connection.name, NOW + HOUR)
	assert changes_of(page.user, NOW) == []


def booking_token(booking):
	from scheduler_integration.meetings.tokens import manage_token

	return manage_token(booking)
