"""A model of the guard and of the database under it, small enough to be searched completely.

A command is a list of statements, in the order of the real one. A world is two or three commands at the same moment. The search
goes through all orders of their statements, with a process that dies before any of them, and looks after each commit:

- no host has two meetings at one time, except the bookings of one session;
- the guard's rows are the time of the live bookings, no more and no less;
- no session has more bookings than seats.

And every order ends: nobody waits for ever.

The levels are what databases do. "newest" is MariaDB under READ COMMITTED, as commands run. "snapshots" is MariaDB under
REPEATABLE READ, where decisive reads lock. "one writer" is SQLite.

Equal states are searched once, and the orders that lead through them are counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

LEVELS = ("newest", "snapshots", "one writer")
SEATS = 2

Statement = tuple[Any, ...]
Rows = frozenset[tuple[str, int]]

# The bookings that exist: name -> (the time as (host, bucket), the session or "").
STANDING: dict[str, tuple[tuple[tuple[str, int], ...], str]] = {
	"x": ((("ann", 1),), ""),
	"y": ((("ann", 2),), ""),
	"u": ((("ann", 3),), "class"),
	"v": ((("ann", 3),), "class"),
	"unpaid": ((("ben", 2),), ""),
}


def book(name: str, *time: tuple[str, int]) -> list[Statement]:
	"""A booking: lock the hosts in name order, look, store the booking, store the buckets, commit."""
	locks = [("host", host) for host in sorted({host for host, _bucket in time})]
	return [*locks, ("free", time, ""), ("store", name, time, ""), ("insert", name, time), ("commit",)]


def move(name: str, *time: tuple[str, int]) -> list[Statement]:
	"""The earlier booking loses its time, and a new one takes the other, in one transaction."""
	held, _session = STANDING[name]
	locks = [("host", host) for host in sorted({host for host, _bucket in (*held, *time)})]
	new = f"{name} moved"
	taking = [("free", time, name), ("store", new, time, ""), ("insert", new, time), ("commit",)]
	return [("row", name), *locks, ("drop", name), ("delete", name), *taking]


def cancel(name: str) -> list[Statement]:
	held, _session = STANDING[name]
	locks = [("host", host) for host in sorted({host for host, _bucket in held})]
	return [("row", name), *locks, ("drop", name), ("delete", name), ("commit",)]


def reassign(name: str, to: str) -> list[Statement]:
	"""Another host takes the booking over: the buckets get this host."""
	held, _session = STANDING[name]
	time = tuple((to, bucket) for _host, bucket in held)
	locks = [("host", host) for host in sorted({to, *(host for host, _bucket in held)})]
	return [("row", name), *locks, ("free", time, name), ("store", name, time, ""), ("delete", name), ("insert", name, time), ("commit",)]  # fmt: skip


def join(name: str) -> list[Statement]:
	"""A seat of the session, which has time already while others attend it."""
	time = (("ann", 3),)
	return [
		("host", "ann"),
		("join", time),
		("store", name, time, "class"),
		("seat", name),
		("time", name, time),
		("commit",),
	]


def leave(name: str) -> list[Statement]:
	"""The seat goes, and the session's time with the last one."""
	return [("row", name), ("host", "ann"), ("drop", name), ("unseat", name), ("delete if last", name), ("commit",)]


def pay(name: str) -> list[Statement]:
	"""A payment arrives: the booking, if it still waits, is paid. Its time doesn't change."""
	held, _session = STANDING[name]
	return [("row", name), ("store", name, held, ""), ("commit",)]


COMMANDS: dict[str, list[Statement]] = {
	"book ann 0": book("a", ("ann", 0)),
	"book ann 0 too": book("b", ("ann", 0)),
	"book ann 0 and 1": book("c", ("ann", 0), ("ann", 1)),
	"book both at 0": book("d", ("ann", 0), ("ben", 0)),
	"book ben 0": book("e", ("ben", 0)),
	"book ben 1": book("f", ("ben", 1)),
	"book ann 3": book("g", ("ann", 3)),
	"book ben 2": book("h", ("ben", 2)),
	"move x to 0": move("x", ("ann", 0)),
	"move y to 0": move("y", ("ann", 0)),
	"move y to 1": move("y", ("ann", 1)),
	"move x to 2": move("x", ("ann", 2)),
	"cancel x": cancel("x"),
	"reassign x to ben": reassign("x", "ben"),
	"join": join("j"),
	"join too": join("k"),
	"leave as u": leave("u"),
	"leave as v": leave("v"),
	"expire": cancel("unpaid"),
	"pay": pay("unpaid"),
}

# Either of the two layers is enough to keep the time.
REDUNDANT: tuple[tuple[str, str], ...] = (("no index", "newest"), ("no lock", "newest"), ("no index", "snapshots"))
# Each of these must be noticed.
FAULTS: tuple[tuple[str, str], ...] = (
	("no lock and no index", "newest"),
	("no lock, and what is read decides alone", "snapshots"),
	("a read before the lock, and no index", "newest"),
	("a read of the first snapshot, and no index", "snapshots"),
	("a state that was read before the row's lock", "newest"),
	("buckets of the old host stay", "newest"),
	("a move keeps the old time", "newest"),
	("time goes with the first who leaves", "newest"),
	("others are counted without a lock", "snapshots"),
	("one seat too many", "newest"),
	("locks without order", "newest"),
)


@dataclass(frozen=True, slots=True)
class State:
	"""The committed rows, and the position of each process.

	`rows` are the guard's rows: (host, bucket) -> booking or session. `live` are the live bookings with their time and
	session, `seats` those of the session.
	"""

	rows: frozenset[tuple[tuple[str, int], str]]
	live: frozenset[tuple[str, tuple[tuple[str, int], ...], str]]
	seats: frozenset[tuple[str, int]]
	processes: tuple[Process, ...]


@dataclass(frozen=True, slots=True)
class Process:
	"""`at` is the number of the next statement. `mine` are the changes that aren't committed, `locks` what it has locked.

	`saw` is the state that it has read first, under snapshots. `end` is set at the end.
	"""

	at: int = 0
	mine: tuple[Statement, ...] = ()
	locks: frozenset[str] = frozenset()
	saw: tuple[Any, ...] | None = None
	end: str = ""
	tries: int = 0


@dataclass(slots=True)
class Found:
	"""The result of a search."""

	states: int = 0
	orders: int = 0
	worlds: int = 0
	violations: int = 0
	example: str = ""
	ends: set[tuple[str, ...]] = field(default_factory=set)


def search_all(level: str, most: int = 3) -> Found:
	"""Search all worlds of two and of three commands."""
	total = Found()
	for number in range(2, most + 1):
		for names in combinations(COMMANDS, number):
			if not _meet(names):
				continue
			found = search(names, level)
			total.states += found.states
			total.orders += found.orders
			total.violations += found.violations
			total.worlds += 1
			total.example = total.example or found.example
	return total


def find(fault: str, level: str) -> str:
	"""Return an example of what goes wrong with the fault; empty if nothing does."""
	for number in (2, 3):
		for names in combinations(COMMANDS, number):
			if _meet(names) and (example := search(names, level, fault).example):
				return example
	return ""


def search(names: Sequence[str], level: str, fault: str = "") -> Found:
	"""Search all orders of the statements of these commands."""
	world = _World([COMMANDS[name] for name in names], level, fault)
	found = Found()
	counted: dict[State, int] = {}

	def count(state: State) -> int:
		if state in counted:
			return counted[state]
		found.states += 1
		if wrong := world.wrong(state):
			found.violations += 1
			found.example = found.example or f"{' | '.join(names)}: {wrong}"
			counted[state] = 1
			return 1
		total = 0
		for following in world.following(state):
			total += count(following)
		if not total:
			if all(process.end for process in state.processes):
				found.ends.add(tuple(process.end for process in state.processes))
			total = 1
		counted[state] = total
		return total

	found.orders = count(world.first())
	return found


def _meet(names: Sequence[str]) -> bool:
	"""Whether the commands have something in common: a host, a booking or the session. Others can't disturb each other."""
	touched = [_touched(COMMANDS[name]) for name in names]
	return all(any(one & other for other in touched if other is not one) for one in touched)


def _touched(statements: Sequence[Statement]) -> set[str]:
	found: set[str] = set()
	for kind, *rest in statements:
		if kind in ("row", "host"):
			found.add(rest[0])
	return found


class _World:
	"""The rules: which statement may run, and what it does."""

	def __init__(self, programs: list[list[Statement]], level: str, fault: str) -> None:
		self.programs, self.level, self.fault = [self._faulty(each, fault) for each in programs], level, fault

	def _faulty(self, program: list[Statement], fault: str) -> list[Statement]:
		if fault.startswith("no lock"):
			return [each for each in program if each[0] != "host"]
		if fault.startswith("a read before the lock"):
			reads = [each for each in program if each[0] == "free"]
			rows = [each for each in program if each[0] == "row"]
			return [*rows, *reads, *(each for each in program if each[0] not in ("free", "row"))]
		if fault == "locks without order" and [each for each in program if each[0] == "host"][1:]:
			hosts = [each for each in program if each[0] == "host"]
			return [*reversed(hosts), *(each for each in program if each[0] != "host")]
		old = (
			("drop", "x") in program
			if fault == "a move keeps the old time"
			else fault == "buckets of the old host stay"
		)
		if old and any(each[0] == "free" and each[2] for each in program):
			return [each for each in program if each[0] != "delete"]
		return program

	def first(self) -> State:
		rows, live, seats = set(), set(), set()
		for name, (time, session) in STANDING.items():
			live.add((name, time, session))
			rows |= {(place, session or name) for place in time}
			if session:
				seats.add((name, len(seats)))
		return State(frozenset(rows), frozenset(live), frozenset(seats), tuple(Process() for _each in self.programs))

	def following(self, state: State) -> Iterator[State]:
		"""Yield the states after one more statement, of whichever process can go on, or after its death."""
		left = [number for number, process in enumerate(state.processes) if not process.end]
		moved = False
		for number in left:
			after = self._after(state, number)
			if after is not None:
				moved = True
				yield after
			if state.processes[number].locks or state.processes[number].mine:
				yield self._ended(state, number, "died")
		if left and not moved:
			# They wait for each other. The database rolls one of them back, which tries again with its hosts first.
			for number in left:
				process = state.processes[number]
				again = Process(tries=process.tries + 1) if process.tries < 2 else Process(end="busy")
				yield self._with(state, number, again)

	def wrong(self, state: State) -> str:
		"""Return what must not be so in what is committed."""
		taken: dict[tuple[str, int], str] = {}
		for name, time, session in sorted(state.live):
			for place in time:
				if taken.setdefault(place, session or name) != (session or name):
					return f"{place} is booked by {taken[place]} and {session or name}"
		if set(taken.items()) != set(state.rows):
			return f"rows {sorted(set(state.rows) ^ set(taken.items()))} differ from the bookings"
		attending = [name for name, _time, session in state.live if session]
		if len(attending) > SEATS:
			return f"{len(attending)} attend a session of {SEATS}"
		if sorted(attending) != sorted(name for name, _number in state.seats):
			return "the seats aren't those of who attends"
		# Without the hosts' lock, commands may meet again and again. The time is kept all the same.
		if any(process.end == "busy" for process in state.processes) and self.fault != "no lock":
			return "a command waits for ever"
		if self.fault == "locks without order" and any(process.tries for process in state.processes):
			return "two commands wait for each other"
		return ""

	def _after(self, state: State, number: int) -> State | None:
		"""Return the state after the next statement of the process; None if it must wait."""
		process = state.processes[number]
		kind, *rest = self.programs[number][process.at]
		if self.level == "one writer" and kind not in ("free", "join") and self._other_writes(state, number):
			return None
		return getattr(self, f"_{kind.replace(' ', '_')}")(state, number, process, *rest)

	def _other_writes(self, state: State, number: int) -> bool:
		return any(
			(each.locks or each.mine) and not each.end for other, each in enumerate(state.processes) if other != number
		)

	# Statements

	def _row(self, state: State, number: int, process: Process, name: str) -> State | None:
		if self.fault == "a state that was read before the row's lock":
			return self._next(state, number, process)
		return self._lock(state, number, process, f"row {name}", needed=name)

	def _host(self, state: State, number: int, process: Process, host: str) -> State | None:
		return self._lock(state, number, process, f"host {host}")

	def _lock(self, state: State, number: int, process: Process, key: str, needed: str = "") -> State | None:
		if any(key in each.locks for other, each in enumerate(state.processes) if other != number):
			return None
		if needed and needed not in {name for name, _time, _session in state.live}:
			return self._ended(state, number, "gone")
		saw = process.saw or (state.rows, state.seats)
		return self._next(state, number, process, locks=process.locks | {key}, saw=saw)

	def _free(self, state: State, number: int, process: Process, time: Sequence[Any], own: str) -> State | None:
		rows = self._visible(state, process, self._reads_snapshot())
		if any(place in time and who not in ("", own) for place, who in rows):
			return self._ended(state, number, "taken")
		return self._next(state, number, process, saw=process.saw or (state.rows, state.seats))

	def _join(self, state: State, number: int, process: Process, time: Sequence[Any]) -> State | None:
		rows = self._visible(state, process, self._reads_snapshot())
		if any(place in time and who != "class" for place, who in rows):
			return self._ended(state, number, "taken")
		return self._next(state, number, process, saw=process.saw or (state.rows, state.seats))

	def _reads_snapshot(self) -> bool:
		return self.level == "snapshots" and self.fault in (
			"a read of the first snapshot, and no index",
			"no lock, and what is read decides alone",
		)

	def _store(self, state: State, number: int, process: Process, *what: Any) -> State:
		return self._next(state, number, process, mine=(*process.mine, ("store", *what)))

	def _drop(self, state: State, number: int, process: Process, name: str) -> State:
		return self._next(state, number, process, mine=(*process.mine, ("drop", name)))

	def _insert(self, state: State, number: int, process: Process, name: str, time: Sequence[Any]) -> State | None:
		if self._has_index():
			for other, each in enumerate(state.processes):
				touched = {place for kind, *rest in each.mine if kind in ("insert", "delete") for place in rest[1]}
				if other != number and touched & set(time):
					return None
		if self._has_index():
			gone = {rest[0] for kind, *rest in process.mine if kind == "delete"}
			if any(place in time and who not in gone for place, who in state.rows):
				return self._ended(state, number, "taken")
		return self._next(state, number, process, mine=(*process.mine, ("insert", name, tuple(time))))

	def _has_index(self) -> bool:
		return not ("no index" in self.fault or "decides alone" in self.fault or self.fault in (
			"a move keeps the old time", "buckets of the old host stay",
		))  # fmt: skip

	def _delete(self, state: State, number: int, process: Process, name: str) -> State:
		held = tuple(place for place, who in state.rows if who == name)
		return self._next(state, number, process, mine=(*process.mine, ("delete", name, held)))

	def _seat(self, state: State, number: int, process: Process, name: str) -> State | None:
		if any(
			kind in ("seat", "unseat")
			for other, each in enumerate(state.processes)
			if other != number
			for kind, *_r in each.mine
		):
			return None
		free = [
			each
			for each in range(SEATS + (self.fault == "one seat too many"))
			if each not in {n for _who, n in state.seats}
		]
		if not free:
			return self._ended(state, number, "taken")
		return self._next(state, number, process, mine=(*process.mine, ("seat", name, free[0])))

	def _time(self, state: State, number: int, process: Process, name: str, time: Sequence[Any]) -> State | None:
		"""The session's buckets, unless they are there."""
		if any(who == "class" for _place, who in state.rows):
			return self._next(state, number, process)
		return self._insert(state, number, process, "class", time)

	def _unseat(self, state: State, number: int, process: Process, name: str) -> State:
		return self._next(state, number, process, mine=(*process.mine, ("unseat", name)))

	def _delete_if_last(self, state: State, number: int, process: Process, name: str) -> State | None:
		others_change = any(
			kind in ("seat", "unseat")
			for other, each in enumerate(state.processes)
			if other != number
			for kind, *_r in each.mine
		)
		reads_old = self.fault == "others are counted without a lock"
		if others_change and not reads_old:
			# A locking read waits for rows that others have changed.
			return None
		seats = process.saw[1] if reads_old and process.saw else state.seats
		if any(who != name for who, _number in seats) and self.fault != "time goes with the first who leaves":
			return self._next(state, number, process)
		return self._delete(state, number, process, "class")

	def _commit(self, state: State, number: int, process: Process) -> State:
		rows, live, seats = set(state.rows), set(state.live), set(state.seats)
		for kind, *rest in process.mine:
			if kind in ("store", "drop"):
				live = {each for each in live if each[0] != rest[0]}
				if kind == "store":
					live.add((rest[0], tuple(rest[1]), rest[2]))
			elif kind == "insert":
				rows |= {(place, rest[0]) for place in rest[1]}
			elif kind == "delete":
				rows = {each for each in rows if each[1] != rest[0]}
			elif kind == "seat":
				seats.add((rest[0], rest[1]))
			elif kind == "unseat":
				seats = {each for each in seats if each[0] != rest[0]}
		after = State(frozenset(rows), frozenset(live), frozenset(seats), state.processes)
		return self._ended(after, number, "done")

	# Parts of them

	def _visible(self, state: State, process: Process, old: bool) -> set[tuple[tuple[str, int], str]]:
		rows = set(process.saw[0] if old and process.saw else state.rows)
		gone = {rest[0] for kind, *rest in process.mine if kind == "delete"}
		return {each for each in rows if each[1] not in gone}

	def _next(self, state: State, number: int, process: Process, **changed: Any) -> State:
		values = {"mine": process.mine, "locks": process.locks, "saw": process.saw, **changed}
		if self.level != "snapshots":
			values["saw"] = None
		return self._with(state, number, Process(at=process.at + 1, tries=process.tries, **values))

	def _ended(self, state: State, number: int, how: str) -> State:
		return self._with(state, number, Process(at=-1, end=how))

	def _with(self, state: State, number: int, process: Process) -> State:
		processes = (*state.processes[:number], process, *state.processes[number + 1 :])
		return State(state.rows, state.live, state.seats, processes)
