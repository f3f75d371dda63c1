"""A reading of what changed since the last one, from a real CalDAV server."""

import frappe
import pytest

from scheduler_integration.calendars.providers.caldav import CalDav
from scheduler_integration.calendars.sync import sync
from tests.support.calendar_servers import calendar_of, times
from tests.support.calendars import ALL_DAY, HOUR, NOW, WITHOUT_TEN, connected, offered, type_of
from tests.support.factories import at, payload

TEN, TWO = at("2026-03-02 10:00"), at("2026-03-02 14:00")

pytestmark = pytest.mark.xdist_group("calendar-servers")

# Books the page's meeting type, and prints the UID of the booking.
BOOK = """
import json, sys
import frappe
from scheduler_integration.bookings.transaction import retried
from tests.support import door
wanted, now = json.loads(sys.argv[1])
booked = door.book(wanted, now)
frappe.db.commit()
print(frappe.db.get_value("Booking", booked.id, "ical_uid"))
"""


@pytest.fixture
def connection(page, connect, radicale_calendar):
	radicale_calendar.put("ten", times(TEN, TEN + HOUR))
	return connected(connect, page.user, radicale_calendar)


def test_an_event_that_moves_frees_its_former_time(page, connection, radicale_calendar):
	assert offered(page) == WITHOUT_TEN
	radicale_calendar.put("ten", times(TWO, TWO + HOUR))
	assert sync(connection.name, NOW + HOUR).error is None
	assert offered(page) == [each for each in ALL_DAY if each != "14:00"]
	radicale_calendar.delete("ten")
	assert sync(connection.name, NOW + 2 * HOUR).error is None
	assert offered(page) == ALL_DAY


@pytest.mark.long
def test_a_meeting_that_is_booked_while_the_server_answers_is_no_busy_time(
	site, page, connection, radicale_calendar, monkeypatch
):
	"""The answer has its event already. The reading began when there was no such booking."""
	answer, wanted = CalDav.changes, frappe.as_json([payload(page, type_of(page), TWO), NOW])

	def book_and_answer(self, *arguments):
		booking = site.python(BOOK, wanted)
		uid, error = booking.communicate(timeout=60)
		assert booking.returncode == 0, error
		stamp = f"UID:{uid.strip()}\nDTSTAMP:20260101T000000Z"
		event = f"BEGIN:VEVENT\n{stamp}\n{times(TWO, TWO + HOUR)}\nEND:VEVENT"
		radicale_calendar.put_raw("booked", calendar_of(event))
		return answer(self, *arguments)

	monkeypatch.setattr(CalDav, "changes", book_and_answer)
	assert sync(connection.name, NOW + HOUR).error is None
	assert frappe.db.count("Calendar Busy Time", {"connection": connection.name}) == 1
