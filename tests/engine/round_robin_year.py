"""A simulated year of bookings in a round robin: who asked for which hour, and which host the engine chose.

The people keep office hours in Berlin, with public holidays, vacations, part-time weeks and appointments of their own.
Attendees ask for starts some days ahead. The engine decides who is free, given the bookings made before.
"""

import random
from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from scheduler_integration.engine import Booked, Busy, DateOverride, Host, HostPool, MeetingRules, Member, WorkingHours
from scheduler_integration.engine.round_robin import (
	BOOKING,
	Contender,
	highest_tier,
	iso_week,
	next_turn,
	offered_minutes,
)

from .support import DAY, FRI, HOUR, MON, THU, TUE, WED, at, weekly

ZONE = "Europe/Berlin"
FIRST_DAY = date(2025, 1, 1)
WEEKDAYS = (MON, TUE, WED, THU, FRI)
MODES = ("Weighted", "Availability", "Load Balanced")
MEETING = MeetingRules(60)

_PUBLIC_HOLIDAYS = tuple(
	DateOverride(date(2025, month, day), date(2025, month, day), False)
	for month, day in ((1, 1), (4, 18), (4, 21), (5, 1), (5, 29), (6, 9), (10, 3), (12, 25), (12, 26))
)


@dataclass(frozen=True)
class Person:
	"""A host of the pool; `joined` is in epoch seconds; 0 is the beginning of the year."""

	name: str
	hours: WorkingHours
	weight: int = 5
	busy: tuple[Busy, ...] = ()
	joined: int = 0


@dataclass(frozen=True)
class Given:
	"""One booking: when it was made, when it begins, whose turn it was, and each considered host's share and load."""

	made: int
	start: int
	host: str
	shares: dict[str, int]
	loads: dict[str, int]


@dataclass
class Year:
	"""The bookings so far, and the ledger."""

	people: list[Person]
	mode: str
	given: list[Given] = field(default_factory=list)
	credits: Counter = field(default_factory=Counter)
	# The most that any host has ever been away from the exact share, in millionths of a booking.
	furthest: int = 0
	_last_turn: dict[str, int] = field(default_factory=dict)
	_booked: dict[str, list[tuple[int, Booked]]] = field(default_factory=lambda: defaultdict(list))

	def ask(self, made: int, start: int) -> None:
		"""Book the hour at `start`, asked for at `made`. Nothing happens if nobody is free."""
		pool = [person for person in self.people if person.joined <= made]
		hosts = {person.name: self._host(person, start) for person in pool}
		free = HostPool([Member(MEETING, host) for host in hosts.values()], made).free_hosts(start)
		if not free:
			return
		contenders = [self._contender(person, hosts[person.name], start) for person in pool if person.name in free]
		considered = self._with_loads(highest_tier(contenders), start)
		turn = next_turn(considered)
		loads = {contender.name: contender.load for contender in considered}
		self.given.append(Given(made, start, turn.host, turn.shares, loads))
		self.credits.update(turn.changes())
		self.furthest = max(self.furthest, *map(abs, self.credits.values()))
		self._last_turn[turn.host] = made
		self._booked[turn.host].append((made, Booked(start, start + HOUR, counts=True)))

	def bookings(self) -> Counter:
		return Counter(each.host for each in self.given)

	def promised(self) -> dict[str, float]:
		"""The sum of each host's shares, in bookings."""
		shares = Counter()
		for each in self.given:
			shares.update(each.shares)
		return {name: share / BOOKING for name, share in shares.items()}

	def _host(self, person: Person, start: int) -> Host:
		"""The person as a host, with the appointments and bookings around `start`."""
		# `busy` ascends by start: a search instead of a look at all 700 appointments halves the time of a year.
		first, end = (bisect_left(person.busy, (start + days * DAY,)) for days in (-9, 9))
		busy = person.busy[first:end]
		booked = [each for _made, each in self._booked[person.name] if abs(each.start - start) < 9 * DAY]
		return Host(person.name, person.hours, busy, booked)

	def _contender(self, person: Person, host: Host, start: int) -> Contender:
		weights = {"Weighted": person.weight, "Load Balanced": 1}
		weight = weights.get(self.mode) or offered_minutes(host, *iso_week(start, ZONE))
		name = person.name
		return Contender(name, weight, credit=self.credits[name], last_turn=self._last_turn.get(name, 0))

	def _with_loads(self, considered: list[Contender], start: int) -> list[Contender]:
		if self.mode != "Load Balanced":
			return considered
		joined = {person.name: person.joined for person in self.people}
		since = max(joined[each.name] for each in considered)
		first, last = iso_week(start, ZONE)
		return [replace(each, load=self._minutes(each.name, since, first, last)) for each in considered]

	def _minutes(self, name: str, since: int, first: int, last: int) -> int:
		rows = self._booked[name]
		return sum((row.end - row.start) // 60 for made, row in rows if made >= since and first <= row.start < last)


def a_year(mode: str, people: list[Person], seed: int, *, a_day: int = 5, one_each_hour: bool = False) -> Year:
	"""Simulate a year in which `a_day` attendees ask each weekday for an hour in the next ten days.

	With `one_each_hour` nobody asks for the same hour twice, so all hosts who work at that hour are free.
	"""
	chance = random.Random(seed)
	year, asked = Year(people, mode), set()
	for day in range(365):
		today = FIRST_DAY + timedelta(days=day)
		made = at(f"{today} 08:00", ZONE)
		for nth in range(a_day if today.weekday() < 5 else 0):
			wanted = today + timedelta(days=chance.randint(1, 10))
			start = at(f"{wanted} {chance.randint(9, 16):02}:00", ZONE)
			if not (one_each_hour and start in asked):
				asked.add(start)
				year.ask(made + nth * HOUR, start)
	return year


def steady_pool() -> list[Person]:
	"""Three people who all work at every hour that is asked for, with weights of 5, 3 and 1."""
	hours = WorkingHours(ZONE, weekly(WEEKDAYS, "09:00-17:00"))
	return [Person(name, hours, weight) for name, weight in (("Ann", 5), ("Ben", 3), ("Cem", 1))]


def overlapping_pool() -> list[Person]:
	"""Three people who all work in the mornings. Two of them also work on some afternoons."""
	mornings = weekly(WEEKDAYS, "09:00-12:00")
	afternoons = {"Ann": WEEKDAYS, "Ben": (MON, WED), "Cem": ()}
	return [
		Person(name, WorkingHours(ZONE, mornings + weekly(days, "13:00-17:00") if days else mornings))
		for name, days in afternoons.items()
	]


def real_team(seed: int = 7) -> list[Person]:
	"""Six people as in a real team: two part-timers, vacations, appointments, and one who joins in July."""
	chance = random.Random(seed)
	joined = at("2025-07-01 00:00", ZONE)
	return [
		_person(chance, "Ann", WEEKDAYS, "09:00-17:00", 8),
		_person(chance, "Ben", WEEKDAYS, "09:00-17:00", 5),
		_person(chance, "Cem", WEEKDAYS, "09:00-17:00", 5),
		_person(chance, "Dee", (MON, TUE), "09:00-17:00", 5),
		_person(chance, "Eli", WEEKDAYS, "09:00-12:00", 2),
		_person(chance, "Fay", WEEKDAYS, "09:00-17:00", 5, joined),
	]


def _person(chance: random.Random, name: str, days: tuple, span: str, weight: int, joined: int = 0) -> Person:
	vacations = tuple(_vacation(chance, month) for month in (chance.randint(2, 5), chance.randint(7, 10)))
	hours = WorkingHours(ZONE, weekly(days, span), (*_PUBLIC_HOLIDAYS, *vacations))
	appointments = [_appointment(chance, FIRST_DAY + timedelta(days=day)) for day in range(365) for _each in range(2)]
	return Person(name, hours, weight, tuple(sorted(appointments)), joined)


def _vacation(chance: random.Random, month: int) -> DateOverride:
	first = date(2025, month, chance.randint(1, 15))
	return DateOverride(first, first + timedelta(days=13), False)


def _appointment(chance: random.Random, day: date) -> Busy:
	start = at(f"{day} {chance.randint(9, 16):02}:00", ZONE)
	return Busy(start, start + chance.choice((30, 60, 90)) * 60)
