"""A series in calendars on CalDAV servers: each date is an event of its own, and the invitation is read as it is meant."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.calendars.sync import sync
from scheduler_integration.notifications.invitation import calendar_file
from scheduler_integration.notifications.readers import attendee_of, hosts_of
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.clock import iso
from tests.support import door
from tests.support.calendars import HOUR, NOW, connected, deliver
from tests.support.factories import at, make_meeting_type, make_page, payload

pytestmark = pytest.mark.xdist_group("calendar-servers")

BERLIN = "Europe/Berlin"
# A Monday. The clocks change on 29 March.
FIRST = at("2026-03-16 10:00", BERLIN)
WEEK = 7 * 24 * HOUR


@pytest.fixture
def page(commit_clean):
	page = make_page(schedule={"timezone": BERLIN}, timezone=BERLIN)
	make_meeting_type(page, repeats="Attendee Chooses", repeat_count=6)
	return page


def book_series(page, **fields):
	advisory = frappe.get_doc("Meeting Type", {"scheduling_page": page.name})
	booked = door.book(payload(page, advisory, FIRST, **fields), NOW)
	frappe.db.commit()
	return booked


def starts_of(page):
	filters = {"host": page.user, "status": "Scheduled"}
	return sorted(frappe.get_all("Booking", filters, pluck="starts_at"))


def written(caldav):
	texts = [caldav.get(name) for name in caldav.names()]
	lines = [line.strip() for text in texts for line in text.splitlines() if line.startswith("DTSTART:")]
	return sorted(at(f"{line[8:12]}-{line[12:14]}-{line[14:16]} {line[17:19]}:{line[19:21]}") for line in lines)


def busy(user):
	return sorted(frappe.get_all("Calendar Busy Time", {"user": user}, pluck="starts_at"))


def copy_of(booking, reader):
	"""Return the invitation as a calendar stores it: without the method (RFC 4791, 4.1)."""
	text = calendar_file(booking, NOW, reader).decode()
	return "\r\n".join(line for line in text.split("\r\n") if not line.startswith("METHOD"))


@pytest.mark.long
def test_each_date_is_written_moved_and_removed(page, connect, caldav):
	connected(connect, page.user, caldav)
	answer = book_series(page, times=4)
	deliver()
	assert written(caldav) == starts_of(page)
	second = answer.series.dates[1]
	bookings.reschedule_by_host(second.id, RescheduleRequest(second.start + HOUR), NOW, scope="later")
	deliver(NOW + 60)
	assert written(caldav) == starts_of(page)
	bookings.cancel_by_host(answer.id, "", NOW, scope="all")
	deliver(NOW + 120)
	assert caldav.names() == []


@pytest.mark.long
def test_the_invitation_blocks_the_attendees_own_times(page, connect, caldav):
	"""The attendee is a host too: the times are those of the series, over the clock change, with its exceptions."""
	second, third = FIRST + WEEK + HOUR, FIRST + 2 * WEEK - HOUR
	agreed = [iso(FIRST, "UTC"), iso(second, "UTC"), None, iso(third + WEEK, "UTC")]
	answer = book_series(page, dates=agreed)
	attendee = make_page().user
	connection = connected(connect, attendee, caldav)
	booking = frappe.get_doc("Booking", answer.id)
	caldav.put_raw("series", copy_of(booking, attendee_of(booking)))
	assert sync(connection.name, NOW + HOUR).error is None
	assert busy(attendee) == starts_of(page) == [FIRST, second, third + WEEK]


def test_an_invitation_to_a_series_does_not_block_its_host(page, connect, caldav):
	connection = connected(connect, page.user, caldav)
	booking = frappe.get_doc("Booking", book_series(page, times=3).id)
	[host] = hosts_of(booking)
	caldav.put_raw("from-mail", copy_of(booking, host))
	assert sync(connection.name, NOW + HOUR).error is None
	assert busy(page.user) == []
