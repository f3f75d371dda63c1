"""However long a calendar can't be written, its events are as the bookings say soon after it can be, and nobody clicks."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.calendars.connections import connections_of, disconnect
from scheduler_integration.calendars.leaving import leave, left_connections
from scheduler_integration.calendars.notices import tell_of_trouble
from scheduler_integration.calendars.sync import sync
from scheduler_integration.jobs import follow_calendars, outbox
from scheduler_integration.meetings.summaries import for_host
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.calendars import due_at
from tests.support.factories import at, payload

NOW = at("2037-03-01 06:00")
MINUTE, HOUR, DAY = 60, 3600, 86400
NINE = at("2037-03-09 09:00")


@pytest.fixture(autouse=True)
def _committing(commit_clean, outgoing_mail):
	"""Each step commits."""


@pytest.fixture
def jane(vendor, page):
	connected = vendor.connect(user=page.user, write_bookings=1)
	frappe.db.set_value("Calendar Connection", connected.connection, "next_sync_at", 0)
	frappe.db.commit()
	assert sync(connected.connection, NOW).error is None
	return connected


def book(page, start, now):
	meeting_type = frappe.get_doc("Meeting Type", {"scheduling_page": page.name})
	made = door.book(payload(page, meeting_type, start), now)
	frappe.db.commit()
	return frappe.get_doc("Booking", made.id)


def cancel(booking, now):
	bookings.cancel_by_token(manage_token(booking), "Ill", now)
	frappe.db.commit()


def move(booking, start, now):
	bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(start), now)
	frappe.db.commit()


def time_passes(vendor, jane, since, until, step=10 * MINUTE):
	"""Run the jobs of each step, as the scheduler does."""
	for now in range(since, until + 1, step):
		vendor.stand_in.clock.move_to(now)
		outbox.run_due_tasks(lambda now=now: now, 20)
		if jane.connection in due_at(now):
			sync(jane.connection, now)
		tell_of_trouble(now)
		follow_calendars(now)
		frappe.db.commit()


def starts(jane):
	live = [entry for entry in jane.diary.entries.values() if not entry.removed]
	return sorted(jane.diary.occurrence_at(entry, None).starts_at for entry in live)


def mails(jane):
	return frappe.get_all("Email Queue", {"reference_name": jane.connection}, pluck="message")


def unwritten(jane, now):
	(shown,) = [each for each in connections_of(jane.user, now) if each.name == jane.connection]
	return shown.unwritten


@pytest.mark.long
@pytest.mark.parametrize("down", [{"status": 503}, {"status": 429, "headers": {"Retry-After": "7200"}}, {"cut": 0.5}])
def test_a_days_outage_lost_a_cancellation_a_move_and_a_new_meeting_for_good(vendor, page, jane, down):
	kept, cancelled, moved = (book(page, NINE + number * HOUR, NOW) for number in range(3))
	time_passes(vendor, jane, NOW, NOW + HOUR)
	assert starts(jane) == [NINE, NINE + HOUR, NINE + 2 * HOUR]
	outage = vendor.stand_in.fail("", times=10**6, **down)
	since = NOW + 2 * HOUR
	new = book(page, NINE + 4 * HOUR, since)
	cancel(cancelled, since + 60)
	move(moved, NINE + 6 * HOUR, since + 120)
	asked = len(vendor.stand_in.log)
	time_passes(vendor, jane, since + 180, since + DAY)
	assert unwritten(jane, since + DAY) == 3
	assert "tried again by itself" in for_host(new, since + DAY).delivery_error
	assert len(mails(jane)) == 1
	# A probe an hour for the reading and one for the writing, each with a few attempts, and more in the first hour.
	assert len(vendor.stand_in.log) - asked < 300
	outage.times = 0
	time_passes(vendor, jane, since + DAY, since + DAY + 3 * HOUR)
	assert starts(jane) == [kept.starts_at, new.starts_at, NINE + 6 * HOUR]
	assert unwritten(jane, since + DAY + 3 * HOUR) == 0
	assert for_host(new, since + DAY + 3 * HOUR).delivery_error is None
	assert len(mails(jane)) == 1


def leave_each(vendor, since, until):
	for now in range(since, until + 1, HOUR):
		vendor.stand_in.clock.move_to(now)
		for name in left_connections(now):
			leave(name, now)


@pytest.mark.long
@pytest.mark.parametrize("keeps", [True, False])
def test_events_stayed_after_disconnecting_in_an_outage(vendor, page, jane, keeps):
	book(page, NINE, NOW)
	time_passes(vendor, jane, NOW, NOW + HOUR)
	outage = vendor.stand_in.fail("", times=10**6, status=503)
	disconnect(jane.connection, jane.user, keeps_events=keeps)
	leave_each(vendor, NOW + 2 * HOUR, NOW + DAY)
	assert bool(frappe.db.exists("Calendar Connection", jane.connection)) is not keeps
	outage.times = 0
	leave_each(vendor, NOW + DAY, NOW + DAY + 2 * HOUR)
	assert starts(jane) == ([NINE] if keeps else [])
	assert not frappe.db.exists("Calendar Connection", jane.connection)


@pytest.mark.long
def test_an_account_whose_provider_never_comes_back_is_left_after_a_week(vendor, page, jane):
	book(page, NINE, NOW)
	time_passes(vendor, jane, NOW, NOW + HOUR)
	vendor.stand_in.fail("", times=10**6, status=503)
	disconnect(jane.connection, jane.user, keeps_events=False)
	for day in range(9):
		leave_each(vendor, NOW + (day + 1) * DAY, NOW + (day + 1) * DAY)
		assert bool(left_connections(NOW + 30 * DAY)) == (day < 7)
