"""Recurring blocks: which instants they cover, what is refused, and that calendars agree."""

import time
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import icalendar
import pytest
import recurring_ical_events
from hypothesis import assume, given
from hypothesis import strategies as st

from scheduler_integration.engine import (
	NO_END,
	InvalidRecurrence,
	RecurrenceProblem,
	UnknownTimeZone,
	normalised_rule,
	occurrences,
	recurrence_bounds,
)
from scheduler_integration.engine.recurrence import expand, rule_days
from scheduler_integration.engine.recurrence.recurrence import read_normalised
from scheduler_integration.engine.recurrence.text import LONGEST_TEXT, MOST_COUNTED, MOST_DATES

from .support import DAY, at, examples, shown

BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
LORD_HOWE = "Australia/Lord_Howe"
CAIRO = "Africa/Cairo"


def normalised(start, end, rule, zone=BERLIN):
	return normalised_rule(datetime.fromisoformat(start), datetime.fromisoformat(end), rule, zone)


def blocks(start, end, rule, first, last, zone=BERLIN):
	"""The occurrences that overlap the dates `first` to `last`, last excluded, of the zone."""
	return occurrences(normalised(start, end, rule, zone), at(first, zone), at(last, zone))


def days(rule, start="2026-03-02", first=None, last="2027-03-02"):
	"""The days on which an hour at nine blocks."""
	found = blocks(f"{start} 09:00", f"{start} 10:00", rule, f"{first or start} 00:00", f"{last} 00:00")
	return [f"{datetime.fromtimestamp(each[0], timezone.utc):%Y-%m-%d}" for each in found]


@pytest.mark.parametrize(
	("rule", "expected"),
	[
		("FREQ=DAILY;COUNT=3", ["2026-03-02", "2026-03-03", "2026-03-04"]),
		("RRULE:FREQ=DAILY;INTERVAL=10;UNTIL=20260323", ["2026-03-02", "2026-03-12", "2026-03-22"]),
		("freq=weekly;byday=mo,fr;count=3", ["2026-03-02", "2026-03-06", "2026-03-09"]),
		(
			"FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO;COUNT=4",
			["2026-03-02", "2026-03-15", "2026-03-16", "2026-03-29"],
		),
		(
			"FREQ=WEEKLY;INTERVAL=2;WKST=MO;BYDAY=SU,MO;COUNT=4",
			["2026-03-02", "2026-03-08", "2026-03-16", "2026-03-22"],
		),
		("FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=-1;COUNT=3", ["2026-03-02", "2026-03-04", "2026-03-11"]),
		("FREQ=WEEKLY;BYMONTH=6;COUNT=3", ["2026-03-02", "2026-06-01", "2026-06-08"]),
		("FREQ=MONTHLY;COUNT=3", ["2026-03-02", "2026-04-02", "2026-05-02"]),
		("FREQ=MONTHLY;BYDAY=1MO;COUNT=3", ["2026-03-02", "2026-04-06", "2026-05-04"]),
		("FREQ=MONTHLY;BYMONTHDAY=2,-1;COUNT=4", ["2026-03-02", "2026-03-31", "2026-04-02", "2026-04-30"]),
		("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1;COUNT=3", ["2026-03-02", "2026-04-01", "2026-05-01"]),
		("FREQ=MONTHLY;INTERVAL=5;COUNT=3", ["2026-03-02", "2026-08-02", "2027-01-02"]),
		("FREQ=YEARLY;BYMONTH=3,6;COUNT=2", ["2026-03-02", "2026-06-02"]),
		("FREQ=YEARLY;BYWEEKNO=20;COUNT=2", ["2026-03-02", "2026-05-11"]),
		("FREQ=YEARLY;BYYEARDAY=100;COUNT=2", ["2026-03-02", "2026-04-10"]),
		("FREQ=YEARLY;BYDAY=20MO;COUNT=2", ["2026-03-02", "2026-05-18"]),
		("FREQ=DAILY;BYMONTH=1;COUNT=3", ["2026-03-02", "2027-01-01", "2027-01-02"]),
		("FREQ=DAILY;INTERVAL=2;BYDAY=MO;COUNT=3", ["2026-03-02", "2026-03-16", "2026-03-30"]),
	],
)
def test_the_days_of_a_rule(rule, expected):
	assert days(rule) == expected


def test_the_31st_is_left_out_where_there_is_none():
	assert days("FREQ=MONTHLY;COUNT=3", "2026-01-31") == ["2026-01-31", "2026-03-31", "2026-05-31"]


def test_a_leap_day_recurs_in_leap_years():
	assert days("FREQ=YEARLY", "2024-02-29", last="2033-01-01") == ["2024-02-29", "2028-02-29", "2032-02-29"]


def test_the_start_is_the_first_occurrence_though_it_matches_no_rule():
	assert days("FREQ=WEEKLY;BYDAY=WE;COUNT=3") == ["2026-03-02", "2026-03-04", "2026-03-11"]


def test_a_date_may_be_excluded_or_added():
	rule = "FREQ=DAILY;COUNT=4\nEXDATE;VALUE=DATE:20260302\nEXDATE:20260303T090000\nRDATE;VALUE=DATE:20260310"
	assert days(rule) == ["2026-03-04", "2026-03-05", "2026-03-10"]


@pytest.mark.parametrize("frequency", ["DAILY", "WEEKLY", "MONTHLY", "YEARLY"])
@pytest.mark.parametrize("first", ["2026-03-03", "2026-04-10", "2026-05-31", "2027-02-01", "2028-07-15"])
def test_a_rule_for_every_third_period_was_read_from_the_middle_of_a_pause(frequency, first):
	rule = f"FREQ={frequency};INTERVAL=3"
	assert days(rule, first=first, last="2033-01-01") == [day for day in days(rule, last="2033-01-01") if day >= first]


@pytest.mark.parametrize("excluded", ["EXDATE:20260303T080000Z", "EXDATE;TZID=America/New_York:20260303T030000"])
def test_an_excluded_time_may_be_written_in_any_zone(excluded):
	assert days(f"FREQ=DAILY;COUNT=3\n{excluded}") == ["2026-03-02", "2026-03-04"]


def test_another_time_of_the_day_excludes_nothing():
	assert len(days("FREQ=DAILY;COUNT=3\nEXDATE:20260303T100000")) == 3


def test_an_added_time_may_be_another_one_of_the_day():
	rule = "FREQ=WEEKLY;COUNT=1\nRDATE:20260302T150000,20260303T140000Z"
	found = blocks("2026-03-02 09:00", "2026-03-02 10:00", rule, "2026-03-01", "2026-04-01")
	assert shown([each[0] for each in found], BERLIN) == ["02 09:00+01:00", "02 15:00+01:00", "03 15:00+01:00"]


@pytest.mark.parametrize(
	("until", "last"),
	[
		("20260304", "2026-03-04"),
		("20260304T090000", "2026-03-04"),
		("20260304T085959", "2026-03-03"),
		("20260304T080000Z", "2026-03-04"),
		("20260304T075959Z", "2026-03-03"),
	],
)
def test_until_is_included(until, last):
	assert days(f"FREQ=DAILY;UNTIL={until}")[-1] == last


def test_folded_lines_are_unfolded():
	assert days("RRULE:FREQ=DAILY;\r\n COUNT=2\r\n") == ["2026-03-02", "2026-03-03"]


@pytest.mark.parametrize(
	("zone", "start", "end", "day", "expected"),
	[
		# A wall time stays itself on both sides of a change.
		(BERLIN, "09:00", "10:00", "2026-03-30", ("09:00+02:00", "10:00+02:00")),
		# The block is over the gap: an hour less passes.
		(BERLIN, "01:00", "04:00", "2026-03-29", ("01:00+01:00", "04:00+02:00")),
		# It ends in the gap: moved forward by it.
		(BERLIN, "01:30", "02:30", "2026-03-29", ("01:30+01:00", "03:30+02:00")),
		# It begins in the gap: with what follows the gap.
		(BERLIN, "02:30", "04:00", "2026-03-29", ("03:00+02:00", "04:00+02:00")),
		# It lies in the gap whole: moved forward by it.
		(BERLIN, "02:15", "02:45", "2026-03-29", ("03:15+02:00", "03:45+02:00")),
		(BERLIN, "02:30", "03:00", "2026-03-29", ("03:30+02:00", "04:00+02:00")),
		# It ends at the end of the gap, or begins there.
		(BERLIN, "01:00", "03:00", "2026-03-29", ("01:00+01:00", "03:00+02:00")),
		(BERLIN, "01:00", "02:00", "2026-03-29", ("01:00+01:00", "03:00+02:00")),
		(BERLIN, "03:00", "04:00", "2026-03-29", ("03:00+02:00", "04:00+02:00")),
		# A repeated hour: from its first pass to the second's end.
		(BERLIN, "02:00", "03:00", "2026-10-25", ("02:00+02:00", "03:00+01:00")),
		(BERLIN, "02:15", "02:45", "2026-10-25", ("02:15+02:00", "02:45+01:00")),
		(BERLIN, "01:00", "02:00", "2026-10-25", ("01:00+02:00", "02:00+02:00")),
		(BERLIN, "03:00", "04:00", "2026-10-25", ("03:00+01:00", "04:00+01:00")),
		# Half an hour's change.
		(LORD_HOWE, "02:15", "03:00", "2026-10-04", ("02:30+11:00", "03:00+11:00")),
		(LORD_HOWE, "01:30", "02:00", "2026-04-05", ("01:30+11:00", "02:00+10:30")),
		# Midnight doesn't exist. The day begins at one.
		(CAIRO, "00:00", "02:00", "2026-04-24", ("01:00+03:00", "02:00+03:00")),
		(CAIRO, "23:00", "24:00", "2026-10-29", ("23:00+03:00", "00:00+02:00")),
		(NEW_YORK, "01:30", "02:30", "2026-11-01", ("01:30-04:00", "02:30-05:00")),
	],
)
def test_clock_changes(zone, start, end, day, expected):
	first = datetime.fromisoformat(day) - timedelta(days=3)
	until = first + timedelta(hours=int(end[:2]), minutes=int(end[3:]))
	made = normalised_rule(datetime.fromisoformat(f"{first:%Y-%m-%d} {start}"), until, "FREQ=DAILY", zone)
	middle = at(f"{day} 12:00", zone)
	found = [each for each in occurrences(made, middle - DAY, middle + DAY) if on_day(each[0], zone, day)]
	assert [tuple(text[3:] for text in shown(each, zone)) for each in found] == [expected]


def on_day(instant, zone, day):
	return shown([instant], zone)[0][:2] == day[-2:]


def test_a_block_over_midnight_belongs_to_the_day_it_starts_on():
	found = blocks("2026-03-02 22:00", "2026-03-03 06:00", "FREQ=WEEKLY", "2026-03-03 00:00", "2026-03-03 01:00")
	assert [shown(each, BERLIN) for each in found] == [["02 22:00+01:00", "03 06:00+01:00"]]


def test_what_only_touches_the_range_is_left_out():
	made = normalised("2026-03-02 09:00", "2026-03-02 10:00", "FREQ=DAILY")
	nine, ten = at("2026-03-02 09:00", BERLIN), at("2026-03-02 10:00", BERLIN)
	assert occurrences(made, ten, nine + DAY) == []
	assert occurrences(made, nine, nine) == []
	assert occurrences(made, ten - 1, ten) == [(nine, ten)]


def test_occurrences_longer_than_their_repetition_overlap():
	found = blocks("2026-03-02 09:00", "2026-03-04 09:00", "FREQ=DAILY", "2026-03-10 12:00", "2026-03-10 13:00")
	assert len(found) == 2


@pytest.mark.parametrize(
	("rule", "problem"),
	[
		("", RecurrenceProblem.NO_RULE),
		("EXDATE:20260302T090000", RecurrenceProblem.NO_RULE),
		("FREQ=DAILY\nRRULE:FREQ=WEEKLY", RecurrenceProblem.SEVERAL_RULES),
		("every day", RecurrenceProblem.UNREADABLE),
		("FREQ=", RecurrenceProblem.UNREADABLE),
		("FREQ=FORTNIGHTLY", RecurrenceProblem.UNREADABLE),
		("FREQ=WEEKLY;BYDAY=XX", RecurrenceProblem.UNREADABLE),
		("FREQ=MONTHLY;BYMONTHDAY=32", RecurrenceProblem.UNREADABLE),
		("FREQ=MONTHLY;BYMONTHDAY=0", RecurrenceProblem.UNREADABLE),
		("FREQ=YEARLY;BYMONTH=-1", RecurrenceProblem.UNREADABLE),
		("FREQ=DAILY;INTERVAL=-1", RecurrenceProblem.UNREADABLE),
		("FREQ=DAILY;INTERVAL=1.5", RecurrenceProblem.UNREADABLE),
		("FREQ=DAILY;COUNT=0", RecurrenceProblem.UNREADABLE),
		("FREQ=DAILY;UNTIL=20260230", RecurrenceProblem.UNREADABLE),
		("FREQ=DAILY;UNTIL=2026-03-02", RecurrenceProblem.UNREADABLE),
		("FREQ=DAILY\nEXDATE:gestern", RecurrenceProblem.UNREADABLE),
		("FREQ=DAILY\nEXDATE;TZID=Mars/Base:20260302T090000", RecurrenceProblem.UNREADABLE),
		("FREQ=DAILY\nRDATE;VALUE=PERIOD:20260302T090000/PT1H", RecurrenceProblem.UNREADABLE),
		("FREQ=DAILY;BYEASTER=1", RecurrenceProblem.UNKNOWN_PART),
		("FREQ=DAILY;RSCALE=HEBREW", RecurrenceProblem.UNKNOWN_PART),
		("DTSTART:20260302T090000\nFREQ=DAILY", RecurrenceProblem.UNKNOWN_PART),
		("EXRULE:FREQ=DAILY\nFREQ=DAILY", RecurrenceProblem.UNKNOWN_PART),
		("FREQ=DAILY;FREQ=WEEKLY", RecurrenceProblem.REPEATED_PART),
		("FREQ=HOURLY", RecurrenceProblem.TOO_FINE),
		("FREQ=SECONDLY", RecurrenceProblem.TOO_FINE),
		("FREQ=DAILY;BYHOUR=9,10", RecurrenceProblem.TOO_FINE),
		("FREQ=DAILY;BYMINUTE=1", RecurrenceProblem.TOO_FINE),
		("FREQ=WEEKLY;BYSECOND=1", RecurrenceProblem.TOO_FINE),
		("FREQ=WEEKLY;BYDAY=2MO", RecurrenceProblem.OUT_OF_PLACE),
		("FREQ=WEEKLY;BYMONTHDAY=1", RecurrenceProblem.OUT_OF_PLACE),
		("FREQ=MONTHLY;BYWEEKNO=20", RecurrenceProblem.OUT_OF_PLACE),
		("FREQ=MONTHLY;BYSETPOS=1", RecurrenceProblem.OUT_OF_PLACE),
		("FREQ=DAILY;INTERVAL=0", RecurrenceProblem.INTERVAL_ZERO),
		(f"FREQ=DAILY;COUNT={MOST_COUNTED + 1}", RecurrenceProblem.TOO_MANY_COUNTED),
		("FREQ=DAILY;COUNT=3;UNTIL=20270101", RecurrenceProblem.COUNT_AND_UNTIL),
		("FREQ=DAILY;UNTIL=20260301", RecurrenceProblem.UNTIL_BEFORE_START),
		("FREQ=DAILY;UNTIL=20260302T085959", RecurrenceProblem.UNTIL_BEFORE_START),
		("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", RecurrenceProblem.NEVER),
		("FREQ=MONTHLY;BYMONTH=4;BYMONTHDAY=31", RecurrenceProblem.NEVER),
		("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", RecurrenceProblem.NEVER),
		("FREQ=DAILY;INTERVAL=7;BYDAY=TU", RecurrenceProblem.NEVER),
		("FREQ=WEEKLY;BYDAY=MO;BYSETPOS=2", RecurrenceProblem.NEVER),
		("FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;BYSETPOS=2", RecurrenceProblem.NEVER),
		("FREQ=DAILY;COUNT=1\nEXDATE;VALUE=DATE:20260302", RecurrenceProblem.ALL_EXCLUDED),
		("FREQ=DAILY\n" + "X" * LONGEST_TEXT, RecurrenceProblem.TOO_LONG),
		(
			"FREQ=DAILY\nEXDATE;VALUE=DATE:" + ",".join(["20260303"] * (MOST_DATES + 1)),
			RecurrenceProblem.TOO_MANY_DATES,
		),
	],
	ids=lambda value: value.name if isinstance(value, RecurrenceProblem) else value[:40],
)
def test_what_is_refused(rule, problem):
	begun = time.process_time()
	with pytest.raises(InvalidRecurrence) as refused:
		normalised("2026-03-02 09:00", "2026-03-02 10:00", rule)
	assert refused.value.problem is problem
	assert time.process_time() - begun < 2


def test_a_block_without_duration_or_longer_than_a_year_is_refused():
	for end, problem in (
		("2026-03-02 09:00", RecurrenceProblem.ENDS_BEFORE_START),
		("2027-03-05 09:00", RecurrenceProblem.TOO_LONG_EACH),
	):
		with pytest.raises(InvalidRecurrence) as refused:
			normalised("2026-03-02 09:00", end, "FREQ=YEARLY")
		assert refused.value.problem is problem


def test_an_unknown_zone_is_refused():
	with pytest.raises(UnknownTimeZone):
		normalised("2026-03-02 09:00", "2026-03-02 10:00", "FREQ=DAILY", "Mars/Base")


@pytest.mark.parametrize(
	"text", ["FREQ=DAILY;" * 5, "=;=;", "RRULE:", ";", ":", "FREQ=DAILY;UNTIL=", "\x00", "FREQ=DAILY\nEXDATE:"]
)
def test_nonsense_is_refused_and_nothing_else(text):
	with pytest.raises(InvalidRecurrence):
		normalised("2026-03-02 09:00", "2026-03-02 10:00", text)


@examples(100)
@given(st.text(alphabet="FREQDAILYWKMONTHBYUC=;:,+-0123456789\n ", max_size=60))
def test_any_text_is_read_or_refused(text):
	with suppress(InvalidRecurrence):
		normalised("2026-03-02 09:00", "2026-03-02 10:00", text)


@pytest.mark.parametrize(
	"rule",
	[
		"FREQ=DAILY",
		"FREQ=DAILY;COUNT=5000",
		"FREQ=WEEKLY;BYDAY=MO",
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
		"FREQ=MONTHLY;BYMONTHDAY=13;BYDAY=FR",
		"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29",
	],
)
def test_an_old_rule_costs_no_more_than_a_new_one(rule):
	"""The days asked of dateutil are counted: time itself would depend on the machine."""
	asked = []
	real = rule_days.rrule._iter

	def counted(self):
		for each in real(self):
			asked.append(each)
			yield each

	made = normalised("1926-03-01 09:00", "1926-03-01 10:00", rule)
	expand._expanded.cache_clear()
	read_normalised(made)
	rule_days.rrule._iter = counted
	try:
		occurrences(made, at("2026-03-01"), at("2026-05-02"))
	finally:
		rule_days.rrule._iter = real
	assert len(asked) <= 110


def test_bounds_are_the_first_start_and_the_last_end():
	made = normalised(
		"2026-03-02 09:00", "2026-03-02 10:00", "FREQ=WEEKLY;UNTIL=20260401\nEXDATE;VALUE=DATE:20260302,20260330"
	)
	assert recurrence_bounds(made) == (at("2026-03-09 09:00", BERLIN), at("2026-03-23 10:00", BERLIN))
	made = normalised(
		"2026-03-02 09:00", "2026-03-02 10:00", "FREQ=DAILY;COUNT=2\nRDATE:20250101T090000,20270101T090000"
	)
	assert recurrence_bounds(made) == (at("2025-01-01 09:00", BERLIN), at("2027-01-01 10:00", BERLIN))
	made = normalised("2026-03-02 09:00", "2026-03-02 10:00", "FREQ=DAILY")
	assert recurrence_bounds(made) == (at("2026-03-02 09:00", BERLIN), NO_END)


BY = {
	"DAILY": ["", "BYDAY=MO,TU", "BYMONTH=1,6", "BYMONTHDAY=1,15,-1"],
	"WEEKLY": ["", "BYDAY=TU", "BYDAY=SU,MO,WE", "BYDAY=MO,WE,FR;BYMONTH=3,4"],
	"MONTHLY": ["", "BYMONTHDAY=1,-1", "BYDAY=-1FR", "BYDAY=2TU,WE", "BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "BYMONTH=2,3"],
	"YEARLY": ["", "BYMONTH=3,10", "BYMONTHDAY=5;BYMONTH=4", "BYYEARDAY=1,100,-1", "BYDAY=10MO", "BYDAY=SU;BYMONTH=10"],
}


@st.composite
def rules(draw):
	frequency = draw(st.sampled_from(sorted(BY)))
	parts = [f"FREQ={frequency}", draw(st.sampled_from(BY[frequency])), f"INTERVAL={draw(st.integers(1, 4))}"]
	ends = st.one_of(
		st.just(""),
		st.integers(1, 60).map("COUNT={}".format),
		st.dates(date(2026, 1, 1), date(2027, 12, 31)).map("UNTIL={:%Y%m%d}T235900Z".format),
	)
	parts.append(draw(ends))
	return ";".join(part for part in parts if part)


@pytest.mark.long
@examples(80)
@given(
	rules(),
	st.datetimes(datetime(2025, 6, 1), datetime(2026, 12, 31)).map(
		lambda when: when.replace(minute=0, second=0, microsecond=0)
	),
	st.integers(1, 30),
	st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, "Asia/Kolkata", "Pacific/Auckland", "UTC"]),
	st.dates(date(2026, 1, 1), date(2027, 6, 1)),
)
def test_calendars_agree(rule, start, hours, zone, first):
	"""Only starts are compared. Calendars differ in a block's length over a clock change, and in COUNT if the first block
	doesn't match the rule.
	"""
	start = start.replace(hour=9 + start.hour % 9)
	try:
		made = normalised_rule(start, start + timedelta(hours=hours), rule, zone)
	except InvalidRecurrence:
		return
	assume("COUNT" not in rule or start.date() == _first_match(rule, start))
	event = icalendar.Event.from_ical(
		"BEGIN:VEVENT\r\nUID:1\r\nSUMMARY:x\r\nDTSTAMP:20260101T000000Z\r\n"
		f"DTSTART;TZID={zone}:{start:%Y%m%dT%H%M%S}\r\nDTEND;TZID={zone}:{start + timedelta(hours=hours):%Y%m%dT%H%M%S}\r\n"
		f"RRULE:{rule}\r\nEND:VEVENT\r\n"
	)
	since = at(f"{first} 00:00", zone)
	until = since + 62 * DAY
	found = recurring_ical_events.of(event).between(
		datetime.fromtimestamp(since - 2 * DAY, timezone.utc), datetime.fromtimestamp(until, timezone.utc)
	)
	theirs = {int(each.start.timestamp()) for each in found}
	ours = occurrences(made, since, until)
	assert sorted(each for each in theirs if since <= each < until) == [each[0] for each in ours if each[0] >= since]


def _first_match(rule, start):
	from dateutil.rrule import rrulestr

	return next(iter(rrulestr(rule.replace("Z", ""), dtstart=start)), start - timedelta(days=1)).date()


@examples(100)
@given(
	rules(),
	st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)),
	st.integers(1, 3000),
	st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, CAIRO, "America/Havana", "Atlantic/Azores"]),
	st.dates(date(2026, 1, 1), date(2027, 6, 1)),
	st.integers(1, 61),
)
def test_a_range_split_in_two_finds_the_same(rule, start, minutes, zone, first, split):
	try:
		made = normalised_rule(start, start + timedelta(minutes=minutes), rule, zone)
	except InvalidRecurrence:
		return
	since = at(f"{first} 00:00")
	middle, until = since + split * DAY, since + 62 * DAY
	whole = occurrences(made, since, until)
	halves = {*occurrences(made, since, middle), *occurrences(made, middle, until)}
	assert sorted(halves) == whole
	assert all(start < end and start < until and end > since for start, end in whole)


@examples(100)
@given(
	st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)),
	st.integers(1, 2000),
	st.sampled_from([BERLIN, NEW_YORK, LORD_HOWE, CAIRO, "America/Havana", "Atlantic/Azores", "Africa/Casablanca"]),
	st.integers(0, 364),
	st.integers(0, 2879),
)
def test_a_block_is_never_shorter_than_its_wall_clock_times(start, minutes, zone, day, minute):
	"""Every instant whose wall clock reads within a day's block is blocked."""
	start = start.replace(second=0, microsecond=0)
	made = normalised_rule(start, start + timedelta(minutes=minutes), "FREQ=DAILY", zone)
	own = start + timedelta(days=day)
	instant = int((own + timedelta(minutes=minute)).replace(tzinfo=timezone.utc).timestamp())
	for offset in range(-12, 13):
		moment = instant + offset * 3600
		wall = datetime.fromtimestamp(moment, ZoneInfo(zone)).replace(tzinfo=None)
		if own <= wall < own + timedelta(minutes=minutes):
			assert occurrences(made, moment, moment + 1)
