"""Bookings in the hosts' own calendars, written by the outbox into a real CalDAV server."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.availability.calendar_entries import find_conflicts
from scheduler_integration.calendars.mirror.plan import plan_upcoming
from scheduler_integration.calendars.sync import sync
from scheduler_integration.meetings.sessions import host_uid
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.calendar_servers import calendar_of, times
from tests.support.calendars import HOUR, NINE, NOW, book, connected, deliver
from tests.support.factories import make_meeting_type, make_page, make_team_page, make_user, payload

pytestmark = pytest.mark.xdist_group("calendar-servers")


@pytest.fixture
def caldav(radicale_calendar):
	return radicale_calendar


@pytest.fixture
def page(commit_clean):
	page = make_page()
	make_meeting_type(page, duration_minutes=60, location_type="In Person", location_details="Room 1")
	return page


@pytest.fixture
def connection(page, connect, caldav):
	return connected(connect, page.user, caldav)


def cancel(booking, now=NOW):
	bookings.cancel_by_token(manage_token(booking), "Ill", now)


def states(booking):
	tasks = frappe.get_all("Outbox Task", {"booking": booking.name, "kind": "calendar_event"}, ["status", "error"])
	return [(task.status, task.error) for task in tasks]


@pytest.mark.long
def test_a_booking_is_written_and_cancelled(page, connection, caldav):
	booking = book(page, attendee_company="Analytical Engines")
	deliver()
	(name,) = caldav.names()
	text = caldav.get(name).replace("\r\n ", "")
	assert booking.subject in text
	assert "Ada Lovelace" in text
	assert "Analytical Engines" in text
	assert "LOCATION:Room 1" in text
	assert "DTSTART:20260302T090000Z" in text
	assert "/scheduling" in text
	assert f"UID:{booking.ical_uid}" in text
	cancel(booking)
	deliver(NOW + 60)
	assert caldav.names() == []


def test_the_event_is_in_its_hosts_language(page, connection, caldav):
	frappe.db.set_value("User", page.user, "language", "de")
	book(page)
	deliver()
	(name,) = caldav.names()
	assert "Termin öffnen: " in caldav.get(name).replace("\r\n ", "")


@pytest.mark.long
def test_its_own_event_never_blocks_a_booking(page, connection, caldav, as_user):
	booking = book(page)
	deliver()
	assert sync(connection.name, NOW + HOUR, full=True).error is None
	assert sync(connection.name, NOW + HOUR).error is None
	with as_user(page.user):
		assert not find_conflicts(NINE, NINE + HOUR, page.user, booking.name, NOW + HOUR).has_conflict
		(entry,) = find_conflicts(NINE, NINE + HOUR, page.user, None, NOW + HOUR).conflicts
		assert entry.doctype == "Booking"


@pytest.mark.long
def test_an_invitation_in_the_hosts_calendar_does_not_block_either(page, connection, caldav):
	booking = book(page)
	event = f"BEGIN:VEVENT\nUID:{booking.ical_uid}\nDTSTAMP:20260301T000000Z\n{times(NINE, NINE + HOUR)}\nEND:VEVENT"
	caldav.put_raw("from-mail", calendar_of(event))
	sync(connection.name, NOW + HOUR)
	assert not frappe.db.exists("Calendar Busy Time", {"user": page.user})
	deliver()
	assert caldav.names() == ["from-mail"]


def test_an_invitation_to_a_session_does_not_block_its_host(page, connection, caldav):
	workshop = make_meeting_type(page, title="Workshop", duration_minutes=60, seats=5)
	booking = frappe.get_doc("Booking", door.book(payload(page, workshop, NINE), NOW).id)
	frappe.db.commit()
	event = f"BEGIN:VEVENT\nUID:{host_uid(booking, page.user)}\nDTSTAMP:20260301T000000Z\n{times(NINE, NINE + HOUR)}\nEND:VEVENT"
	caldav.put_raw("from-mail", calendar_of(event))
	sync(connection.name, NOW + HOUR)
	assert not frappe.db.exists("Calendar Busy Time", {"user": page.user})


def test_a_meeting_of_somebody_else_blocks_although_it_is_a_booking(page, connection, caldav):
	"""The host is an attendee of a colleague's booking."""
	other = make_page()
	make_meeting_type(other)
	theirs = book(other)
	event = f"BEGIN:VEVENT\nUID:{theirs.ical_uid}\nDTSTAMP:20260301T000000Z\n{times(NINE, NINE + HOUR)}\nEND:VEVENT"
	caldav.put_raw("invited", calendar_of(event))
	sync(connection.name, NOW + HOUR)
	assert frappe.db.exists("Calendar Busy Time", {"user": page.user})


@pytest.mark.long
def test_running_a_task_again_changes_nothing(page, connection, caldav):
	booking = book(page)
	deliver()
	frappe.db.set_value("Outbox Task", {"booking": booking.name, "kind": "calendar_event"}, "status", "Pending")
	deliver(NOW + 60)
	assert len(caldav.names()) == 1
	assert states(booking) == [("Sent", None)]


@pytest.mark.long
def test_an_answer_that_got_lost_heals(page, connection, caldav):
	"""The event exists, and the record says it was only planned."""
	booking = book(page)
	deliver()
	frappe.db.set_value(
		"Mirrored Event", {"booking": booking.name}, {"state": "Planned", "external_id": None, "etag": None}
	)
	frappe.db.set_value("Outbox Task", {"booking": booking.name, "kind": "calendar_event"}, "status", "Pending")
	deliver(NOW + 60)
	assert len(caldav.names()) == 1
	assert frappe.db.get_value("Mirrored Event", {"booking": booking.name}, "state") == "Stored"


@pytest.mark.long
def test_a_reassigned_booking_changes_calendars(commit_clean, connect, radicale_server, xandikos_server):
	for server in (radicale_server, xandikos_server):
		for name in server.names():
			server.delete(name)
	jane, tom = make_user("Jane"), make_user("Tom")
	page = make_team_page([jane, tom])
	make_meeting_type(page, assignment="Round Robin")
	connected(connect, jane, radicale_server)
	connected(connect, tom, xandikos_server)
	booking = book(page)
	deliver()
	servers = {jane: radicale_server, tom: xandikos_server}
	other = tom if booking.host == jane else jane
	assert len(servers[booking.host].names()) == 1
	assert servers[other].names() == []
	bookings.reassign(booking.name, other, NOW)
	deliver(NOW + 60)
	assert servers[booking.host].names() == []
	assert len(servers[other].names()) == 1


@pytest.mark.long
def test_a_session_is_written_once(commit_clean, connect, caldav):
	page = make_page()
	make_meeting_type(page, seats=3, duration_minutes=60)
	connected(connect, page.user, caldav)
	first = book(page, attendee_name="Ada Lovelace")
	second = book(page, attendee_name="Grace Hopper")
	deliver()
	(name,) = caldav.names()
	assert "Ada" in caldav.get(name)
	assert "Grace" in caldav.get(name)
	cancel(first)
	deliver(NOW + 60)
	assert caldav.names() == [name]
	assert "Ada" not in caldav.get(name)
	cancel(second)
	deliver(NOW + 120)
	assert caldav.names() == []


@pytest.mark.long
def test_each_day_of_a_multi_day_meeting_is_written(commit_clean, connect, caldav):
	page = make_page()
	make_meeting_type(page, number_of_days=3, duration_minutes=60)
	connected(connect, page.user, caldav)
	booking = book(page)
	deliver()
	assert len(caldav.names()) == 3
	texts = "".join(caldav.get(name) for name in caldav.names())
	assert all(f"DTSTART:2026030{day}T090000Z" in texts for day in (2, 3, 4))
	cancel(booking)
	deliver(NOW + 60)
	assert caldav.names() == []


@pytest.mark.long
def test_an_event_that_the_host_changed_there_gets_the_bookings_time_back(page, connection, caldav):
	booking = book(page)
	deliver()
	(name,) = caldav.names()
	caldav.put_raw(name, caldav.get(name).replace("090000Z", "110000Z").replace("100000Z", "120000Z"))
	plan_upcoming(page.user, NOW)
	deliver(NOW + 60)
	assert "DTSTART:20260302T090000Z" in caldav.get(name)
	assert states(booking) == [("Sent", None)]


@pytest.mark.long
def test_an_event_that_the_host_deleted_there_stays_deleted(page, connection, caldav):
	booking = book(page)
	deliver()
	caldav.delete(caldav.names()[0])
	plan_upcoming(page.user, NOW)
	deliver(NOW + 60)
	assert caldav.names() == []
	assert frappe.db.get_value("Mirrored Event", {"booking": booking.name}, "state") == "Deleted there"
	plan_upcoming(page.user, NOW)
	deliver(NOW + 120)
	assert caldav.names() == []
	assert frappe.db.get_value("Booking", booking.name, "status") == "Scheduled"


@pytest.mark.long
def test_an_event_that_the_host_deleted_comes_back_with_another_time(page, connection, caldav):
	booking = book(page)
	deliver()
	caldav.delete(caldav.names()[0])
	plan_upcoming(page.user, NOW)
	deliver(NOW + 60)
	bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(NINE + 4 * HOUR), NOW)
	deliver(NOW + 120)
	(name,) = caldav.names()
	assert "DTSTART:20260302T130000Z" in caldav.get(name)


def test_a_refused_password_waits_for_the_reconnection(page, connection, caldav):
	connection.reload()
	connection.update({"password": "wrong"}).save()
	booking = book(page)
	deliver()
	((status, error),) = states(booking)
	assert status == "Pending"
	assert error
	assert frappe.db.get_value("Calendar Connection", connection.name, "status") == "Reconnect needed"
	connection.reload()
	connection.update({"password": caldav.password}).save()
	assert sync(connection.name, NOW + HOUR).error is None
	deliver(NOW + HOUR)
	assert len(caldav.names()) == 1


@pytest.mark.long
def test_trouble_in_the_former_calendar_is_noted_there_only(page, connection, caldav, connect, xandikos_server):
	"""The event must leave an account whose password was revoked; the new account works."""
	for name in xandikos_server.names():
		xandikos_server.delete(name)
	booking = book(page)
	deliver()
	other = connect(page.user, "CalDAV", xandikos_server.address, xandikos_server.login, xandikos_server.password)
	assert sync(other.name, NOW).error is None
	connection.reload()
	connection.update({"password": "wrong"}).save()
	other.reload()
	next(row for row in other.calendars if row.can_write).write_bookings = 1
	other.save()
	deliver(NOW + 60)
	assert len(xandikos_server.names()) == 1
	assert frappe.db.get_value("Calendar Connection", connection.name, "status") == "Reconnect needed"
	assert frappe.db.get_value("Calendar Connection", other.name, "status") == "Connected"
	((status, _error),) = states(booking)
	assert status == "Pending"
	connection.reload()
	connection.update({"password": caldav.password}).save()
	deliver(NOW + 2 * HOUR)
	assert caldav.names() == []
	assert states(booking) == [("Sent", None)]


def test_a_calendar_that_is_chosen_later_gets_the_coming_bookings(page, connect, caldav):
	book(page)
	deliver()
	connected(connect, page.user, caldav)
	deliver(NOW + 60)
	assert len(caldav.names()) == 1


@pytest.mark.long
def test_a_host_with_a_calendar_gets_no_calendar_file_by_mail(page, connection, caldav, outgoing_mail):
	booking = book(page)
	deliver()
	mails = frappe.get_all("Email Queue", {"reference_name": booking.name}, ["name", "message", "attachments"])
	assert mails
	files = {
		frappe.db.get_value("Email Queue Recipient", {"parent": mail.name}, "recipient"): "invite.ics"
		in ((mail.attachments or "") + (mail.message or ""))
		for mail in mails
	}
	host = frappe.db.get_value("User", page.user, "email")
	assert files[host] is False
	assert files[booking.attendee_email] is True


@pytest.mark.long
def test_a_rescheduled_booking_keeps_its_event(page, connection, caldav):
	booking = book(page)
	deliver()
	(name,) = caldav.names()
	bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(NINE + 4 * HOUR), NOW)
	deliver(NOW + 60)
	assert caldav.names() == [name]
	assert "DTSTART:20260302T130000Z" in caldav.get(name)


@pytest.mark.long
def test_an_attendee_who_leaves_a_session_gets_an_event_of_their_own(commit_clean, connect, caldav):
	page = make_page()
	make_meeting_type(page, seats=3, duration_minutes=60)
	connected(connect, page.user, caldav)
	staying = book(page, attendee_name="Ada Lovelace")
	leaving = book(page, attendee_name="Grace Hopper")
	deliver()
	(name,) = caldav.names()
	bookings.reschedule_by_token(manage_token(leaving), RescheduleRequest(NINE + 4 * HOUR), NOW)
	deliver(NOW + 60)
	assert len(caldav.names()) == 2
	assert "Grace" not in caldav.get(name)
	assert "DTSTART:20260302T090000Z" in caldav.get(name)
	cancel(staying)
	deliver(NOW + 120)
	(other,) = caldav.names()
	assert "Grace" in caldav.get(other)
