"""A worker that dies between any two steps of reading or writing: nothing opens, nothing is lost, nothing comes twice.

A worker that was killed never commits again. So the test lets the n-th commit fail and all after it, for each n.
"""

from functools import partial

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.calendars import lease
from scheduler_integration.calendars.lease import SECONDS as LEASE
from scheduler_integration.calendars.sync import sync
from scheduler_integration.meetings.tokens import manage_token
from tests.calendars.test_mirror import NINE, NOW, book, connected, deliver
from tests.calendars.test_sync import WITHOUT_TEN, offered, type_of
from tests.support.calendar_servers import times
from tests.support.factories import at, make_meeting_type, make_page

TEN = at("2026-03-02 10:00")
HOUR = 3600
# More commits than reading or writing makes.
MOST_COMMITS = 30

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("calendar-servers")]


class Killed(BaseException):
	"""Not an Exception: nothing may catch it and go on."""


@pytest.fixture
def dying(monkeypatch):
	"""Return a function that runs another one in a worker that dies at its n-th commit. Returns whether it died."""
	commit = frappe.db.commit

	def run(work, number):
		left = [number]

		def count():
			if left[0] == 0:
				raise Killed
			left[0] -= 1
			commit()

		monkeypatch.setattr(frappe.db, "commit", count)
		try:
			work()
			return False
		except Killed:
			return True
		finally:
			monkeypatch.setattr(frappe.db, "commit", commit)
			frappe.db.rollback()

	return run


@pytest.fixture
def page(commit_clean):
	page = make_page()
	make_meeting_type(page, duration_minutes=60)
	return page


@pytest.fixture
def connection(page, connect, radicale_calendar, monkeypatch):
	monkeypatch.setattr("scheduler_integration.calendars.providers.caldav._BATCH", 2)
	radicale_calendar.put("ten", times(TEN, TEN + HOUR))
	for day in range(3, 8):
		radicale_calendar.put(f"day-{day}", times(at(f"2026-03-{day:02} 10:00"), at(f"2026-03-{day:02} 11:00")))
	return connected(connect, page.user, radicale_calendar)


@pytest.mark.parametrize("full", [True, False])
def test_reading_dies_between_any_two_steps(page, connection, radicale_calendar, dying, full):
	now = NOW
	assert offered(page, now) == WITHOUT_TEN
	for number in range(MOST_COMMITS):
		if not full:
			radicale_calendar.put("more", times(TEN + (number % 2) * 86400, TEN + (number % 2) * 86400 + HOUR))
		now += LEASE + 1
		died = dying(partial(sync, connection.name, now, full=full), number)
		assert offered(page, now) == WITHOUT_TEN, f"after {number} commits"
		if not died:
			break
	assert not died
	assert number > 2
	assert sync(connection.name, now + LEASE + 1).error is None
	assert offered(page, now + LEASE + 1) == WITHOUT_TEN
	generation = frappe.db.get_value("Connected Calendar", {"parent": connection.name}, "generation")
	assert frappe.db.count("Calendar Busy Time", {"generation": ("!=", generation)}) == 0
	assert frappe.db.count("Calendar Busy Time", {"connection": connection.name}) == 6 + (not full)


def test_writing_dies_between_any_two_steps(page, connection, radicale_calendar, dying):
	others = set(radicale_calendar.names())
	booking = book(page, NINE + 5 * HOUR)
	now = NOW
	for number in range(MOST_COMMITS):
		now += HOUR
		died = dying(partial(work_at, now), number)
		assert len(set(radicale_calendar.names()) - others) <= 1, f"after {number} commits"
		if not died:
			break
	assert not died
	assert len(set(radicale_calendar.names()) - others) == 1
	assert frappe.db.count("Mirrored Event", {"booking": booking.name}) == 1
	assert type_of(page)

	bookings.cancel_by_token(manage_token(booking), "Ill", now)
	frappe.db.commit()
	for number in range(MOST_COMMITS):
		now += HOUR
		if not dying(partial(work_at, now), number):
			break
	deliver(now + HOUR)
	assert set(radicale_calendar.names()) == others


def work_at(now):
	bookings.run_due_tasks(lambda: now, 20)


def test_two_workers_read_one_connection(page, connection):
	"""The second finds the lease taken, and does nothing."""
	key = lease.take(connection.name, NOW + HOUR)
	assert not sync(connection.name, NOW + HOUR + 1).was_read
	assert sync(connection.name, NOW + HOUR + LEASE + 1).was_read, "its worker died"
	assert not lease.still_holds(connection.name, key)
