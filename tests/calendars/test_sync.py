"""Busy times follow a feed: the whole chain from the server to the slots."""

from datetime import date

import frappe
import pytest

from scheduler_integration.calendars.sync import sync
from scheduler_integration.exceptions import SlotTaken
from tests.support import door
from tests.support.calendar_servers import times
from tests.support.door import slots_between
from tests.support.factories import at, hour, make_meeting_type, make_page, payload

NOW = at("2026-03-01 06:00")
MONDAY = date(2026, 3, 2)


@pytest.fixture
def page(commit_clean):
	return make_page()


def offered(page, now=NOW, day=MONDAY):
	meeting_type = frappe.db.get_value("Meeting Type", {"scheduling_page": page.name}, "slug")
	meeting_type = meeting_type or make_meeting_type(page, duration_minutes=60).slug
	found = slots_between(page.slug, meeting_type, day, day, "UTC", None, now)
	return [hour(slot.start) for slots in found.days.values() for slot in slots]


def test_an_event_of_the_hosts_calendar_is_not_offered(page, connect, feed):
	feed.events(times(at("2026-03-02 10:00"), at("2026-03-02 12:00")))
	connection = connect(page.user, "ICS", feed.url)
	assert offered(page) == [], "closed until it was read"
	outcome = sync(connection.name, NOW)
	assert outcome.error is None
	assert offered(page) == ["09:00", "12:00", "13:00", "14:00", "15:00", "16:00"]
	with pytest.raises(SlotTaken):
		book(page, "2026-03-02 10:00")


def book(page, start, now=NOW):
	meeting_type = frappe.get_doc("Meeting Type", {"scheduling_page": page.name})
	return door.book(payload(page, meeting_type, at(start)), now)
