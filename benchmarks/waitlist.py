"""Simulates a practice whose attendees cancel 15 % of their meetings, and prints how many freed times are filled again.

`python -m benchmarks.waitlist [weeks] [people a week]`: the same random people in each row, without a waitlist and with
one that offers a time to 1, 2 and 3 at once. The commands are the app's own, on an embedded site with a simulated clock.

What is assumed of people, with the source if there is one:

    cancellations   15 %, by the attendee. Half of them come in the last 24 hours (late cancellations were half of all in
                    a study of neurology clinics, neurodiem.jp, "How late cancellations limit access to outpatient neurology
                    care"). The rest of the spread is an assumption: see LEADS. Nobody cancels at night.
    who looks       people come at random hours of the day, more than the practice can take. They want a time within 1 to 14
                    days, some only in the morning or afternoon, some not on each weekday. They book the first that suits.
    who finds none  some book a later time, and half of these also wait for an earlier one. The others join the list or,
                    without a list, look again up to three times.
    answers         an offer is answered after a median of 25 minutes that the person is awake, a fifth never. One of six
                    passes a time although it suits.
"""

from __future__ import annotations

import heapq
import json
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from tests.support.site import opened, undoing_commits

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 7 * 86400
HOSTS, OPENS, CLOSES, NOTICE_HOURS = 3, 9, 16, 2
TIMES_A_WEEK = HOSTS * (CLOSES - OPENS) * 5
# The practice fills up first, and people also come for the weeks behind those that are counted.
FILLING, BEHIND = 2, 1
CANCELLED = 0.15
# How long before the start a meeting is cancelled: the share, and the hours from and to.
LEADS = ((0.10, 0.5, 2), (0.15, 2, 8), (0.25, 8, 24), (0.20, 24, 72), (0.18, 72, 168), (0.12, 168, 504))
TAKES_LATER, ALSO_WAITS, JOINS = 0.5, 0.5, 0.6
NEVER_ANSWERS, PASSES, ANSWER_MINUTES = 0.2, 1 / 6, 25
AWAKE = 8, 21
# How often somebody looks who finds no time.
LOOKS = 3
LATEST_DAYS = 35
SEED = 30


@dataclass
class Person:
	"""Somebody who looks for a time. `dice` are their own, so that they do the same in each row as far as they find the same."""

	number: int
	came_at: int
	dice: random.Random
	within_days: int = 0
	hours: tuple[int, int] = (0, 24)
	weekdays: frozenset[int] = frozenset()
	cancels_before: int | None = None
	visits: int = 0
	met_at: int | None = None

	def __post_init__(self) -> None:
		dice = self.dice
		self.within_days = round(dice.triangular(1, 14, 4))
		self.hours = dice.choice([(0, 24), (0, 24), (0, 11), (12, 24)])
		self.weekdays = frozenset(dice.sample(range(1, 6), dice.choice((5, 5, 4, 3))))
		if dice.random() < CANCELLED:
			[(_share, least, most)] = dice.choices(LEADS, [share for share, *_hours in LEADS])
			self.cancels_before = int(dice.uniform(least, most) * HOUR)

	@property
	def email(self) -> str:
		return f"person-{self.number}@practice.example"

	def suits(self, start: int, *, any_date: bool = False) -> bool:
		hour, weekday = start % DAY // HOUR, (start // DAY + 3) % 7 + 1
		is_near = any_date or start // DAY <= self.came_at // DAY + self.within_days
		return is_near and weekday in self.weekdays and self.hours[0] <= hour <= self.hours[1]

	def wishes(self) -> dict[str, Any]:
		days = timedelta(days=self.within_days)
		came = datetime.fromtimestamp(self.came_at, UTC).date()
		first, last = (f"{hour:02}:00" for hour in self.hours)
		dates = {"first_date": str(came), "last_date": str(came + days)}
		return {**dates, "weekdays": sorted(self.weekdays), "from_time": first, "to_time": last}


@dataclass
class Row:
	"""What a simulation found. Times are freed by a cancellation, or because a meeting was moved earlier."""

	freed: list[tuple[str, int, int, int]] = field(default_factory=list)
	filled: Counter[str] = field(default_factory=Counter)
	by_notice: Counter[str] = field(default_factory=Counter)
	filled_by_notice: Counter[str] = field(default_factory=Counter)
	moved_freed: int = 0
	moved_filled: int = 0
	idle: int = 0
	offered: int = 0
	offers: Counter[str] = field(default_factory=Counter)
	waits: list[float] = field(default_factory=list)
	people: int = 0


class Practice:
	"""A team page of hosts whose weeks fill up, and the people who come to it. `at_once` is 0 without a waitlist."""

	def __init__(self, at_once: int, begins: int, weeks: int, rate: int) -> None:
		from tests.support.factories import make_meeting_type, make_schedule, make_team_page, make_user

		self.at_once, self.now, self.begins = at_once, begins, begins
		self.counted = begins + FILLING * WEEK, begins + (FILLING + weeks) * WEEK
		self.ends = self.counted[1] + BEHIND * WEEK
		self.users = [make_user(f"Host{number}") for number in range(HOSTS)]
		hours = {
			day: [f"{OPENS:02}:00-{CLOSES:02}:00"] for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
		}
		for user in self.users:
			make_schedule(user, hours, minimum_notice_hours=NOTICE_HOURS)
		self.page = make_team_page(self.users)
		waits = {"has_waitlist": 1, "waitlist_at_once": at_once} if at_once else {}
		self.type = make_meeting_type(
			self.page, assignment="Round Robin", duration_minutes=60, reschedule_host="Any Host", **waits
		)
		self.row, self.people = Row(), {}
		self.queue: list[tuple[int, int, Callable[[], None]]] = []
		self.count, self.seen, self.looked_at = 0, set(), 0
		dice, came = random.Random(SEED), begins
		while came < self.ends:
			came += int(dice.expovariate(rate / WEEK))
			# The nights have no visitors: the awake hours follow each other.
			self.at(self._awake_time(came), self._arrive, len(self.people))
			self.people[len(self.people)] = None

	def _awake_time(self, instant: int) -> int:
		"""Return the instant so late in the waking hours of its day as it is late in the day."""
		day, second = divmod(instant, DAY)
		return day * DAY + AWAKE[0] * HOUR + second * (AWAKE[1] - AWAKE[0]) // 24

	def at(self, instant: int, act: Callable[..., None], *given: Any) -> None:
		self.count += 1
		heapq.heappush(self.queue, (max(instant, self.now), self.count, lambda: act(*given)))

	def run(self) -> Row:
		from scheduler_integration.platform import clock

		clock.now = lambda: self.now
		if self.at_once:
			for hour in range(self.begins, self.ends, HOUR):
				self.at(hour, self._look)
		while self.queue and self.queue[0][0] < self.ends:
			self.now, _order, act = heapq.heappop(self.queue)
			attempt(act)
			self._follow()
		self._count()
		return self.row

	# What people do

	def _arrive(self, number: int) -> None:
		self.people[number] = Person(number, self.now, random.Random(f"{SEED}.{number}"))
		self._visit(self.people[number])

	def _visit(self, person: Person) -> None:
		free = self._free()
		suiting = [start for start in free if person.suits(start)]
		if suiting:
			self._book(person, suiting[0])
			return
		dice = random.Random(f"{SEED}.{person.number}.{person.visits}")
		person.visits += 1
		later = [start for start in free if person.suits(start, any_date=True)]
		if person.visits == 1 and later and dice.random() < TAKES_LATER:
			booking = self._book(person, later[0])
			if self.at_once and booking and dice.random() < ALSO_WAITS:
				self._wait_for_earlier(person, booking)
		elif self.at_once and person.visits == 1 and dice.random() < JOINS:
			self._join(person)
		elif person.visits <= LOOKS and self.now < person.came_at + person.within_days * DAY:
			self.at(self._awake_time(self.now + int(dice.uniform(4, 36) * HOUR)), self._visit, person)

	def _free(self) -> list[int]:
		from tests.support import door

		today = datetime.fromtimestamp(self.now, UTC).date()
		last = today + timedelta(days=LATEST_DAYS)
		found = door.slots_between(self.page.slug, self.type.slug, today, last, "UTC", None, self.now)
		return [slot.start for slots in found.days.values() for slot in slots]

	def _book(self, person: Person, start: int) -> Any:
		import frappe

		from tests.support import door
		from tests.support.factories import payload

		who = {"attendee_name": "Person", "attendee_email": person.email}
		made = door.book(payload(self.page, self.type, start, **who), self.now)
		frappe.db.commit()
		self._has(person, start)
		return frappe.get_doc("Booking", made.id)

	def _has(self, person: Person, start: int) -> None:
		"""Note that the person has a meeting at `start` now, which they may cancel."""
		person.met_at = start
		if person.cancels_before is not None and self.now < start - HOUR // 2:
			lead = min(person.cancels_before, int((start - self.now) * 0.9))
			moment = start - lead
			if moment % DAY < AWAKE[0] * HOUR:
				moment = (moment // DAY - 1) * DAY + AWAKE[1] * HOUR - MINUTE
			elif moment % DAY >= AWAKE[1] * HOUR:
				moment = moment // DAY * DAY + AWAKE[1] * HOUR - MINUTE
			self.at(min(max(moment, self.now + MINUTE), start - MINUTE), self._cancel, person, start)

	def _cancel(self, person: Person, start: int) -> None:
		import frappe

		from tests.waitlist.world import cancel

		where = {"attendee_email": person.email, "starts_at": start, "status": "Scheduled"}
		for name in frappe.get_all("Booking", where, pluck="name"):
			booking = frappe.get_doc("Booking", name)
			cancel(booking, self.now)
			frappe.db.commit()
			self.row.freed.append((booking.host, start, start - self.now, booking.ends_at))
			person.met_at = None

	def _join(self, person: Person) -> None:
		import frappe

		from tests.waitlist.world import join

		join(self.type, "Person", self.now, attendee_email=person.email, **person.wishes())
		frappe.db.commit()

	def _wait_for_earlier(self, person: Person, booking: Any) -> None:
		import frappe

		from tests.waitlist.world import wait_for_earlier

		wait_for_earlier(booking, self.now, **{**person.wishes(), "last_date": None})
		frappe.db.commit()

	# What the site's jobs do

	def _look(self) -> None:
		from scheduler_integration import bookings

		bookings.look_at_all(self.now)

	def _follow(self) -> None:
		"""Run the looks that were planned, as the outbox does, and let people read the offers. No mail is made."""
		import frappe

		from scheduler_integration.bookings.waitlist import look_for

		if not self.at_once:
			return
		while looks := frappe.get_all("Outbox Task", {"kind": "waitlist", "status": "Pending"}, ["name", "payload"]):
			frappe.db.set_value("Outbox Task", {"status": "Pending"}, "status", "Sent", update_modified=False)
			frappe.db.commit()
			users = {user for look in looks for user in json.loads(look.payload)["users"]}
			look_for(users, self.now)
		frappe.db.set_value("Outbox Task", {"status": "Pending"}, "status", "Sent", update_modified=False)
		frappe.db.commit()
		fields = ["name", "entry", "expires_at", "hold_key", "starts_at"]
		for offer in frappe.get_all("Waitlist Offer", {"status": "Open"}, fields, order_by="creation asc, name asc"):
			if offer.name not in self.seen:
				self.seen.add(offer.name)
				self._read(offer)

	def _read(self, offer: Any) -> None:
		import frappe

		email = frappe.db.get_value("Waitlist Entry", offer.entry, "attendee_email")
		person = self.people[int(email.split("@")[0].split("-")[1])]
		# The job runs at each full minute.
		self.at(-(-offer.expires_at // MINUTE) * MINUTE, self._keep)
		dice = random.Random(f"{SEED}.{person.number}.{offer.starts_at}")
		if dice.random() >= NEVER_ANSWERS:
			seconds = int(dice.lognormvariate(0, 1.2) * ANSWER_MINUTES * MINUTE)
			self.at(self._awake_after(seconds), self._answer, person, offer, dice.random() < PASSES)

	def _awake_after(self, seconds: int) -> int:
		"""Return when so many seconds of waking hours have passed."""
		moment = self.now
		while True:
			day = moment // DAY * DAY
			moment = max(moment, day + AWAKE[0] * HOUR)
			left = max(day + AWAKE[1] * HOUR - moment, 0)
			if seconds <= left:
				return moment + seconds
			seconds, moment = seconds - left, day + DAY

	def _answer(self, person: Person, offer: Any, passes: bool) -> None:
		import frappe

		from scheduler_integration import bookings
		from scheduler_integration.waitlist.links import entry_token

		token = entry_token(offer.entry)
		if passes:
			bookings.retried(lambda: bookings.pass_offer(token, offer.name, self.now))
			frappe.db.commit()
			return
		before = person.met_at
		booking = bookings.retried(lambda: bookings.take_offer(token, offer.name, self.now))
		frappe.db.commit()
		if booking.rescheduled_from:
			self.row.moved_freed += 1
			host = frappe.db.get_value("Booking", booking.rescheduled_from, "host")
			self.row.freed.append((host, before or 0, -1, 0))
		self._has(person, booking.starts_at)

	def _keep(self) -> None:
		from scheduler_integration import bookings

		bookings.keep_waitlists(self.now)

	# What came of it

	def _count(self) -> None:
		import frappe

		first, last = self.counted
		fields = ["host", "starts_at", "source", "rescheduled_from"]
		where = {"status": "Scheduled", "meeting_type": self.type.name}
		live = {(each.host, each.starts_at): each for each in frappe.get_all("Booking", where, fields)}
		row, asked = self.row, {(host, start): lead for host, start, lead, _end in self.row.freed}
		row.freed = []
		for (host, start), lead in asked.items():
			if not first <= start < last:
				continue
			again = live.get((host, start))
			if lead < 0:
				row.moved_filled += again is not None
				continue
			row.freed.append((host, start, lead, 0))
			notice = next(name for name, hours in NOTICES if lead < hours * HOUR)
			row.by_notice[notice] += 1
			if again:
				row.filled[_kind(again)] += 1
				row.filled_by_notice[notice] += 1
		row.moved_freed = sum(1 for (_host, start), lead in asked.items() if lead < 0 and first <= start < last)
		met = sum(1 for _host, start in live if first <= start < last)
		row.idle = TIMES_A_WEEK * (last - first) // WEEK - met
		came = [each for each in self.people.values() if each and first <= each.came_at < last]
		row.people = len(came)
		row.waits = [(each.met_at - each.came_at) / DAY for each in came if each.met_at]
		row.offers.update(frappe.get_all("Waitlist Offer", pluck="status"))


NOTICES = (("under 2 h", 2), ("2 to 24 h", 24), ("1 to 7 days", 168), ("over 7 days", 10**6))


def _kind(booking: Any) -> str:
	if booking.source == "waitlist":
		return "waitlist"
	return "moved earlier" if booking.rescheduled_from else "visitor"


def attempt(act: Callable[[], None]) -> None:
	"""Do what somebody wants. If it isn't possible any more, they don't."""
	import frappe

	from scheduler_integration.exceptions import SchedulingError

	try:
		act()
	except SchedulingError:
		frappe.db.rollback()
		frappe.clear_messages()


@contextmanager
def _simulated() -> Iterator[None]:
	"""Undo what a simulation stores, and what it does to the clock."""
	import frappe

	from scheduler_integration.availability.holds import CACHE_KEY
	from scheduler_integration.platform import clock

	real = clock.now
	try:
		with undoing_commits():
			yield
	finally:
		clock.now = real
		frappe.cache.delete_value(CACHE_KEY)


def simulate(at_once: int, weeks: int, rate: int) -> Row:
	"""Return what becomes of the freed times. `at_once` is 0 without a waitlist, and `rate` is how many people come a week."""
	from tests.support.factories import at

	with _simulated():
		return Practice(at_once, at("2027-01-04 00:00"), weeks, rate).run()


def main(weeks: int = 3, rate: int = 140) -> None:
	print(
		f"\nA practice of {HOSTS} hosts with {TIMES_A_WEEK} hours a week, {rate} people a week, {weeks} weeks are counted"
	)
	with opened():
		for at_once in (0, 1, 2, 3):
			show(at_once, simulate(at_once, weeks, rate), weeks)


def show(at_once: int, row: Row, weeks: int) -> None:
	"""Print a row."""
	freed, filled = len(row.freed), row.filled.total()
	print(f"\n{f'with a waitlist, {at_once} at once' if at_once else 'without a waitlist'}")
	by = ", ".join(f"{kind} {count}" for kind, count in row.filled.most_common())
	print(f"  cancelled times {freed}, filled again {filled} = {filled / max(freed, 1):.0%} ({by})")
	parts = (f"{name} {row.filled_by_notice[name]}/{row.by_notice[name]}" for name, _hours in NOTICES)
	print(f"  by the time between the cancellation and the start: {', '.join(parts)}")
	print(f"  freed by moving a meeting earlier {row.moved_freed}, filled again {row.moved_filled}")
	share = row.idle / (TIMES_A_WEEK * weeks)
	print(
		f"  idle hours {row.idle} ({share:.1%}); {len(row.waits)} of {row.people} people meet, after a median of",
		end=" ",
	)
	print(f"{median(row.waits or [0]):.1f} days")
	taken = row.offers["Taken"]
	if at_once:
		each = row.offers.total() / max(taken, 1)
		print(
			f"  offers {row.offers.total()}, {each:.1f} for each that was taken, unanswered {row.offers['Expired']}",
			end=" ",
		)
		print(f"({', '.join(f'{status} {count}' for status, count in row.offers.most_common())})")


if __name__ == "__main__":
	main(*map(int, sys.argv[1:]))
