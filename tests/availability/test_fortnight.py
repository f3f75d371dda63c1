"""The next two weeks of a host: equal to what visitors are offered, and to what is in the host's calendar."""

from datetime import date

import pytest

from scheduler_integration.availability import hours
from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.fortnight import DAYS, fortnight
from scheduler_integration.availability.hours_change import change_dates
from tests.support import door
from tests.support.factories import at, hour, make_host, make_meeting_type, make_page, make_team_page, payload
from tests.support.stand_ins import of_leave

BERLIN = "Europe/Berlin"
NOW = at("2026-11-23 07:40", BERLIN)
TUESDAY = date(2026, 11, 24)


@pytest.fixture
def page():
	page = make_page(make_host("Jane", timezone=BERLIN))
	page.intro = make_meeting_type(page, duration_minutes=60)
	return page


def shown(page, draft=None):
	return {each.day: each for each in fortnight(draft or Draft(page.user), BERLIN, NOW)}


def spans(intervals):
	return [f"{hour(start, BERLIN)}-{hour(end, BERLIN)}" for start, end in intervals]


def test_has_fourteen_days_with_what_visitors_are_offered(page):
	days = shown(page)
	assert len(days) == DAYS
	offered = door.slots_between(page.slug, page.intro.slug, min(days), max(days), BERLIN, None, NOW).days
	for day, each in days.items():
		starts = [slot.start for slot in offered.get(day, [])]
		assert [s for s in starts if not any(a <= s < b for a, b in each.offered)] == []
		assert sum(b - a for a, b in each.offered) == 3600 * len(starts)


def test_has_bookings_and_blocked_time(page):
	door.book(payload(page, page.intro, at("2026-11-24 10:00", BERLIN)), NOW)
	start = at("2026-11-24 15:00", BERLIN)
	hours.block(page.user, start, start + 7200, {}).save()
	day = shown(page)[TUESDAY]
	assert spans(day.busy) == ["10:00-11:00"]
	assert spans(day.blocked) == ["15:00-17:00"]
	assert spans(day.offered) == ["09:00-10:00", "11:00-15:00"]


def test_is_of_the_draft_and_names_what_closes_a_day(page):
	draft = change_dates(page.user, [TUESDAY], [], "Moving house")
	day = shown(page, draft)[TUESDAY]
	assert (day.offered, day.closed_by) == ((), "Moving house")
	assert shown(page)[TUESDAY].closed_by is None


def test_time_over_midnight_is_part_of_both_days(page):
	start = at("2026-11-24 22:00", BERLIN)
	hours.block(page.user, start, start + 4 * 3600, {}).save()
	days = shown(page)
	assert spans(days[TUESDAY].blocked) == ["22:00-00:00"]
	assert spans(days[date(2026, 11, 25)].blocked) == ["00:00-02:00"]


def test_leaves_out_what_a_team_offers_with_other_hosts(page):
	night = make_host("Nina", {day: ["20:00-22:00"] for day in ("Monday", "Tuesday")}, timezone=BERLIN)
	make_meeting_type(make_team_page([page.user, night]), assignment="Round Robin")
	assert spans(shown(page)[TUESDAY].offered) == ["09:00-17:00"]


def test_more_types_take_no_more_queries(page, queries):
	def asked():
		shown(page)
		queries.clear()
		shown(page)
		return len(queries)

	few = asked()
	for _number in range(3):
		make_meeting_type(page)
	assert asked() == few <= 11 + of_leave()
