"""Invitations to series over clock changes and holidays, read by libraries of others: icalendar, ical.js and node-ical."""

from collections import Counter

import frappe
import pytest
import recurring_ical_events
from icalendar import Calendar

from scheduler_integration import bookings
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support.node_readers import read_with_node
from tests.support.outbox import mails
from tests.support.series import SEASONS, book_season, make_season_page, season_name
from tests.support.stand_ins import HOLIDAYS, standing_in

HOUR = 3600
of_each_season = pytest.mark.parametrize("season", SEASONS, ids=season_name)


@pytest.fixture(scope="module", autouse=True)
def _holiday_lists(site):
	with standing_in(HOLIDAYS):
		yield


def invitations(name, now):
	return {mail.reader.email: mail.invitation.calendar for mail in mails(name, now) if mail.invitation}


def by_icalendar(text):
	found = recurring_ical_events.of(Calendar.from_ical(text)).between((2026, 9, 1), (2027, 12, 1))
	return sorted(int(each["DTSTART"].dt.timestamp()) for each in found)


def booked(season):
	"""Return the booked series' first date, its starts, and the invitation of each reader. One of them is in Tokyo."""
	page, kind = make_season_page(season, max_guests=1)
	answer, starts = book_season(season, page, kind, timezone="Asia/Tokyo", guests=["eve@guests.example"])
	frappe.db.set_value("Booking", {"series": answer.series.id}, "address_status", "Known")
	found = invitations(answer.id, season.now)
	assert {page.user, answer.attendee.email} <= set(found)
	return answer, starts, found


def moved_an_hour_earlier(season, answer):
	"""Move the second date and all later ones. Returns the starts, and the invitations."""
	second = answer.series.dates[1]
	moved = bookings.reschedule_by_host(second.id, RescheduleRequest(second.start - HOUR), season.now, scope="later")
	filters = {"series": answer.series.id, "status": "Scheduled"}
	return sorted(frappe.get_all("Booking", filters, pluck="starts_at")), invitations(moved.id, season.now)


@pytest.mark.long
@of_each_season
def test_python_reads_the_dates_that_were_agreed_to(season):
	answer, starts, found = booked(season)
	assert {email: by_icalendar(text) for email, text in found.items()} == dict.fromkeys(found, starts)
	starts, found = moved_an_hour_earlier(season, answer)
	assert Counter(len(by_icalendar(text)) for text in found.values()) == {len(starts): len(found)}
	assert {email: by_icalendar(text) for email, text in found.items()} == dict.fromkeys(found, starts)


@of_each_season
def test_one_rule_says_it_with_an_exception_for_each_holiday(season):
	_answer, _starts, found = booked(season)
	for text in found.values():
		events = sorted(Calendar.from_ical(text).walk("VEVENT"), key=lambda each: "RECURRENCE-ID" in each)
		rule, replaced = events
		assert rule["RRULE"]["COUNT"] == [season.count]
		assert rule["RRULE"].get("INTERVAL", [1]) == [season.weeks]
		assert rule["EXDATE"].dts[0].dt.isoformat()[:16] == f"{season.left_out}T10:00"
		assert replaced["RECURRENCE-ID"].dt.isoformat()[:16] == f"{season.replaced}T10:00"


@pytest.mark.long
def test_ical_js_and_node_ical_read_the_same():
	texts, expected = [], []
	for season in SEASONS:
		answer, starts, found = booked(season)
		texts += found.values()
		expected += [starts] * len(found)
		starts, found = moved_an_hour_earlier(season, answer)
		texts += found.values()
		expected += [starts] * len(found)
	assert len(texts) >= 4 * len(SEASONS)
	for starts, read in zip(expected, read_with_node(texts), strict=True):
		assert {library: each["starts"] for library, each in read.items()} == {"ical.js": starts, "node-ical": starts}
