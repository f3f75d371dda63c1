"""Random schedules around clock changes, from a seeded source of randomness."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from scheduler_integration.engine import (
	Booked,
	Busy,
	DateOverride,
	DateRange,
	Host,
	HostPool,
	Limit,
	MeetingRules,
	Member,
	RollingDays,
	Trip,
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
	"""A host, a meeting type, a `now`, and a range of a few days, all in whole minutes.

	With `hosts` there are more members, each in a zone of their own, who work apart or `together`.
	"""

	def __init__(self, rng, zones=ZONES, days=3, hosts=1):
		self.zone = rng.choice(zones)
		self.day = _interesting_day(rng, self.zone)
		self.first = _instant(self.day, self.zone) + rng.randrange(-12, 12) * HOUR
		self.last = self.first + rng.randrange(1, days + 1) * DAY
		self.now = self.first - rng.choice((-20, 0, 5, 30, 60)) * HOUR
		self.rules = _meeting(rng, self.day)
		self.host = self._host(rng, "host", self.zone, self.rules, zones)
		self.members = [Member(self.rules, self.host)]
		for number in range(1, hosts):
			rules = _for_another(rng, self.rules)
			other = self._host(rng, f"host {number}", rng.choice((self.zone, *zones)), rules, zones)
			self.members.append(Member(rules, other, rng.random() < 0.6))
		self.together = hosts > 1 and rng.random() < 0.5
		self.dates_in = rng.choice((None, rng.choice(zones)))
		# How many of the hosts who aren't required a meeting together needs.
		self.at_least = rng.choice((0, 0, 1, 2)) if self.together else 0

	def pool(self, members=None):
		return HostPool(
			members or self.members,
			self.now,
			together=self.together,
			at_least=self.at_least,
			dates_in=self.dates_in,
		)

	def with_sessions(self, rng):
		"""The same case with four seats, and with sessions at some of its starts. By chance such starts are rare."""
		self.members = [replace(m, rules=replace(m.rules, seats=4, party_size=1)) for m in self.members]
		pool = self.pool()
		starts = pool.starts(self.first, self.last)
		for start in rng.sample(starts, min(len(starts), 3)):
			session, free = _session(start, pool.parts(start)), pool.free_hosts(start)
			self.members = [_with_booked(m, session) if m.host.name in free else m for m in self.members]
		self.rules, self.host = self.members[0].rules, self.members[0].host
		return self

	def _host(self, rng, name, zone, rules, zones):
		trips = _trips(rng, self.day, zones) if rng.random() < 0.25 else ()
		hours = WorkingHours(zone, _rules(rng), _overrides(rng, self.day), trips)
		idle = Host(name, hours)
		booked = (*self._booked(rng), *self._sessions(rng, rules, idle), *self._distant(rng))
		return Host(name, hours, self._busy(rng), booked)

	def _span(self, rng, longest):
		start = rng.randrange(self.first - DAY, self.last + DAY) // MINUTE * MINUTE
		return start, start + rng.randrange(longest) * MINUTE

	def _busy(self, rng):
		return [Busy(*self._span(rng, rng.choice((30, 90, 400)))) for _ in range(rng.choice((0, 3, 12)))]

	def _booked(self, rng):
		return [
			Booked(
				*self._span(rng, 90),
				rng.choice((0, 10, 45)),
				rng.choice((0, 15, 60)),
				rng.random() < 0.5,
				is_hold=rng.random() < 0.2,
				is_first_day=rng.random() < 0.9,
			)
			for _ in range(rng.choice((0, 2, 6)))
		]

	def _sessions(self, rng, rules, idle):
		"""Bookings and holds at possible starts of the meeting, on all its days."""
		plain = MeetingRules(rules.duration, slot_interval=rules.slot_interval, days=rules.days)
		pool = HostPool([Member(plain, idle)], 0)
		starts = pool.starts(self.first - DAY, self.last + DAY)
		found = []
		for start in rng.sample(starts, min(len(starts), rng.choice((0, 0, 1, 3)))):
			for _ in range(rng.choice((1, 1, 2)) if rules.seats > 1 else 1):
				is_hold = rng.random() < 0.3
				session = f"session {start}" if rules.seats > 1 and not is_hold else ""
				seats = rng.choice((1, 1, 2))
				found += [
					Booked(*part, 0, 5, True, "", seats, session, is_first_day=part[0] == start, is_hold=is_hold)
					for part in pool.parts(start)
				]
		return found

	def _distant(self, rng):
		"""Bookings outside the range, which matter only to weekly and monthly limits."""
		starts = [self.first + rng.randrange(-18 * 24, 20 * 24) * HOUR for _ in range(rng.choice((0, 0, 3)))]
		return [Booked(start, start + 40 * MINUTE, counts=rng.random() < 0.7) for start in starts]


def _session(start, parts):
	return [Booked(*part, counts=True, session=f"shared {start}", is_first_day=part[0] == start) for part in parts]


def _with_booked(member, booked):
	return replace(member, host=replace(member.host, booked=(*member.host.booked, *booked)))


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


def _meeting(rng, near):
	duration = rng.choice((10, 25, 30, 50, 60, 90, 300))
	seats = rng.choice((1, 1, 1, 2, 4))
	return MeetingRules(
		duration=duration,
		buffer_before=rng.choice((0, 0, 5, 30)),
		buffer_after=rng.choice((0, 0, 10, 45)),
		minimum_notice=rng.choice((0, 0, 60, 2000)),
		window=_window(rng, near),
		slot_interval=rng.choice((None, None, 15, 40, 75)),
		slot_offset=rng.choice((0, 0, 0, 5, 50)),
		fill_gaps=rng.random() < 0.2,
		first_slot_only=rng.random() < 0.15,
		seats=seats,
		party_size=rng.choice((1, min(2, seats))),
		days=rng.choice((1, 1, 1, 1, 2, 3)),
		skips_days_off=rng.random() < 0.5,
		limits=_limits(rng, duration),
	)


def _window(rng, near):
	kind = rng.randrange(8)
	days = rng.choice((0, 1, 2, 3, 5))
	if kind < 4:
		return None
	if kind == 4:
		first = near + timedelta(days=rng.randrange(-3, 3))
		ends = rng.choice(((first, None), (None, first), (first, first + timedelta(days=rng.randrange(3)))))
		return DateRange(*ends)
	return (RollingDays(days), RollingDays(days, business_only=True), RollingDays(days, with_slots_only=True))[kind - 5]


def _limits(rng, duration):
	limits = []
	for period, most in (("day", (0, 0, 0, 1, 2)), ("week", (0, 0, 0, 2, 4)), ("month", (0, 0, 0, 3, 6))):
		if count := rng.choice(most):
			in_minutes = rng.random() < 0.4
			most = count * duration + rng.choice((0, 0, 35)) if in_minutes else count
			limits.append(Limit(period, most, in_minutes, of_host=rng.random() < 0.4))
	return limits


def _for_another(rng, rules):
	"""The same rules as they apply to another host."""
	own = {"buffer_before": 20, "buffer_after": 0, "minimum_notice": 30, "limits": (Limit("day", 2, of_host=True),)}
	return replace(rules, **{field: value for field, value in own.items() if rng.random() < 0.3})


def _trips(rng, near, zones):
	trips = []
	for _ in range(rng.choice((1, 2))):
		first = near + timedelta(days=rng.randrange(-3, 3))
		trips.append(Trip(first, first + timedelta(days=rng.choice((0, 1, 4))), rng.choice(zones)))
	return tuple(trips)


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
