"""The nearest free starts. 3 March 2025 is a Monday."""

import pytest

from scheduler_integration.engine import Busy, HostPool, MeetingRules, Member, nearest_free

from .support import DAY, EVERY_DAY, HOUR, MON, TUE, at, host, shown, weekly

ZONE = "Europe/Rome"
MEETING = MeetingRules(60)
OFFICE = host(ZONE, weekly(EVERY_DAY, "09:00-12:00"))


def near(text, hosts=OFFICE, **asked):
	found = nearest_free(at(f"2025-03-{text}", ZONE), MEETING, hosts, asked.pop("now", 0), **asked)
	return [text[:8] for text in shown(found, ZONE)]


def test_nearest_come_first_and_of_two_as_near_the_earlier():
	assert near("04 10:00") == ["04 09:00", "04 11:00", "03 11:00"]
	assert near("04 10:30", count=4) == ["04 10:00", "04 11:00", "04 09:00", "05 09:00"]


def test_the_start_itself_is_no_alternative():
	assert "04 09:00" not in near("04 09:00")


def test_nothing_in_the_past_is_offered():
	assert near("04 10:00", now=at("2025-03-04 09:30", ZONE)) == ["04 11:00", "05 09:00", "05 10:00"]


@pytest.mark.parametrize("count", [0, 1, 5, 40])
def test_as_many_as_asked_for(count):
	assert len(near("04 10:00", count=count)) == count


def test_a_distant_day_is_found_when_there_is_no_nearer():
	away = Busy(at("2025-02-01 00:00", ZONE), at("2025-03-24 00:00", ZONE))
	office = host(ZONE, weekly(MON, "09:00-11:00"), busy=[away])
	assert near("04 10:00", office) == ["24 09:00", "24 10:00", "31 09:00"]
	assert near("04 10:00", office, within_days=20) == ["24 09:00", "24 10:00"]
	assert near("04 10:00", office, within_days=7) == []


def test_with_several_hosts_any_of_them_may_be_free():
	monday, tuesday = host(ZONE, weekly(MON, "09:00-10:00")), host(ZONE, weekly(TUE, "09:00-10:00"))
	pool = HostPool([Member(MEETING, monday), Member(MEETING, tuesday)], 0)
	start = at("2025-03-03 10:00", ZONE)
	assert [text[:8] for text in shown(pool.nearest(start, 2), ZONE)] == ["03 09:00", "04 09:00"]
	assert HostPool([], 0).nearest(start) == []


def test_starts_at_both_ends_of_the_search_are_included():
	start = at("2025-03-10 09:00", ZONE)
	weekly_host = host(ZONE, weekly(MON, "09:00-10:00"))
	assert nearest_free(start, MEETING, weekly_host, 0, within_days=7) == [start - 7 * DAY, start + 7 * DAY]


def test_widening_the_search_never_changes_what_is_nearest():
	for offset in range(48):
		start = at("2025-03-04 00:00", ZONE) + offset * HOUR
		assert nearest_free(start, MEETING, OFFICE, 0, 3) == nearest_free(start, MEETING, OFFICE, 0, 90)[:3]
