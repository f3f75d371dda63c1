"""The parts of the page of working hours: dates in words, the month, the strip of two weeks."""

from datetime import date

import pytest
from babel import Locale

from scheduler_integration.availability.fortnight import ForecastDay
from scheduler_integration.availability.hours import Hours
from scheduler_integration.engine import DateOverride
from scheduler_integration.pages.host.hours.forecast import forecast_view
from scheduler_integration.pages.host.hours.impact import more_and_fewer
from scheduler_integration.pages.host.hours.time_off import coming, month_view, shown_month
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.dates import TimeStyle
from tests.support.factories import at

TODAY = date(2026, 11, 26)
STYLE = TimeStyle("Europe/Berlin", False, Locale.parse("en_GB"))
HOLIDAY = DateOverride(date(2026, 12, 25), date(2026, 12, 25), False, label="Christmas Day")


def override(first, last=None, **fields):
	values = {
		"name": first,
		"date": first,
		"end_date": last or first,
		"is_available": 0,
		"whole_day": 1,
		"is_travel": 0,
		"is_away": 0,
	}
	return {**values, "start_time": None, "end_time": None, "timezone": None, "reason": None, **fields}


def opened(day, start, end, **fields):
	return override(day, is_available=1, whole_day=0, start_time=start, end_time=end, **fields)


def long_day(day):
	return dates.long_day(day, STYLE.locale)


def date_range(first, last):
	return dates.date_range(first, last, STYLE.locale)


def rows(*overrides, days_off=()):
	return coming(Hours("", None, [], overrides, []), days_off, {}, [], {}, STYLE, 0)


def test_dates_are_listed_in_words_earliest_first():
	found = rows(
		override("2026-12-24", "2026-12-31", reason="Christmas"),
		opened("2026-12-05", "14:00:00", "15:00:00", name="b"),
		opened("2026-12-05", "10:00:00", "12:00:00", name="a"),
		override("2026-12-07", whole_day=0, start_time="13:00:00", end_time="15:00:00"),
		override("2027-01-02", "2027-01-09", is_travel=1, is_available=1, timezone="Asia/Tokyo"),
		override("2027-02-01", is_available=1),
		days_off=[HOLIDAY],
	)
	assert [" | ".join(filter(None, (each["when"], each["what"], each["reason"]))) for each in found] == [
		f"{long_day(date(2026, 12, 5))} | 10:00 – 12:00, 14:00 – 15:00",
		f"{long_day(date(2026, 12, 7))} | not available 13:00 – 15:00",
		f"{date_range(date(2026, 12, 24), date(2026, 12, 31))} | not available | Christmas",
		f"{long_day(date(2026, 12, 25))} | not available | Christmas Day",
		f"{date_range(date(2027, 1, 2), date(2027, 1, 9))} | in Tokyo",
		f"{long_day(date(2027, 2, 1))} | available all day",
	]


def test_hours_of_the_same_dates_are_removed_together():
	[entry] = rows(
		opened("2026-12-05", "14:00:00", "15:00:00", name="b"),
		opened("2026-12-05", "10:00:00", "12:00:00", name="a"),
	)
	assert entry["name"] == "a,b"


def test_the_present_month_shows_five_weeks_from_now_on():
	sheet = month_view(date(2026, 11, 1), TODAY, [], [], [], STYLE)
	days = [day for week in sheet["weeks"] for day in week if day]
	assert (len(sheet["weeks"]), days[0]["date"], days[-1]["date"]) == (5, "2026-11-23", "2026-12-27")
	assert sheet["title"].startswith("November")
	assert sheet["title"].endswith("December 2026")
	assert [day["number"] for day in days if day["is_past"]] == [23, 24, 25]
	later = month_view(date(2026, 12, 1), TODAY, [], [], [TODAY], STYLE)
	assert (later["title"], later["weeks"][0][0], later["elsewhere"]) == ("December 2026", None, ["2026-11-26"])


@pytest.mark.parametrize(
	("overrides", "mark", "words"),
	[
		([], "holiday", "not available: Christmas Day"),
		([override("2026-12-24", "2026-12-31")], "off", "not available"),
		([opened("2026-12-25", "10:00:00", "12:00:00")], "hours", "10:00 – 12:00"),
		([opened("2026-12-25", "10:00:00", "12:00:00"), override("2026-12-25")], "off", "not available"),
	],
)
def test_a_day_is_named_with_what_is_set_for_it(overrides, mark, words):
	sheet = month_view(date(2026, 12, 1), TODAY, overrides, [HOLIDAY], [], STYLE)
	[day] = [day for week in sheet["weeks"] for day in week if day and day["number"] == 25]
	assert (day["mark"], day["name"]) == (mark, f"{dates.full_date(date(2026, 12, 25), STYLE.locale)}, {words}")


@pytest.mark.parametrize("asked", ["", "2026-10", "2029-01", "nonsense", "2026-13", "2026-12-01"])
def test_a_month_out_of_reach_is_this_one(asked):
	assert shown_month(asked, TODAY) == date(2026, 11, 1)
	assert shown_month("2027-02", TODAY) == date(2027, 2, 1)


def test_the_strip_has_a_bar_for_each_thing_and_says_it_in_words():
	berlin = "Europe/Berlin"
	offered = ((at("2026-11-26 09:00", berlin), at("2026-11-26 12:00", berlin)),)
	late = ((at("2026-11-26 22:00", berlin), at("2026-11-27 00:00", berlin)),)
	night = ((at("2026-11-27 00:00", berlin), at("2026-11-28 00:00", berlin)),)
	days = [ForecastDay(TODAY, offered, late, ()), ForecastDay(date(2026, 11, 27), (), (), night, "Moving house")]
	strip = forecast_view(days, "type-1", STYLE)
	# The bars reach from eight in the morning to midnight. A night that is blocked needs no more room.
	assert (strip["first"], strip["width"]) == (480, 960)
	today, moving = strip["days"]
	assert today["bars"] == [{"kind": "offered", "x": 60, "width": 180}, {"kind": "busy", "x": 840, "width": 120}]
	assert today["words"] == "offered 09:00 – 12:00; busy 22:00 – 00:00"
	assert today["url"] == "/scheduling/why?type=type-1&date=2026-11-26&time=09%3A00"
	assert moving["bars"] == [{"kind": "blocked", "x": 0, "width": 960}]
	assert moving["words"] == "not available: Moving house; blocked 00:00 – 00:00"
	assert forecast_view(days, None, STYLE)["days"][0]["url"] is None


@pytest.mark.parametrize(
	("gained", "lost", "words"),
	[
		(0, 0, ""),
		(1, 0, "1 more time"),
		(38, 12, "38 more times, 12 fewer"),
		(0, 1, "1 fewer time"),
		(1, 1, "1 more time, 1 fewer"),
	],
)
def test_more_and_fewer(gained, lost, words):
	assert more_and_fewer(gained, lost) == words
