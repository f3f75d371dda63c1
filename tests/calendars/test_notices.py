"""A host is told once that their times are closed, and managers a day later if nobody helped."""

from email import message_from_string, policy

import frappe
import pytest

from scheduler_integration.calendars.mirror.plan import KIND, PURPOSE
from scheduler_integration.calendars.notices import tell_of_trouble
from scheduler_integration.calendars.sync import sync
from scheduler_integration.outbox import outages
from scheduler_integration.outbox.outcomes import Down
from scheduler_integration.outbox.tasks import Planned, plan
from tests.support.factories import at, fresh, make_page, make_user

NOW = at("2026-03-01 06:00")
HOUR, DAY = 3600, 86400


@pytest.fixture
def connection(commit_clean, connect, feed, outgoing_mail):
	made = connect(make_page().user, "ICS", feed.url)
	sync(made.name, NOW)
	return made


def told(connection):
	mails = frappe.get_all("Email Queue", {"reference_name": connection.name}, pluck="name")
	return (
		sorted(frappe.get_all("Email Queue Recipient", {"parent": ("in", mails)}, pluck="recipient")) if mails else []
	)


def subjects(connection):
	"""Return the subject of each person's mail."""
	mails = frappe.get_all("Email Queue", {"reference_name": connection.name}, ["name", "message"])
	return {
		recipient: message_from_string(mail.message, policy=policy.default)["Subject"]
		for mail in mails
		for recipient in frappe.get_all("Email Queue Recipient", {"parent": mail.name}, pluck="recipient")
	}


def test_refused_access_is_told_to_the_host_at_once_and_once(connection, feed):
	feed.status = 401
	sync(connection.name, NOW + HOUR)
	for minutes in range(3):
		tell_of_trouble(NOW + HOUR + minutes * 60)
	assert told(connection) == [connection.user]


def test_without_a_mail_account_it_is_noted_and_the_others_are_not_held_up(commit_clean, connect, feed):
	names = [connect(make_page().user, "ICS", feed.url).name for _each in range(2)]
	feed.status = 401
	for name in names:
		sync(name, NOW)
	tell_of_trouble(NOW)
	told_at = frappe.get_all("Calendar Connection", {"name": ["in", names]}, pluck="told_host_at")
	assert told_at == [NOW, NOW]


def test_host_and_managers_are_told_in_their_own_languages(connection, feed):
	frappe.db.set_value("User", connection.user, "language", "de")
	manager = make_user("Max", roles=("Scheduling Manager",), language="fr")
	feed.status = 401
	sync(connection.name, NOW + HOUR)
	for seconds in (0, DAY):
		tell_of_trouble(NOW + HOUR + seconds)
	found = subjects(connection)
	assert found[connection.user].endswith("braucht Ihre Aufmerksamkeit")
	assert found[manager].endswith("demande votre attention")


def test_managers_are_told_after_another_day(connection, feed):
	manager = make_user("Max", roles=("Scheduling Manager",))
	feed.status = 401
	sync(connection.name, NOW + HOUR)
	tell_of_trouble(NOW + HOUR)
	tell_of_trouble(NOW + HOUR + DAY - 1)
	assert manager not in told(connection)
	tell_of_trouble(NOW + HOUR + DAY)
	tell_of_trouble(NOW + HOUR + 2 * DAY)
	assert told(connection).count(manager) == 1


def test_an_outage_is_told_when_the_times_close(connection, feed):
	feed.status = 502
	sync(connection.name, NOW + HOUR)
	tell_of_trouble(NOW + 12 * HOUR)
	assert told(connection) == []
	tell_of_trouble(NOW + 14 * HOUR)
	assert told(connection) == [connection.user]


def planned_for(connection, count=2):
	"""Plan events that this connection can't be given, as the outbox notes it."""
	wanted = [
		Planned(kind=KIND, purpose=PURPOSE, target=connection.name, key=fresh("key"), due_at=NOW)
		for _each in range(count)
	]
	plan(fresh("booking"), wanted, NOW)
	outages.note(KIND, Down(connection.name, "The other system can't be reached right now."), NOW)


def text_of(connection):
	(mail,) = frappe.get_all("Email Queue", {"reference_name": connection.name}, ["message"])
	message = message_from_string(mail.message, policy=policy.default)
	return " ".join(message.get_body(("plain",)).get_content().split())


def test_events_that_cant_be_written_for_hours_are_told_once(connection):
	"""The calendar can be read all the time."""
	planned_for(connection)
	tell_of_trouble(NOW + 11 * HOUR)
	assert told(connection) == []
	for hour in range(13, 72, 6):
		sync(connection.name, NOW + hour * HOUR)
		outages.note(KIND, Down(connection.name, "Still not."), NOW + hour * HOUR)
		tell_of_trouble(NOW + hour * HOUR)
	assert told(connection) == [connection.user]
	assert "as they were booked: 2. That is put right by itself" in text_of(connection)
	assert "nobody can book" not in text_of(connection)


@pytest.mark.long
def test_a_calendar_that_can_be_neither_read_nor_written_is_told_with_one_mail(connection, feed):
	planned_for(connection)
	feed.status = 502
	for hour in range(1, 23, 2):
		sync(connection.name, NOW + hour * HOUR)
		outages.note(KIND, Down(connection.name, "Still not."), NOW + hour * HOUR)
		tell_of_trouble(NOW + hour * HOUR)
	assert told(connection) == [connection.user]
	assert "can't be read." in text_of(connection)
	assert "as they were booked: 2." in text_of(connection)


def test_an_outage_for_which_nothing_waits_any_more_isnt_told(connection):
	planned_for(connection)
	frappe.db.set_value("Outbox Task", {"target": connection.name}, "status", "Skipped")
	tell_of_trouble(NOW + 14 * HOUR)
	assert told(connection) == []


def test_what_was_mended_is_told_anew_the_next_time(connection, feed):
	for hour in (1, 3):
		feed.status = 502
		feed.headers = {}
		sync(connection.name, NOW + hour * DAY)
		tell_of_trouble(NOW + hour * DAY + 13 * HOUR)
		feed.status = 200
		sync(connection.name, NOW + hour * DAY + 14 * HOUR)
	assert told(connection) == [connection.user] * 2


def test_the_mail_has_no_address_of_the_feed(connection, feed):
	feed.status = 401
	sync(connection.name, NOW + HOUR)
	tell_of_trouble(NOW + HOUR)
	(message,) = frappe.get_all("Email Queue", {"reference_name": connection.name}, pluck="message")
	assert "private-" not in message
