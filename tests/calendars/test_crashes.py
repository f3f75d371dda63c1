"""A worker that is killed between any two steps. No busy time opens, nothing is lost, nothing is written twice.

It is a process of its own, which kills itself instead of its n-th commit, for each n.
"""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.calendars import health
from scheduler_integration.calendars.health import LEASE_SECONDS as LEASE
from scheduler_integration.calendars.sync import sync
from scheduler_integration.meetings.tokens import manage_token
from tests.support.calendar_servers import times
from tests.support.calendars import HOUR, NINE, NOW, WITHOUT_TEN, book, connected, deliver, offered, type_of
from tests.support.factories import at
from tests.support.killed import run_killed

TEN = at("2026-03-02 10:00")
# More commits than reading or writing makes.
MOST_COMMITS = 30

pytestmark = pytest.mark.xdist_group("calendar-servers")


# The servers of the tests are on this machine.
CONF = {"scheduling_allowed_hosts": ["127.0.0.1"]}


@pytest.fixture
def connection(page, connect, radicale_calendar):
	radicale_calendar.put("ten", times(TEN, TEN + HOUR))
	for day in range(3, 8):
		radicale_calendar.put(f"day-{day}", times(at(f"2026-03-{day:02} 10:00"), at(f"2026-03-{day:02} 11:00")))
	return connected(connect, page.user, radicale_calendar)


@pytest.mark.long
@pytest.mark.parametrize("full", [True, False])
def test_reading_dies_between_any_two_steps(page, connection, radicale_calendar, site, full):
	now = NOW
	assert offered(page, now) == WITHOUT_TEN
	for number in range(1, MOST_COMMITS):
		if not full:
			radicale_calendar.put("more", times(TEN + (number % 2) * 86400, TEN + (number % 2) * 86400 + HOUR))
		now += LEASE + 1
		died = run_killed(site, connection.name, "read", now, number, "before", CONF, full=full)
		assert offered(page, now) == WITHOUT_TEN, f"instead of commit {number}"
		if not died:
			break
	assert not died
	assert number > 2
	assert sync(connection.name, now + LEASE + 1).error is None
	assert offered(page, now + LEASE + 1) == WITHOUT_TEN
	generation = frappe.db.get_value("Connected Calendar", {"parent": connection.name}, "generation")
	assert frappe.db.count("Calendar Busy Time", {"generation": ("!=", generation)}) == 0
	assert frappe.db.count("Calendar Busy Time", {"connection": connection.name}) == 6 + (not full)


@pytest.mark.long
def test_writing_dies_between_any_two_steps(page, connection, radicale_calendar, site):
	others = set(radicale_calendar.names())
	booking = book(page, NINE + 5 * HOUR)
	skip_messages(booking)
	now = NOW
	for number in range(1, MOST_COMMITS):
		now += HOUR
		died = run_killed(site, connection.name, "write", now, number, "before", CONF)
		assert len(set(radicale_calendar.names()) - others) <= 1, f"instead of commit {number}"
		if not died:
			break
	assert not died
	assert number > 3
	assert len(set(radicale_calendar.names()) - others) == 1
	assert frappe.db.count("Mirrored Event", {"booking": booking.name}) == 1
	assert type_of(page)

	bookings.cancel_by_token(manage_token(booking), "Ill", now)
	skip_messages(booking)
	for number in range(1, MOST_COMMITS):
		now += HOUR
		if not run_killed(site, connection.name, "write", now, number, "after", CONF):
			break
	deliver(now + HOUR)
	assert set(radicale_calendar.names()) == others


def skip_messages(booking):
	"""Messages have tests of their own."""
	frappe.db.set_value("Outbox Task", {"booking": booking.name, "kind": "email"}, "status", "Skipped")


@pytest.mark.long
def test_two_workers_read_one_connection(page, connection):
	"""The second finds the lease taken, and does nothing."""
	key = health.take_lease(connection.name, NOW + HOUR)
	assert not sync(connection.name, NOW + HOUR + 1).was_read
	assert not sync(connection.name, NOW + HOUR + LEASE - 1).was_read
	assert sync(connection.name, NOW + HOUR + LEASE).was_read, "its worker died"
	assert not health.holds_lease(connection.name, key)
