"""Short ways to write schedules and times in tests."""

import os
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from hypothesis import settings

from scheduler_integration.engine import (
	Host,
	HostPool,
	MeetingRules,
	Member,
	WeeklyRule,
	WorkingHours,
	by_local_date,
	instant_of,
)

# In seconds, as instants are.
MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)
EVERY_DAY = range(7)


def examples(count, **options):
	"""Hypothesis settings: `count` examples with `make test-all`, a quarter of them otherwise. The time of one isn't limited."""
	return settings(max_examples=count if os.environ.get("TEST_ALL") else count // 4, deadline=None, **options)


def at(text, zone="UTC", fold=0):
	"""The instant of "2025-03-09 10:00" in `zone`; fold 1 is the second of a repeated wall time."""
	return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp())


def minutes(text):
	"""Minutes after midnight of "09:30"."""
	hour, minute = text.split(":")
	return int(hour) * 60 + int(minute)


def span(text):
	"""Both ends of "09:00-17:00" in minutes after midnight."""
	start, end = text.split("-")
	return minutes(start), minutes(end)


def weekly(days, *spans, is_available=True):
	"""One rule for each of `days` (one weekday or several) and each of `spans`."""
	days = [days] if isinstance(days, int) else days
	return tuple(WeeklyRule(day, *span(text), is_available) for day in days for text in spans)


def host(zone, *rules, overrides=(), busy=(), booked=()):
	return Host("host", WorkingHours(zone, sum(rules, ()), tuple(overrides)), busy, booked)


def shown(starts, zone):
	"""The starts as "02 01:30-05:00": day of the month, wall time and offset in `zone`."""
	return [_shown(start, ZoneInfo(zone)) for start in starts]


def _shown(start, zone):
	local = datetime.fromtimestamp(start, timezone.utc).astimezone(zone)
	offset = local.utcoffset() // timedelta(minutes=1)
	return f"{local:%d %H:%M}{'-' if offset < 0 else '+'}{abs(offset) // 60:02}:{abs(offset) % 60:02}"


def times(starts, zone):
	"""The starts as "10:00", by the wall clock of `zone`."""
	return [text[3:8] for text in shown(starts, zone)]


def pool_of(rules, a_host, now):
	"""A pool with this host alone."""
	return HostPool([Member(rules, a_host)], now)


def free_starts(rules, a_host, now, first, last):
	"""The bookable starts of one host in `[first, last)`."""
	return pool_of(rules, a_host, now).starts(first, last)


def is_bookable(start, rules, a_host, now):
	return pool_of(rules, a_host, now).is_bookable(start)


def refusal(start, rules, a_host, now):
	"""The first reason why one host can't be booked at `start`, or None."""
	return next(iter(pool_of(rules, a_host, now).refusals(start)[a_host.name]), None)


def instant_at(day, minutes, zone):
	"""The instant `minutes` after midnight on `day` by the wall clock of `zone`; 1440 is the next midnight."""
	days, minutes = divmod(minutes, 24 * 60)
	wall = datetime.combine(date.fromordinal(day.toordinal() + days), time(minutes // 60, minutes % 60))
	return instant_of(wall, zone)


def on(day, a_host, rules=None, now=0, days=1):
	"""The bookable starts of the host's local `day` ("2025-03-09"), or of this many days from it."""
	zone = a_host.hours.zone
	last = (datetime.fromisoformat(day) + timedelta(days=days)).date().isoformat()
	return free_starts(rules or MeetingRules(60), a_host, now, at(f"{day} 00:00", zone), at(f"{last} 00:00", zone))


def group_by_local_date(starts, zone):
	"""The starts by their date ("YYYY-MM-DD") in `zone`, both ascending."""
	return {day.isoformat(): list(group) for day, group in by_local_date(sorted(starts), zone, int)}


def local_days_listed(rules, a_host, now, days):
	"""The host's dates with a bookable start, from the day before `now` on."""
	starts = free_starts(rules, a_host, now, now - DAY, now + days * DAY)
	return list(group_by_local_date(starts, a_host.hours.zone))
