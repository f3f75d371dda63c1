"""A simulated practice whose attendees cancel, and the people who come to it. The commands are the app's own.

The assumptions about everybody, with the source if there is one. `Assumptions` has those in which practices differ.

    cancellations   15 %, by the attendee. Half of them come in the last 24 hours (late cancellations were half of all in
                    a study of neurology clinics, neurodiem.jp, "How late cancellations limit access to outpatient neurology
                    care", whose summary doesn't say what is late). The rest of the spread has no source: see LEADS. Nobody
                    cancels at night.
    who looks       people come at random hours of the day. They want a time within 1 to 14 days, some only in the morning or
                    afternoon, some not on each weekday. They book the first that suits. No source.
    who finds none  some book a later time, and half of these also wait for an earlier one. Some others join the list.
                    The rest look again. No source.
    answers         60 % of the answers to offers come within 45 minutes in which the person is awake, as to a link in
                    a text message from a clinic (doi.org/10.1071/SH22021): a median of 33 minutes, if the spread is
                    lognormal. One of six passes a time although it suits. No source.
"""

from __future__ import annotations

import heapq
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from scheduler_integration.waitlist import commands, looks

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 7 * 86400
OPENS, CLOSES, NOTICE_HOURS = 9, 16, 2
# The practice fills up first, and people also come for the weeks behind those that are counted.
FILLING, BEHIND = 2, 1
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
CANCELLED = 0.15
# How long before the start a meeting is cancelled: the share, and the hours from and to.
LEADS = ((0.10, 0.5, 2), (0.15, 2, 8), (0.25, 8, 24), (0.20, 24, 72), (0.18, 72, 168), (0.12, 168, 504))
LATE_LEADS = tuple((share * 2, least, most) for share, least, most in LEADS[:3])
TAKES_LATER, ALSO_WAITS, JOINS = 0.5, 0.5, 0.6
PASSES, ANSWER_MINUTES, ANSWER_SPREAD = 1 / 6, 33, 1.2
AWAKE = 8, 21
LATEST_DAYS = 35
# Every change is followed by a look. Beside that, the site looks every five minutes; here this is often enough.
LOOK_HOURS = 24


@dataclass(frozen=True, slots=True)
class Assumptions:
	"""In what practices differ.

	Meetings take `meeting_hours`, one after the other from OPENS on. `fullness` is the share of the times that is asked for,
	without the meetings that are cancelled. `looks` is how often somebody looks again who finds no time. `leads`: see LEADS.
	`never_answers` is the share of the offers without an answer. Each person needs one of the `notice_hours` before a meeting.
	"""

	hosts: int = 2
	meeting_hours: int = 1
	fullness: float = 1.25
	looks: int = 3
	leads: tuple[tuple[float, float, float], ...] = LEADS
	never_answers: float = 0.2
	notice_hours: tuple[int, ...] = (0,)

	@property
	def times_a_day(self) -> int:
		return (CLOSES - OPENS) // self.meeting_hours

	@property
	def times_a_week(self) -> int:
		return self.hosts * self.times_a_day * 5

	@property
	def people_a_week(self) -> float:
		return self.fullness * self.times_a_week / (1 - CANCELLED)


@dataclass
class Person:
	"""Somebody who looks for a time. `dice` are their own, so that they do the same in each row as far as they find the same."""

	number: int
	came_at: int
	dice: random.Random
	assumed: Assumptions
	within_days: int = 0
	hours: tuple[int, int] = (0, 24)
	weekdays: frozenset[int] = frozenset()
	notice: int = 0
	cancels_before: int | None = None
	visits: int = 0
	met_at: int | None = None

	def __post_init__(self) -> None:
		dice = self.dice
		self.within_days = round(dice.triangular(1, 14, 4))
		self.hours = dice.choice([(0, 24), (0, 24), (0, 11), (12, 24)])
		self.weekdays = frozenset(dice.sample(range(1, 6), dice.choice((5, 5, 4, 3))))
		if dice.random() < CANCELLED:
			leads = self.assumed.leads
			[(_share, least, most)] = dice.choices(leads, [share for share, *_hours in leads])
			self.cancels_before = int(dice.uniform(least, most) * HOUR)
		self.notice = dice.choice(self.assumed.notice_hours) * HOUR

	@property
	def email(self) -> str:
		return f"person-{self.number}@practice.example"

	def suits(self, start: int, now: int, *, any_date: bool = False) -> bool:
		hour, weekday = start % DAY // HOUR, (start // DAY + 3) % 7 + 1
		is_near = any_date or start // DAY <= self.came_at // DAY + self.within_days
		is_in_time = start >= now + self.notice
		return is_near and is_in_time and weekday in self.weekdays and self.hours[0] <= hour <= self.hours[1]

	def wishes(self) -> dict[str, Any]:
		came = datetime.fromtimestamp(self.came_at, UTC).date()
		least = datetime.fromtimestamp(self.came_at + self.notice, UTC).date()
		latest = max(came + timedelta(days=self.within_days), least)
		first, last = (f"{hour:02}:00" for hour in self.hours)
		dates = {"first_date": str(least), "last_date": str(latest)}
		return {**dates, "weekdays": sorted(self.weekdays), "from_time": first, "to_time": last}


class Practice:
	"""A team page of hosts whose weeks fill up, and the people who come to it. `at_once` is 0 without a waitlist."""

	def __init__(self, assumed: Assumptions, at_once: int, begins: int, weeks: int, seed: int) -> None:
		from tests.support.factories import make_meeting_type, make_schedule, make_team_page, make_user

		self.assumed, self.at_once, self.now, self.begins, self.seed = assumed, at_once, begins, begins, seed
		self.counted = begins + FILLING * WEEK, begins + (FILLING + weeks) * WEEK
		self.ends = self.counted[1] + BEHIND * WEEK
		self.users = [make_user(f"Host{number}") for number in range(assumed.hosts)]
		closes = OPENS + assumed.times_a_day * assumed.meeting_hours
		hours = {day: [f"{OPENS:02}:00-{closes:02}:00"] for day in WEEKDAYS}
		for user in self.users:
			make_schedule(user, hours, minimum_notice_hours=NOTICE_HOURS)
		self.page = make_team_page(self.users)
		waits = {"has_waitlist": 1, "waitlist_at_once": at_once} if at_once else {}
		self.type = make_meeting_type(
			self.page,
			assignment="Round Robin",
			duration_minutes=assumed.meeting_hours * 60,
			reschedule_host="Any Host",
			**waits,
		)
		self.people: dict[int, Person | None] = {}
		# The host and the start of each cancelled time, with the seconds before the start.
		self.freed: dict[tuple[str, int], int] = {}
		self.queue: list[tuple[int, int, Callable[[], None]]] = []
		self.count, self.seen = 0, set[str]()
		dice, came = random.Random(seed), begins
		while came < self.ends:
			came += int(dice.expovariate(assumed.people_a_week / WEEK))
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

	def run(self) -> None:
		from scheduler_integration.platform import clock

		clock.now = lambda: self.now
		if self.at_once:
			for hour in range(self.begins, self.ends, LOOK_HOURS * HOUR):
				self.at(hour, self._look)
		while self.queue and self.queue[0][0] < self.ends:
			self.now, _order, act = heapq.heappop(self.queue)
			attempt(act)
			self._follow()

	# Actions of people

	def _arrive(self, number: int) -> None:
		person = Person(number, self.now, random.Random(f"{self.seed}.{number}"), self.assumed)
		self.people[number] = person
		self._visit(person)

	def _visit(self, person: Person) -> None:
		free = self._free()
		suiting = [start for start in free if person.suits(start, self.now)]
		if suiting:
			self._book(person, suiting[0])
			return
		dice = random.Random(f"{self.seed}.{person.number}.{person.visits}")
		person.visits += 1
		later = [start for start in free if person.suits(start, self.now, any_date=True)]
		if person.visits == 1 and later and dice.random() < TAKES_LATER:
			booking = self._book(person, later[0])
			if self.at_once and booking and dice.random() < ALSO_WAITS:
				self._wait_for_earlier(person, booking)
		elif self.at_once and person.visits == 1 and dice.random() < JOINS:
			self._join(person)
		elif person.visits <= self.assumed.looks and self.now < person.came_at + person.within_days * DAY:
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
			self.freed[booking.host, start] = start - self.now
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

	# Jobs of the site

	def _look(self) -> None:

		looks.look_for(self.users, self.now)

	def _follow(self) -> None:
		"""Run the looks that were planned, as the outbox does, and let people read the offers. No mail is made."""
		import frappe

		from scheduler_integration.waitlist.looks import look_for

		if not self.at_once:
			return
		while looks := frappe.get_all("Outbox Task", {"kind": "waitlist", "status": "Pending"}, ["name", "payload"]):
			frappe.db.set_value("Outbox Task", {"status": "Pending"}, "status", "Sent", update_modified=False)
			frappe.db.commit()
			users = {user for look in looks for user in json.loads(look.payload)["users"]}
			look_for(users, self.now)
		frappe.db.set_value("Outbox Task", {"status": "Pending"}, "status", "Sent", update_modified=False)
		frappe.db.commit()
		fields = ["name", "entry", "expires_at", "hold_id", "starts_at"]
		for offer in frappe.get_all("Waitlist Offer", {"status": "Open"}, fields, order_by="creation asc, name asc"):
			if offer.name not in self.seen:
				self.seen.add(offer.name)
				self._read(offer)

	def _read(self, offer: Any) -> None:
		import frappe

		email = frappe.db.get_value("Waitlist Entry", offer.entry, "attendee_email")
		person = self.people[int(email.split("@")[0].split("-")[1])]
		assert person
		# The job runs at each full minute.
		self.at(-(-offer.expires_at // MINUTE) * MINUTE, self._keep)
		dice = random.Random(f"{self.seed}.{person.number}.{offer.starts_at}")
		if dice.random() >= self.assumed.never_answers:
			seconds = int(dice.lognormvariate(0, ANSWER_SPREAD) * ANSWER_MINUTES * MINUTE)
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

		from scheduler_integration.waitlist.links import entry_token

		token = entry_token(offer.entry)
		if passes or offer.starts_at < self.now + person.notice:
			commands.pass_offer(token, offer.name, self.now)
			frappe.db.commit()
			return
		booking = commands.take_offer(token, offer.name, self.now)
		frappe.db.commit()
		self._has(person, booking.starts_at)

	def _keep(self) -> None:

		looks.keep_waitlists(self.now)


def attempt(act: Callable[[], None]) -> None:
	"""Do what somebody wants. If it isn't possible any more, they don't."""
	import frappe

	from scheduler_integration.exceptions import SchedulingError

	try:
		act()
	except SchedulingError:
		frappe.db.rollback()
		frappe.clear_messages()
