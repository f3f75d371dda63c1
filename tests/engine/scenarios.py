"""Random schedules around clock changes, from a seeded source of randomness."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler_integration.engine import (
	Booked,
	Busy,
	DateOverride,
	Host,
	Limit,
	MeetingRules,
	RollingDays,
	WeeklyRule,
	WorkingHours,
)

from .support import DAY, HOUR, MINUTE

ZONES = [
	"Africa/Cairo",
	"Africa/Casablanca",
	"America/Havana",
	"America/New_York",
	"America/Nuuk",
	"America/Santiago",
	"America/St_Johns",
	"Antarctica/Troll",
	"Asia/Beirut",
	"Asia/Kathmandu",
	"Asia/Kolkata",
	"Atlantic/Azores",
	"Australia/Lord_Howe",
	"Europe/Dublin",
	"Europe/London",
	"Pacific/Apia",
	"Pacific/Auckland",
	"Pacific/Chatham",
	"Pacific/Kiritimati",
	"UTC",
]


class Scenario:
	"""One host, one meeting type, a now, and a range of a few days, all in whole minutes."""

	def __init__(self, rng, zones=ZONES, days=3):
		self.zone = rng.choice(zones)
		self.day = _interesting_day(rng, self.zone)
		self.first = _instant(self.day, self.zone) + rng.randrange(-12, 12) * HOUR
		self.last = self.first + rng.randrange(1, days + 1) * DAY
		self.now = self.first - rng.choice((-20, 0, 5, 30, 60)) * HOUR
		self.meeting = _meeting(rng)
		hours = WorkingHours(self.zone, _rules(rng), _overrides(rng, self.day))
		self.host = Host("host", hours, self._busy(rng), self._booked(rng))

	def _span(self, rng, longest):
		start = rng.randrange(self.first - DAY, self.last + DAY) // MINUTE * MINUTE
		return start, start + rng.randrange(longest) * MINUTE

	def _busy(self, rng):
		return [Busy(*self._span(rng, rng.choice((30, 90, 400)))) for _ in range(rng.choice((0, 3, 12)))]

	def _booked(self, rng):
		return [
			Booked(*self._span(rng, 90), rng.choice((0, 10, 45)), rng.choice((0, 15, 60)), rng.random() < 0.5)
			for _ in range(rng.choice((0, 2, 6)))
		]


def _interesting_day(rng, zone):
	day = date(2025, 1, 1) + timedelta(days=rng.randrange(700))
	if rng.random() < 0.3:
		return day
	tz = ZoneInfo(zone)
	for _ in range(400):
		offsets = {tz.utcoffset(datetime.combine(day, datetime.min.time()) + timedelta(days=n)) for n in (0, 1)}
		if len(offsets) > 1:
			break
		day += timedelta(days=1)
	return day


def _instant(day, zone):
	return int(datetime.combine(day, datetime.min.time(), ZoneInfo(zone)).timestamp())


def _meeting(rng):
	return MeetingRules(
		duration=rng.choice((10, 25, 30, 50, 60, 90, 300)),
		buffer_before=rng.choice((0, 0, 5, 30)),
		buffer_after=rng.choice((0, 0, 10, 45)),
		minimum_notice=rng.choice((0, 0, 60, 2000)),
		window=rng.choice((None, None, None, RollingDays(1), RollingDays(3), RollingDays(5))),
		slot_interval=rng.choice((None, None, 15, 40, 75)),
		limits=[
			Limit(period, most)
			for period, most in (("day", rng.choice((0, 0, 0, 1, 2))), ("week", rng.choice((0, 0, 0, 2, 4))))
			if most
		],
	)


def _minute(rng):
	return rng.choice((rng.randrange(1440), rng.randrange(8) * 30, rng.randrange(48) * 30, 0, 1439))


def _rules(rng):
	if rng.random() < 0.1:
		always = tuple(WeeklyRule(day, 0, 0) for day in range(7))
		return always + tuple(WeeklyRule(rng.randrange(7), 300, 310, False) for _ in range(rng.randrange(2)))
	return tuple(
		WeeklyRule(rng.randrange(7), _minute(rng), _minute(rng), rng.random() < 0.8)
		for _ in range(rng.choice((5, 9, 14, 20)))
	)


def _overrides(rng, near):
	overrides = []
	for _ in range(rng.choice((0, 0, 1, 2, 3))):
		first = near + timedelta(days=rng.randrange(-3, 5))
		last = first + timedelta(days=rng.choice((0, 0, 1, 3)))
		times = (_minute(rng), _minute(rng)) if rng.random() < 0.7 else ()
		overrides.append(DateOverride(first, last, rng.random() < 0.6, *times))
	return tuple(overrides)
