"""Zone names, wall times and local dates."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from scheduler_integration.engine import (
	EngineError,
	InstantOutOfRange,
	UnknownTimeZone,
	instant_of,
	local_date,
	local_midnight,
	wall_clock,
	zone,
)

from .support import DAY, HOUR, at, group_by_local_date, instant_at


@pytest.mark.parametrize("name", ["Asia/Kolkata", "UTC", "US/Eastern", "America/Argentina/Ushuaia", "Etc/GMT+5"])
def test_an_iana_name_is_a_zone(name):
	assert zone(name) == ZoneInfo(name)
	assert zone(zone(name)) is zone(name)


@pytest.mark.parametrize(
	"name",
	[
		"",
		"Mars/Olympus",
		"America",
		"America/",
		"/usr/share/zoneinfo/UTC",
		"../zoneinfo/UTC",
		"Europe/../UTC",
		"localtime",
		"posixrules",
		"Factory",
		"posix/Europe/Rome",
		"right/Europe/Rome",
		"tzdata.zi",
		"leapseconds",
		"Europe/Rome\n",
		" UTC",
		"UTC\0",
		"Europe/Röme",
		"Europe/" + "R" * 10_000_000,
		None,
		3,
		["UTC"],
		{},
	],
	ids=lambda name: repr(name)[:24],
)
def test_anything_else_is_an_unknown_time_zone(name):
	with pytest.raises(UnknownTimeZone) as caught:
		zone(name)
	assert caught.value.zone == name
	assert caught.value.code == "UNKNOWN_TIME_ZONE"
	assert isinstance(caught.value, EngineError)
	assert len(str(caught.value)) < 120


@pytest.mark.parametrize(
	("name", "wall", "utc"),
	[
		("America/New_York", "2025-03-09 02:00", "2025-03-09 07:00"),
		("America/New_York", "2025-03-09 02:30", "2025-03-09 07:30"),
		("America/New_York", "2025-03-09 03:00", "2025-03-09 07:00"),
		("America/New_York", "2025-11-02 01:30", "2025-11-02 05:30"),
		("America/New_York", "2025-11-02 02:00", "2025-11-02 07:00"),
		("Australia/Lord_Howe", "2025-10-05 02:15", "2025-10-04 15:45"),
		("Australia/Lord_Howe", "2025-04-06 01:45", "2025-04-05 14:45"),
		("Africa/Cairo", "2025-04-25 00:00", "2025-04-24 22:00"),
		("Africa/Cairo", "2025-04-25 00:30", "2025-04-24 22:30"),
		("Africa/Cairo", "2025-10-31 00:00", "2025-10-30 22:00"),
		("America/Nuuk", "2025-03-29 23:30", "2025-03-30 01:30"),
		("Asia/Kolkata", "2025-06-01 09:00", "2025-06-01 03:30"),
	],
)
def test_a_skipped_wall_time_moves_forward_and_a_repeated_one_is_the_first(name, wall, utc):
	assert instant_of(datetime.fromisoformat(wall), name) == at(utc)
	assert instant_of(datetime.fromisoformat(wall).replace(fold=1), name) == at(utc)


def test_an_aware_datetime_is_no_wall_time():
	with pytest.raises(EngineError):
		instant_of(datetime(2025, 1, 1, tzinfo=ZoneInfo("UTC")), "UTC")


def test_minutes_beyond_the_day_are_the_next_days():
	assert instant_at(date(2025, 3, 8), 1440 + 150, "America/New_York") == at("2025-03-09 07:30")
	assert instant_at(date(2025, 12, 31), 1440, "UTC") == at("2026-01-01 00:00")


@pytest.mark.parametrize("name", ["Africa/Cairo", "America/Havana", "America/Santiago", "Asia/Beirut"])
def test_a_date_whose_midnight_is_skipped_begins_after_the_gap(name):
	skipped = [
		day
		for day in (date(2025, 1, 1) + timedelta(days=n) for n in range(365))
		if wall_clock(local_midnight(day, name), name).hour == 1
	]
	assert len(skipped) == 1
	assert local_date(local_midnight(skipped[0], name) - 1, name) == skipped[0] - timedelta(days=1)


@pytest.mark.long
def test_in_every_zone_dates_follow_one_another_without_gap_or_overlap():
	names = sorted(available_timezones() - {"Factory", "localtime"})
	assert len(names) > 500
	assert {name: wrong for name in names if (wrong := dates_that_do_not_follow(name))} == {}


def dates_that_do_not_follow(name):
	"""The dates near a clock change of 2025 or January 2026 that don't begin where the date before them ends."""
	day = date(2025, 1, 1)
	offsets = [wall_clock(local_midnight(day, name) + n * DAY, name).utcoffset() for n in range(400)]
	changes = [n for n in range(1, 400) if offsets[n] != offsets[n - 1]] or [1]
	wrong = []
	for near in (day + timedelta(days=change + n) for change in changes for n in range(-2, 3)):
		midnight = local_midnight(near, name)
		days = [local_date(midnight, name), local_date(midnight - 1, name)]
		wrong += [] if days == [near, near - timedelta(days=1)] else [near]
	return wrong


def test_starts_are_grouped_by_the_guests_date():
	starts = [at("2025-11-24 20:00"), at("2025-11-24 10:59"), at("2025-11-24 11:00"), at("2025-11-25 11:00")]
	assert group_by_local_date(starts, "Pacific/Auckland") == {
		"2025-11-24": [at("2025-11-24 10:59")],
		"2025-11-25": [at("2025-11-24 11:00"), at("2025-11-24 20:00")],
		"2025-11-26": [at("2025-11-25 11:00")],
	}
	assert list(group_by_local_date(starts, "UTC")) == ["2025-11-24", "2025-11-25"]
	assert group_by_local_date([], "UTC") == {}


def test_a_repeated_hour_stays_two_instants_of_one_date():
	first = at("2025-11-02 01:30", "America/New_York")
	assert group_by_local_date([first, first + HOUR], "America/New_York") == {"2025-11-02": [first, first + HOUR]}


def test_grouping_in_an_unknown_zone_is_refused():
	with pytest.raises(UnknownTimeZone):
		group_by_local_date([0], "Nowhere")


@pytest.mark.parametrize("instant", [10**12, -(10**12), 10**30, -(10**30)])
def test_an_instant_beyond_the_calendar_is_out_of_range(instant):
	with pytest.raises(InstantOutOfRange) as caught:
		local_date(instant, "UTC")
	assert caught.value.instant == instant
