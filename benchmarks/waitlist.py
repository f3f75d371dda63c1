"""Prints how many cancelled times are filled again in simulated practices, with and without a waitlist.

`python -m benchmarks.waitlist [weeks] [seeds] [first seed]`: the practices differ from the first one in one assumption each.
In the two lines of a practice the same random people come, cancel, and look or wait. With several seeds, other people come
each time, and the numbers are added up. With three weeks, each seed takes about three minutes. `practice.py` says what is assumed.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from benchmarks.practice import DAY, HOUR, LATE_LEADS, NOTICE_HOURS, WEEK, Assumptions, Practice
from tests.support.site import opened, undoing_commits

SEED = 30
LIVE_FIELDS = ["host", "starts_at", "source", "rescheduled_from"]
# How long before the start a time was freed: the name, and the hours that it is less than. Nobody can book in the first.
SOON, TODAY, LATER = "under 2 h", "2 to 24 h", "over a day"
NOTICES = ((SOON, NOTICE_HOURS), (TODAY, 24), (LATER, 10**6))
VISITOR, WAITED, MOVED = "visitors", "the waitlist", "meetings moved earlier"
BASE = Assumptions()
# The least certain assumptions, each changed once.
PRACTICES = {
	# A quarter more is asked for than there are times.
	"overfull": BASE,
	"full": replace(BASE, fullness=1.0),
	"three quarters full": replace(BASE, fullness=0.75),
	# One host, and meetings of two hours: a visitor comes every four hours of the day, and not every hour.
	"small": replace(BASE, hosts=1, meeting_hours=2),
	"nobody looks again": replace(BASE, looks=0),
	# In the last 24 hours, spread as late cancellations are in the others.
	"all cancel late": replace(BASE, leads=LATE_LEADS),
	# One of three answers: as many patients as reply to text messages of their clinics (1-800 Notify, 40,000 messages). Of
	# offers of an earlier time, 8 and 11 % were accepted in two large health systems (doi.org/10.2196/16451,
	# doi.org/10.2196/52071).
	"few answer": replace(BASE, never_answers=2 / 3),
	# Everybody needs some time to make room for a meeting, visitors and those who wait alike. In the others nobody does.
	"people need notice": replace(BASE, notice_hours=(2, 6, 24, 48)),
}


@dataclass
class Row:
	"""Results of simulations. `freed` and `filled` count cancelled times by the time between cancellation and start."""

	freed: Counter[str] = field(default_factory=Counter)
	filled: Counter[str] = field(default_factory=Counter)
	by_whom: Counter[str] = field(default_factory=Counter)
	offers: Counter[str] = field(default_factory=Counter)
	waits: list[float] = field(default_factory=list)
	times: int = 0
	idle: int = 0
	people: int = 0

	def add(self, other: Row) -> None:
		for mine, theirs in ((self.freed, other.freed), (self.filled, other.filled), (self.by_whom, other.by_whom)):
			mine.update(theirs)
		self.offers.update(other.offers)
		self.waits += other.waits
		self.times += other.times
		self.idle += other.idle
		self.people += other.people


def simulate(assumed: Assumptions, at_once: int, weeks: int, seed: int = SEED) -> Row:
	"""Return what becomes of the freed times. `at_once` is 0 without a waitlist.

	So many weeks are counted that there are as many times as in `weeks` of BASE.
	"""
	from tests.support.factories import at

	weeks = weeks * BASE.times_a_week // assumed.times_a_week

	with _simulated():
		practice = Practice(assumed, at_once, at("2027-01-04 00:00"), weeks, seed)
		practice.run()
		return count(practice)


def count(practice: Practice) -> Row:
	"""Return what came of the weeks that count.

	A time is filled again if somebody has a meeting with the same host at that time in the end.
	"""
	import frappe

	first, last = practice.counted
	where = {"status": "Scheduled", "meeting_type": practice.type.name}
	live = {(each.host, each.starts_at): each for each in frappe.get_all("Booking", where, LIVE_FIELDS)}
	row = Row(times=practice.assumed.times_a_week * (last - first) // WEEK)
	for (host, start), lead in practice.freed.items():
		if first <= start < last:
			notice = next(name for name, hours in NOTICES if lead < hours * HOUR)
			row.freed[notice] += 1
			if again := live.get((host, start)):
				row.filled[notice] += 1
				row.by_whom[_kind(again)] += 1
	row.idle = row.times - sum(1 for _host, start in live if first <= start < last)
	came = [each for each in practice.people.values() if each and first <= each.came_at < last]
	row.people = len(came)
	row.waits = [(each.met_at - each.came_at) / DAY for each in came if each.met_at]
	row.offers.update(frappe.get_all("Waitlist Offer", pluck="status"))
	return row


def _kind(booking: Any) -> str:
	if booking.source == "waitlist":
		return WAITED
	return MOVED if booking.rescheduled_from else VISITOR


@contextmanager
def _simulated() -> Iterator[None]:
	"""Leave out contacts, activities and messages. Undo what a simulation stores, and what it does to the clock."""
	import frappe

	from scheduler_integration.availability.holds import CACHE_KEY
	from scheduler_integration.bookings import consequences, ledger
	from scheduler_integration.platform import clock

	real, all_of_them = clock.now, consequences.CONSEQUENCES
	consequences.CONSEQUENCES = (consequences.Consequence(ledger.keep_ledger, also_unpaid=True),)
	try:
		with undoing_commits():
			yield
	finally:
		clock.now, consequences.CONSEQUENCES = real, all_of_them
		frappe.cache.delete_value(CACHE_KEY)


def main(weeks: int = 3, seeds: int = 1, first: int = SEED) -> None:
	print(
		f"\n{BASE.times_a_week} times a week, {weeks} weeks are counted, or as many times, seeds {first} to {first + seeds - 1}\n"
	)
	print(heading())
	with opened():
		for name, assumed in PRACTICES.items():
			for at_once in (0, 1):
				row = Row()
				for seed in range(first, first + seeds):
					row.add(simulate(assumed, at_once, weeks, seed))
				print(line(name if not at_once else "", at_once, row), flush=True)


def _again(row: Row, *notices: str) -> str:
	freed = sum(row.freed[each] for each in notices)
	filled = sum(row.filled[each] for each in notices)
	return f"{filled}/{freed} {filled / max(freed, 1):.0%}"


COLUMNS: tuple[tuple[str, int, Callable[[Row], str]], ...] = (
	("filled again", 13, lambda row: _again(row, *(name for name, _hours in NOTICES))),
	("freed < 24 h", 13, lambda row: _again(row, SOON, TODAY)),
	("2 to 24 h", 12, lambda row: _again(row, TODAY)),
	("earlier", 12, lambda row: _again(row, LATER)),
	("idle", 9, lambda row: f"{row.idle} {row.idle / max(row.times, 1):.1%}"),
	("people met", 15, lambda row: f"{len(row.waits)}/{row.people} {len(row.waits) / max(row.people, 1):.0%}"),
	("wait", 6, lambda row: f"{median(row.waits or [0]):.1f} d"),
	("offers", 7, lambda row: str(row.offers.total() or "")),
	("taken", 6, lambda row: str(row.offers["Taken"] or "")),
	("unanswered", 11, lambda row: str(row.offers["Expired"] or "")),
)


def heading() -> str:
	return f"{'practice':20} {'waitlist':9}" + "".join(f"{name:>{width + 1}}" for name, width, _show in COLUMNS)


def line(name: str, at_once: int, row: Row) -> str:
	"""Return what a row of the table says."""
	how = f"{at_once} at once" if at_once > 1 else "with" if at_once else "without"
	return f"{name:20} {how:9}" + "".join(f"{show(row):>{width + 1}}" for _name, width, show in COLUMNS)


if __name__ == "__main__":
	main(*map(int, sys.argv[1:]))
