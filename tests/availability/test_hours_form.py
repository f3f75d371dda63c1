"""The fields of the page of working hours, and what becomes of them."""

from datetime import date

import pytest

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.hours_form import block_span, edited_week, repetition, typed_days, typed_week
from tests.support.factories import at, wall

BERLIN = "Europe/Berlin"


def values(**fields):
	return lambda name: fields.get(name.replace("from", "from_"), [])


@pytest.mark.parametrize(
	("first", "rule"),
	[
		("2026-12-01", "1TU"),
		("2026-12-07", "1MO"),
		("2026-12-08", "2TU"),
		("2026-12-28", "4MO"),
		("2026-12-29", "-1TU"),
		("2026-12-31", "-1TH"),
	],
)
def test_each_month_on_the_same_weekday(first, rule):
	"""The fifth of a month is its last. Most months have no fifth."""
	assert repetition("monthly", date.fromisoformat(first), "") == f"FREQ=MONTHLY;BYDAY={rule}"


@pytest.mark.parametrize(("kind", "until"), [("sometimes", ""), ("weekly", "tomorrow")])
def test_another_repetition_is_refused(kind, until):
	with pytest.raises(InvalidRequest):
		repetition(kind, date(2026, 12, 1), until)


@pytest.mark.parametrize(
	("last", "times", "start", "end"),
	[
		(25, ("09:00", "10:00"), "2026-10-25 09:00", "2026-10-25 10:00"),
		(25, ("22:00", "02:00"), "2026-10-25 22:00", "2026-10-26 02:00"),
		(25, ("09:00", "09:00"), "2026-10-25 09:00", "2026-10-26 09:00"),
		(27, ("09:00", "08:00"), "2026-10-25 09:00", "2026-10-27 08:00"),
		(27, ("09:00", ""), "2026-10-25 09:00", "2026-10-28 00:00"),
		(25, ("", "12:00"), "2026-10-25 00:00", "2026-10-25 12:00"),
		(26, ("", ""), "2026-10-25 00:00", "2026-10-27 00:00"),
	],
)
def test_blocked_time_follows_the_hosts_clock_when_it_changes(last, times, start, end):
	found = block_span(date(2026, 10, 25), date(2026, 10, last), *times, BERLIN)
	assert [wall(each, BERLIN) for each in found] == [start, end]
	assert found[0] == at(start, BERLIN)


def test_ticked_days_and_a_range_are_one_choice():
	fields = {"day": ["2026-12-24", "2026-12-03"], "date": ["2026-12-23"], "end_date": ["2026-12-24"]}
	assert [day.day for day in typed_days(values(**fields))] == [3, 23, 24]
	assert typed_days(values(date=["2026-12-03"])) == [date(2026, 12, 3)]


@pytest.mark.parametrize("action", ["", "add", "add:xyz", "remove:mon:x", "remove:mon:9", "copy:mon:nobody", "fly:mon"])
def test_an_unknown_button_changes_no_hours(action):
	week = typed_week(values(mon=["1"], mon_from_=["09:00"], mon_to=["10:00"]))
	edited = edited_week(week, action, lambda _name: [])
	assert (edited["mon"].is_on, edited["mon"].spans) == (week["mon"].is_on, week["mon"].spans)
