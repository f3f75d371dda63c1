"""Random changes and faults in a calendar: in the end the app knows the same busy times as the vendor.

A random person adds, moves, declines and deletes events in odd zones around the clock changes of March, while replies
are lost, pages are cut and tokens expire. The vendor's own free/busy is the oracle. A failure names its seed.
"""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import frappe
import pytest

from scheduler_integration.calendars.sync import is_due_for_full, sync, window_for
from scheduler_integration.exceptions import OutsideError
from tests.support.factories import at
from tests.support.vendors.connected import Connected, Vendor, outgoing
from tests.support.vendors.diary import Entry, Moment, merged

# A window from here has the clock changes of America (8 March) and Europe (29 March). It is years ahead: the server of
# other tests has a scheduler, which must not find this due.
BEGIN = at("2037-03-02 10:00")
ZONES = (
	"UTC", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Pacific/Apia", "Australia/Lord_Howe", "Africa/Cairo",
	"America/St_Johns", "Pacific/Chatham",
)  # fmt: skip
RULES = (
	"FREQ=DAILY;COUNT=9",
	"FREQ=WEEKLY",
	"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH",
	"FREQ=MONTHLY;COUNT=3",
	"FREQ=DAILY",
)


class Person:
	"""Somebody who changes their calendar at random."""

	def __init__(self, vendor: Vendor, jane: Connected, dice: random.Random):
		self.vendor, self.jane, self.dice = vendor, jane, dice

	def act(self) -> None:
		actions: tuple[tuple[Callable[[], Any], int], ...] = (
			(self.add, 6),
			(self.add_all_day, 3),
			(self.add_series, 3),
			(self.move, 3),
			(self.remove, 2),
			(self.set_fields, 3),
			(self.cancel_occurrence, 3),
			(self.move_occurrence, 3),
			(self.decline_occurrence, 2),
			(self.book, 2),
		)
		self.dice.choices([action for action, _weight in actions], [weight for _action, weight in actions])[0]()

	def add(self) -> None:
		start = self._moment()
		self.vendor.add(self.jane, start, start + self._length(), zone=self.dice.choice(ZONES), **self._fields())

	def add_all_day(self) -> None:
		first = self._date()
		self.vendor.add(self.jane, first, first + timedelta(days=self.dice.randint(1, 4)), **self._fields())

	def add_series(self) -> None:
		rule = self.dice.choice(RULES)
		if self.dice.random() < 0.3:
			first = self._date()
			self.vendor.add(self.jane, first, first + timedelta(days=1), rule=rule, **self._fields())
		else:
			start = self._moment()
			zone = self.dice.choice(ZONES)
			self.vendor.add(self.jane, start, start + self._length(), zone=zone, rule=rule, **self._fields())

	def move(self) -> None:
		if entry := self._any():
			start: Moment = self._date() if entry.all_day else self._moment()
			self.vendor.act(self.jane, lambda: self.jane.diary.move(entry, start, start + (entry.end - entry.start)))

	def remove(self) -> None:
		if entry := self._any():
			self.vendor.act(self.jane, lambda: self.jane.diary.remove(entry))

	def set_fields(self) -> None:
		if entry := self._any():
			self.vendor.set_fields(self.jane, entry, self._fields())

	def cancel_occurrence(self) -> None:
		if found := self._occurrence():
			entry, original = found
			self.vendor.act(self.jane, lambda: self.jane.diary.cancel_occurrence(entry, original))

	def move_occurrence(self) -> None:
		if found := self._occurrence():
			entry, original = found
			start: Moment = self._date() if entry.all_day else self._moment()
			end = start + (entry.end - entry.start)
			self.vendor.act(self.jane, lambda: self.jane.diary.move_occurrence(entry, original, start, end))

	def decline_occurrence(self) -> None:
		if found := self._occurrence():
			self.vendor.decline_occurrence(self.jane, *found)

	def book(self) -> None:
		"""An event of ours appears, which makes no busy time."""
		event = outgoing(BEGIN + self.dice.randrange(40) * 86400)
		row = {"user": self.jane.user, "connection": self.jane.connection, "key": event.key, "state": "Planned"}
		frappe.get_doc({"doctype": "Mirrored Event", **row}).insert()
		frappe.db.commit()
		with self.vendor.opened(self.jane) as provider:
			provider.put(self.jane.diary.id, event)

	def _any(self) -> Entry | None:
		live = [entry for entry in self.jane.diary.entries.values() if not entry.removed]
		return self.dice.choice(live) if live else None

	def _occurrence(self) -> tuple[Entry, Moment] | None:
		entry = self._any()
		if not entry or not entry.rule:
			return None
		around = [each.original for each in self.jane.diary.occurrences(entry, BEGIN, BEGIN + 60 * 86400)]
		originals = [original for original in around if original is not None]
		return (entry, self.dice.choice(originals)) if originals else None

	def _fields(self) -> dict[str, Any]:
		vendor = self.vendor
		kinds = [{}, {}, {}, vendor.free, vendor.tentative, vendor.out_of_office, vendor.declined(self.jane)]
		return self.dice.choice(kinds)

	def _date(self) -> date:
		return date(2037, 3, 1) + timedelta(days=self.dice.randint(-10, 60))

	def _moment(self) -> datetime:
		quarter = timedelta(minutes=15 * self.dice.randrange(96))
		return datetime.combine(self._date(), datetime.min.time()) + quarter

	def _length(self) -> timedelta:
		return timedelta(minutes=15 * self.dice.choice((0, 1, 2, 4, 40, 200)))


def trouble(vendor: Vendor, dice: random.Random) -> None:
	"""Order something that goes wrong the next time."""
	path = vendor.calendar_path
	faults: tuple[Callable[[], Any], ...] = (
		*[lambda: None] * 4,
		lambda: vendor.stand_in.fail(path, status=429, headers={"Retry-After": "300"}),
		lambda: vendor.stand_in.fail(path, status=401),
		lambda: vendor.stand_in.fail(path, status=410),
		lambda: vendor.stand_in.fail(path, lost=True),
		lambda: vendor.stand_in.fail(path, cut=0.6),
		vendor.expire_tokens,
		vendor.stand_in.expire_access,
	)
	dice.choice(faults)()


def known(jane: Connected, window: tuple[int, int]) -> list[tuple[int, int]]:
	"""Return the busy spans that a booking of this host would collide with."""
	frappe.db.rollback()
	[row] = frappe.get_all("Connected Calendar", {"parent": jane.connection}, ["name", "generation"])
	filters = {"calendar": row.name, "generation": row.generation}
	times = frappe.get_all("Calendar Busy Time", filters, ["starts_at", "ends_at"])
	return merged((max(each.starts_at, window[0]), min(each.ends_at, window[1])) for each in times)


def settle(jane: Connected, now: int) -> None:
	"""Read until nothing is left. A suspiciously small calendar is read twice, and a reading that began long ago too."""
	for _attempt in range(20):
		outcome = sync(jane.connection, now)
		[row] = frappe.get_all(
			"Connected Calendar", {"parent": jane.connection}, ["suspect", "full_at", "window_until"]
		)
		is_due = is_due_for_full(row.full_at, row.window_until, window_for(jane.user, now), now)
		if outcome.error is None and outcome.is_complete and not row.suspect and not is_due:
			return
	raise AssertionError(f"{outcome} after many readings")


def agree(vendor: Vendor, seed: int) -> None:
	dice = random.Random(seed)
	jane = vendor.connect(zone=dice.choice(ZONES))
	frappe.db.commit()
	person, now = Person(vendor, jane, dice), BEGIN
	for _round in range(6):
		vendor.stand_in.page_size = dice.choice((2, 5, 250))
		vendor.stand_in.empty_first_page = dice.random() < 0.3
		for _change in range(dice.randint(2, 6)):
			person.act()
		trouble(vendor, dice)
		outcome = sync(jane.connection, now)
		assert outcome.error is None or isinstance(outcome.error, OutsideError)
		now += dice.choice((300, 600, 900, 900, 900, 86400, 9 * 86400))
		vendor.stand_in.faults.clear()
		settle(jane, now)
		# Both sides know only the window that was read.
		[row] = frappe.get_all("Connected Calendar", {"parent": jane.connection}, ["window_from", "window_until"])
		window = (max(row.window_from, window_for(jane.user, now)[0]), row.window_until)
		assert known(jane, window) == vendor.busy(jane, *window), f"seed {seed}"


@pytest.fixture(autouse=True)
def _committing(commit_clean):
	"""A reading commits."""


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2))
def test_we_know_the_busy_times_that_the_vendor_knows(vendor, seed):
	agree(vendor, seed)


@pytest.mark.long
def test_we_know_them_after_many_more_changes(vendor):
	for seed in range(100, 103):
		agree(vendor, seed)
