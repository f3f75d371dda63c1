"""A small practice and what can happen in it at the same moment: scenarios of commands, and what must hold after each."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import frappe

from scheduler_integration.availability.holds import CACHE_KEY, SINCE_KEY
from scheduler_integration.bookings.guard import BUCKET_SECONDS
from scheduler_integration.engine import BOOKING
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.waitlist import looks
from scheduler_integration.waitlist.links import entry_token
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_team_page, make_user, payload
from tests.waitlist.world import join, wait_for_earlier

NOW = at("2026-03-02 06:00")
NINE, HALF_PAST, TEN, NOON = (at(f"2026-03-05 {clock}") for clock in ("09:00", "09:30", "10:00", "12:00"))

WEEK = 7 * 86400
# People who wait in these scenarios have time for one start only.
AT_NINE = {"first_date": "2026-03-05", "last_date": "2026-03-05", "from_time": "09:00", "to_time": "09:00"}

Command = dict[str, Any]


class World:
	"""Ann and Ben, alone and together, with meeting types of several kinds."""

	def __init__(self) -> None:
		self.ann, self.ben = make_user("Ann"), make_user("Ben")
		self.page, self.team = make_page(self.ann), make_team_page([self.ann, self.ben])
		self.short = make_meeting_type(self.page, title="Short")
		self.long = make_meeting_type(self.page, title="Long", duration_minutes=60, slot_interval=30)
		self.padded = make_meeting_type(self.page, title="Padded", uses_host_defaults=0, buffer_after_minutes=15)
		self.daily = make_meeting_type(self.page, title="Daily", daily_limit=1)
		self.asked = make_meeting_type(self.page, title="Asked", requires_confirmation=1)
		self.class_ = make_meeting_type(self.page, title="Class", seats=2)
		self.pool = make_meeting_type(self.team, title="Pool", assignment="Round Robin")
		self.both = make_meeting_type(self.team, title="Both", assignment="Collective")
		self.listed = make_meeting_type(self.page, title="Listed", has_waitlist=1)
		self.course = make_meeting_type(self.page, title="Course", repeats="Attendee Chooses", repeat_count=3)
		self.types = [each.name for each in (
			self.short, self.long, self.padded, self.daily, self.asked, self.class_, self.pool, self.both, self.listed,
			self.course,
		)]  # fmt: skip
		frappe.db.commit()
		# Their rows exist, as for hosts who have been booked before.
		for kind, page in ((self.pool, self.team), (self.both, self.team)):
			door.book(payload(page, kind, NOON), NOW)
			frappe.db.commit()
			self.reset()

	def reset(self) -> None:
		"""Delete all bookings and waitlists, with the statements of one transaction."""
		self.holds_offers = True
		frappe.db.rollback()
		names = frappe.get_all("Booking", {"meeting_type": ["in", self.types]}, pluck="name")
		for child in ("Booking Host", "Booking Answer", "Booking Guest"):
			frappe.db.delete(child, {"parent": ["in", names]})
		waiting = frappe.get_all("Waitlist Entry", {"meeting_type": self.listed.name}, pluck="name")
		for other in ("Booking Slot", "Booking Seat", "Outbox Task"):
			frappe.db.delete(other, {"booking": ["in", [*names, *waiting]]})
		for other in ("Waitlist Offer", "Waitlist Entry", "Booking Series"):
			frappe.db.delete(other, {"meeting_type": ["in", self.types]})
		frappe.db.delete("Round Robin Turn", {"meeting_type": ["in", self.types]})
		frappe.db.delete("Booking", {"name": ["in", names]})
		frappe.db.commit()
		frappe.cache.delete_value(CACHE_KEY)
		frappe.cache.delete_keys(SINCE_KEY)

	def book(self, kind: Any, start: int, **fields: Any) -> Any:
		"""Book before the processes begin, and return the Booking."""
		page = self.team if kind in (self.pool, self.both) else self.page
		booked = door.book(payload(page, kind, start, **fields), NOW)
		frappe.db.commit()
		return frappe.get_doc("Booking", booked.id)

	def asks(self, kind: Any, start: int, command: str = "book", **fields: Any) -> Command:
		"""Return the command of somebody who books."""
		page = self.team if kind in (self.pool, self.both) else self.page
		wish = payload(page, kind, start, attendee_email=f"{fresh('ada')}@guests.example", **fields)
		return {"command": command, "wish": wish, "start": start, "now": NOW}

	def does(self, command: str, booking: Any, **fields: Any) -> Command:
		"""Return a command about a booking."""
		return {"command": command, "booking": booking.name, "token": manage_token(booking), "now": NOW, **fields}

	def waits(self, name: str, booking: Any = None, **more: Any) -> str:
		"""Let somebody wait for nine o'clock, or for moving a booking to it, and return the entry's token."""
		wish = {**AT_NINE, **more}
		entry = wait_for_earlier(booking, NOW, **wish) if booking else join(self.listed, name, NOW, **wish)
		frappe.db.commit()
		return entry_token(entry.name)

	def looks(self) -> Command:
		"""Return the command of a job that looks at the waitlist."""
		return {"command": "look", "meeting_type": self.listed.name, "now": NOW}

	def takes(self, token: str, command: str = "take") -> Command:
		"""Look at the list before the processes begin, and return what somebody does who is offered nine o'clock."""
		looks.look_at(self.listed.name, NOW)
		frappe.db.commit()
		[offer] = frappe.get_all("Waitlist Offer", {"meeting_type": self.listed.name}, pluck="name")
		frappe.db.rollback()
		return {"command": command, "token": token, "offer": offer, "now": NOW}

	def wrong(self) -> list[str]:
		"""Return what must never be so, and is."""
		frappe.db.rollback()
		fields = ["user", "starts_at", "ends_at", "buffer_before_minutes", "buffer_after_minutes", "parent", "session"]
		hosts = [self.ann, self.ben]
		live = frappe.get_all("Booking Host", {"user": ["in", hosts], "is_live": 1}, fields, parent_doctype="Booking")
		bookings = frappe.get_all(
			"Booking",
			{"meeting_type": ["in", self.types]},
			["name", "status", "session", "seats", "meeting_type", "starts_at"],
		)
		checks = (
			self._twice(live), self._buckets(live), self._seats(bookings), self._limits(bookings), self._turns(),
			self._offers(live), self._series(),
		)  # fmt: skip
		return [problem for found in checks for problem in found]

	def _twice(self, live: Sequence[Any]) -> list[str]:
		"""No host has two meetings at once, or a meeting in the buffer of another one."""
		rows = sorted(live, key=lambda row: (row.user, row.starts_at))
		found = []
		for number, one in enumerate(rows):
			for two in rows[number + 1 :]:
				if one.user != two.user or (one.session and one.session == two.session):
					continue
				gap = 60 * max(one.buffer_after_minutes or 0, two.buffer_before_minutes or 0)
				if two.starts_at < one.ends_at + gap:
					found.append(f"{one.user} has two meetings at {one.starts_at} and {two.starts_at}")
		return found

	def _buckets(self, live: Sequence[Any]) -> list[str]:
		"""The guard's rows are those of the live meetings."""
		wanted = {
			(row.user, bucket)
			for row in live
			for bucket in range(row.starts_at // BUCKET_SECONDS, -(-row.ends_at // BUCKET_SECONDS))
		}
		rows = frappe.get_all("Booking Slot", {"host": ["in", [self.ann, self.ben]]}, ["host", "bucket"])
		held = {(row.host, row.bucket) for row in rows}
		missing, spare = wanted - held, held - wanted
		return [f"{len(missing)} buckets are missing"] * bool(missing) + [f"{len(spare)} buckets are held"] * bool(
			spare
		)

	def _seats(self, bookings: Sequence[Any]) -> list[str]:
		taken: dict[str, int] = defaultdict(int)
		for booking in bookings:
			if booking.session and booking.status in LIVE:
				taken[booking.session] += booking.seats or 1
		found = [f"{number} seats are taken of 2" for number in taken.values() if number > 2]
		names = [booking.name for booking in bookings]
		rows = Counter(frappe.get_all("Booking Seat", {"booking": ["in", names or [""]]}, pluck="session"))
		return found + [
			f"{rows[key]} rows for {taken[key]} seats" for key in {*rows, *taken} if rows[key] != taken[key]
		]

	def _limits(self, bookings: Sequence[Any]) -> list[str]:
		days = Counter(
			booking.starts_at // 86400
			for booking in bookings
			if booking.meeting_type == self.daily.name and booking.status in LIVE
		)
		return [f"{number} meetings on a day that takes one" for number in days.values() if number > 1]

	def _offers(self, live: Sequence[Any]) -> list[str]:
		"""No time is offered to two people or taken from who is offered it, and whoever took one has it."""
		rows = frappe.get_all("Waitlist Offer", {"meeting_type": self.listed.name}, ["*"])
		still = [each for each in rows if each.status == "Open"]
		taken = sorted(each.entry for each in rows if each.status == "Taken")
		booked = frappe.get_all("Waitlist Entry", {"meeting_type": self.listed.name, "status": "Booked"}, pluck="name")
		# Nobody cancels in these scenarios.
		found = [f"{taken} took an offer, and {sorted(booked)} have a booking"] if taken != sorted(booked) else []
		people = Counter(each.entry for each in still)
		found += [f"{entry} has {number} open offers" for entry, number in people.items() if number > 1]
		booked_times = [row for row in live if row.user == self.ann and self.holds_offers]
		for number, one in enumerate(still):
			others = [*still[number + 1 :], *booked_times]
			if any(one.starts_at < other.ends_at and other.starts_at < one.ends_at for other in others):
				found.append(f"the offered time {one.starts_at} is somebody else's")
		return found

	def _series(self) -> list[str]:
		"""A series is there as a whole or not at all."""
		rows = Counter(frappe.get_all("Booking", {"meeting_type": self.course.name}, pluck="series"))
		return [f"{number} dates of a series of 3" for number in rows.values() if number != 3]

	def _turns(self) -> list[str]:
		"""The ledger has what the live bookings brought and cost, and nothing else."""
		fields = ["host", "turn_shares"]
		filters = {"meeting_type": self.pool.name, "status": ["in", sorted(LIVE)]}
		users = {row.name: row.user for row in frappe.get_all("Host Calendar", fields=["name", "user"])}
		wanted: dict[str, int] = defaultdict(int)
		for booking in frappe.get_all("Booking", filters, fields):
			for calendar, share in json.loads(booking.turn_shares or "{}").items():
				wanted[users[calendar]] += share
			if booking.turn_shares:
				wanted[booking.host] -= BOOKING
		rows = frappe.get_all("Round Robin Turn", {"meeting_type": self.pool.name}, ["user", "credit"])
		return [f"{row.user} has a credit of {row.credit}" for row in rows if row.credit != wanted[row.user]]


@dataclass(frozen=True, slots=True)
class Scenario:
	"""`commands` prepares the world and returns what happens at the same moment. `expected` are the outcomes that are possible,
	each sorted: one of two gets the time, and the other one is told."""

	name: str
	commands: Callable[[World], list[Command]]
	expected: tuple[tuple[str, ...], ...]


TAKEN = ("OK", "SLOT_TAKEN")
BOTH = ("OK", "OK")


def _same_start(world: World) -> list[Command]:
	return [world.asks(world.short, NINE), world.asks(world.short, NINE)]


def _other_length(world: World) -> list[Command]:
	return [world.asks(world.short, HALF_PAST), world.asks(world.long, NINE)]


def _buffer(world: World) -> list[Command]:
	return [world.asks(world.padded, NINE), world.asks(world.short, HALF_PAST)]


def _daily(world: World) -> list[Command]:
	return [world.asks(world.daily, NINE), world.asks(world.daily, NOON)]


def _pool(world: World) -> list[Command]:
	return [world.asks(world.pool, NINE), world.asks(world.pool, NINE)]


def _pool_of_three(world: World) -> list[Command]:
	return [world.asks(world.pool, NINE) for _each in range(3)]


def _collective(world: World) -> list[Command]:
	return [world.asks(world.both, NINE), world.asks(world.short, NINE)]


def _move(world: World) -> list[Command]:
	booking = world.book(world.short, NINE)
	return [world.does("move by token", booking, start=TEN), world.asks(world.short, TEN)]


def _two_moves(world: World) -> list[Command]:
	one, two = world.book(world.short, NINE), world.book(world.short, NOON)
	return [world.does("move by token", one, start=TEN), world.does("move", two, start=TEN)]


def _exchange(world: World) -> list[Command]:
	one, two = world.book(world.short, NINE), world.book(world.short, NOON)
	return [world.does("move", one, start=NOON), world.does("move", two, start=NINE)]


def _cancel(world: World) -> list[Command]:
	return [world.does("cancel by token", world.book(world.short, NINE)), world.asks(world.short, NINE)]


def _cancel_twice(world: World) -> list[Command]:
	booking = world.book(world.short, NINE)
	return [world.does("cancel", booking), world.does("cancel by token", booking)]


def _cancel_and_move(world: World) -> list[Command]:
	booking = world.book(world.short, NINE)
	return [world.does("cancel", booking), world.does("move by token", booking, start=TEN)]


def _reassign(world: World) -> list[Command]:
	booking = world.book(world.pool, NINE)
	other = world.ben if booking.host == world.ann else world.ann
	return [world.does("reassign", booking, user=other), world.asks(world.pool, NINE)]


def _cancel_pool(world: World) -> list[Command]:
	one, two = world.book(world.pool, NINE), world.book(world.pool, NINE)
	return [world.does("cancel", one), world.does("cancel", two)]


def _last_seat(world: World) -> list[Command]:
	world.book(world.class_, NINE)
	return [world.asks(world.class_, NINE), world.asks(world.class_, NINE)]


def _first_seats(world: World) -> list[Command]:
	return [world.asks(world.class_, NINE), world.asks(world.class_, NINE)]


def _two_leave(world: World) -> list[Command]:
	one, two = world.book(world.class_, NINE), world.book(world.class_, NINE)
	return [world.does("cancel", one), world.does("cancel by token", two)]


def _one_leaves(world: World) -> list[Command]:
	one, _two = world.book(world.class_, NINE), world.book(world.class_, NINE)
	return [world.does("cancel", one), world.asks(world.short, NINE)]


def _leave_and_join(world: World) -> list[Command]:
	booking = world.book(world.class_, NINE)
	return [world.does("cancel", booking), world.asks(world.class_, NINE)]


def _leave_and_take(world: World) -> list[Command]:
	booking = world.book(world.class_, NINE)
	return [world.does("cancel", booking), world.asks(world.short, NINE)]


def _decline(world: World) -> list[Command]:
	booking = world.book(world.asked, NINE)
	return [world.does("decline", booking), world.does("confirm", booking)]


def _held(world: World) -> list[Command]:
	return [world.asks(world.short, NINE, "hold and book"), world.asks(world.short, NINE)]


def _sent_twice(world: World) -> list[Command]:
	once = world.asks(world.short, NINE, idempotency_key=f"{fresh('key')}-0123456789")
	return [once, once]


def _two_takes(world: World) -> list[Command]:
	take = world.takes(world.waits("Ann"))
	return [take, take]


def _take_and_book(world: World) -> list[Command]:
	return [world.takes(world.waits("Ann")), world.asks(world.short, NINE)]


def _take_and_book_without_hold(world: World) -> list[Command]:
	take = world.takes(world.waits("Ann"))
	frappe.cache.delete_value(CACHE_KEY)
	world.holds_offers = False
	return [take, world.asks(world.listed, NINE)]


def _take_and_leave(world: World) -> list[Command]:
	take = world.takes(world.waits("Ann"))
	return [take, {**take, "command": "leave"}]


def _take_and_pass(world: World) -> list[Command]:
	take = world.takes(world.waits("Ann"))
	return [take, {**take, "command": "pass"}]


def _take_that_moves(world: World) -> list[Command]:
	token = world.waits("Ann", world.book(world.listed, TEN))
	return [world.takes(token), world.asks(world.short, TEN)]


def _look_and_book(world: World) -> list[Command]:
	world.waits("Ann")
	return [world.looks(), world.asks(world.short, NINE)]


def _two_looks(world: World) -> list[Command]:
	world.waits("Ann", to_time="10:00")
	world.waits("Ben", to_time="10:00")
	return [world.looks(), world.looks()]


def _look_and_cancel(world: World) -> list[Command]:
	booking = world.book(world.short, NINE)
	world.waits("Ann")
	return [world.looks(), world.does("cancel by token", booking)]


def _crossing_series(world: World) -> list[Command]:
	return [world.asks(world.course, start, times=3) for start in (NINE, NINE + WEEK)]


def _series_and_single(world: World) -> list[Command]:
	return [world.asks(world.course, NINE, times=3), world.asks(world.short, NINE + WEEK)]


SCENARIOS: tuple[Scenario, ...] = (
	Scenario("book against book", _same_start, (TAKEN,)),
	Scenario("book against book of another length", _other_length, (TAKEN,)),
	Scenario("a buffer after", _buffer, (TAKEN,)),
	Scenario("one a day", _daily, (TAKEN,)),
	Scenario("a pool of two", _pool, (BOTH,)),
	Scenario("three for a pool of two", _pool_of_three, (("OK", "OK", "SLOT_TAKEN"),)),
	Scenario("both hosts against one", _collective, (TAKEN,)),
	Scenario("move against book", _move, (TAKEN,)),
	Scenario("two moves to one time", _two_moves, (TAKEN,)),
	Scenario("an exchange of times", _exchange, (("SLOT_TAKEN", "SLOT_TAKEN"),)),
	Scenario("cancel against book", _cancel, (BOTH, TAKEN)),
	Scenario("cancel twice", _cancel_twice, (("ALREADY_CANCELLED", "OK"),)),
	Scenario("cancel against move", _cancel_and_move, (("ALREADY_CANCELLED", "OK"),)),
	Scenario("reassign against book", _reassign, (BOTH, ("HOST_NOT_FREE", "OK"))),
	Scenario("cancel of a pool", _cancel_pool, (BOTH,)),
	Scenario("the last seat", _last_seat, (TAKEN,)),
	Scenario("the first seats", _first_seats, (BOTH,)),
	Scenario("two leave a session", _two_leave, (BOTH,)),
	Scenario("one of two leaves against book", _one_leaves, (TAKEN,)),
	Scenario("leave and join a session", _leave_and_join, (BOTH,)),
	Scenario("leave a session against book", _leave_and_take, (BOTH, TAKEN)),
	Scenario(
		"decline against confirm",
		_decline,
		(("NOT_PERMITTED", "OK"), ("ALREADY_CANCELLED", "OK"), BOTH, ("MOVE_NOT_ALLOWED", "OK")),
	),
	Scenario("a hold against book", _held, (TAKEN,)),
	Scenario("the same request twice", _sent_twice, (BOTH,)),
	Scenario("two takes of one offer", _two_takes, (BOTH,)),
	Scenario("take against book", _take_and_book, (TAKEN,)),
	Scenario("take against book without a hold", _take_and_book_without_hold, (TAKEN,)),
	Scenario("take against leave", _take_and_leave, (BOTH, ("OK", "WAITLIST_OVER"))),
	Scenario("take against pass", _take_and_pass, (("OFFER_ENDED", "OK"), ("OK", "WAITLIST_OVER"))),
	Scenario("take that moves against book", _take_that_moves, (BOTH, TAKEN)),
	Scenario("look against book", _look_and_book, (BOTH, TAKEN)),
	Scenario("two looks", _two_looks, (BOTH,)),
	Scenario("look against cancel", _look_and_cancel, (BOTH,)),
	Scenario("two series that cross", _crossing_series, (("DATES_TAKEN", "OK"), TAKEN)),
	Scenario("series against book", _series_and_single, (("DATES_TAKEN", "OK"), TAKEN)),
)


def problems(world: World, scenario: Scenario, ends: Sequence[str], *, with_ends: bool = True) -> list[str]:
	"""Return what is wrong after the commands, which ended as `ends` says."""
	found = world.wrong()
	if with_ends and tuple(sorted(ends)) not in scenario.expected:
		found.append(f"the commands ended with {', '.join(sorted(ends))}")
	return found
