"""Runs commands in processes, one statement at a time, in an order that it chooses, and enumerates the orders.

Two orders that differ only in steps that don't touch each other end in the same state. So only one order of each such class is
run (dynamic partial-order reduction: Flanagan and Godefroid, POPL 2005), and the number of orders in the class is counted.

Example with two bookings of Jane at 09:00, L lock, R read, W write, C commit:

    L1 R1 W1 C1 L2 R2   the second waits for the lock, then reads what the first has stored, and is refused
    L2 R2 W2 C2 L1 R1   the same with the second first

Statements before L1 and L2 may come in any order, and that changes nothing: two classes.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import frappe

from proof.protocol import Line
from tests.support.forks import Forked
from tests.support.site import Site

# A process that says nothing for so many seconds waits for a lock that nobody expected.
_SILENT = 0.6
_LOST = 90.0
_CODE = "import sys; from proof.worker import main; main(int(sys.argv[1]))"


@dataclass(frozen=True, slots=True)
class Step:
	"""One statement of a process on the guard's tables, or the end of its transaction.

	`kind` is lock, read, write, commit or rollback. `keys` are what a lock locks. `passed` counts the statements since the
	step before, this one included.
	"""

	process: int
	kind: str
	tables: frozenset[str]
	keys: frozenset[tuple[str, str]]
	text: str
	passed: int


@dataclass(slots=True)
class Run:
	"""The events in one order. `choices` repeats them. `begun` are processes, `ends` the outcomes of their commands."""

	steps: list[Step] = field(default_factory=list)
	enabled: list[frozenset[int]] = field(default_factory=list)
	ends: dict[int, str] = field(default_factory=dict)
	begun: set[int] = field(default_factory=set)

	@property
	def choices(self) -> list[int]:
		return [step.process for step in self.steps]


class Process:
	"""One process and what it is about to do."""

	def __init__(self, site: Site) -> None:
		with socket.create_server(("127.0.0.1", 0)) as listener:
			listener.settimeout(_LOST)
			self.forked: Forked = site.python(_CODE, str(listener.getsockname()[1]))
			try:
				self.line = Line(listener.accept()[0])
			except TimeoutError:
				raise RuntimeError(self.forked.communicate(5)[1]) from None
		if not self.line.receive(_LOST):
			raise RuntimeError(self.forked.communicate(5)[1])
		self.forget()

	def forget(self) -> None:
		self.next: dict[str, Any] | None = None
		self.is_silent = False
		self.held: set[tuple[str, str]] = set()
		self.wrote: set[str] = set()
		self.is_writing = self.has_begun = False

	def close(self) -> None:
		self.line.connection.close()
		self.forked.kill()
		self.forked.communicate(10)


class Explorer:
	"""Processes on the site, and orders of their statements."""

	def __init__(self, site: Site, count: int) -> None:
		self.site = site
		self.processes = [Process(site) for _each in range(count)]
		self.is_single_writer = frappe.db.db_type == "sqlite"

	def close(self) -> None:
		for process in self.processes:
			process.close()

	def run(
		self,
		commands: Sequence[dict[str, Any]],
		choose: Callable[[frozenset[int], Run], int],
		fault: str = "",
		dies: tuple[int, int] | None = None,
		*,
		snapshots: bool = False,
	) -> Run:
		"""Run the commands, one in each process, and let `choose` name the next process among those that can go on.

		With `dies` (process, step) the process is killed before its step of this number. With `snapshots`, MariaDB's commands
		keep REPEATABLE READ.
		"""
		run = Run()
		for number, command in enumerate(commands):
			self.begin(number, command, run, fault=fault, snapshots=snapshots)
		while len(run.ends) < len(commands):
			enabled = self.enabled(run)
			if not enabled:
				self.go_on_anyway(run)
				continue
			number = choose(enabled, run)
			if dies == (number, sum(step.process == number for step in run.steps)):
				self.kill(number, run)
			else:
				run.enabled.append(enabled)
				self.step(number, run)
		return run

	def begin(
		self, number: int, command: dict[str, Any], run: Run, *, fault: str = "", snapshots: bool = False
	) -> None:
		"""Let a process begin a command. It stops before its first step."""
		run.begun.add(number)
		run.ends.pop(number, None)
		process = self.processes[number]
		process.forget()
		process.line.send({**command, "fault": fault, "snapshots": snapshots})
		self._hear(number, run)

	def finish(self, run: Run) -> None:
		"""Let all commands end, whatever their order."""
		while len(run.ends) < len(run.begun):
			enabled = self.enabled(run)
			if enabled:
				run.enabled.append(enabled)
				self.step(min(enabled), run)
			else:
				self.go_on_anyway(run)

	def step(self, number: int, run: Run) -> None:
		"""Let a process run its next step, and hear what it does then."""
		process = self.processes[number]
		asked = process.next or {}
		step = _step(number, asked, process)
		run.steps.append(step)
		process.line.send({"go": "on"})
		if step.kind in ("commit", "rollback"):
			process.held, process.wrote, process.is_writing, process.has_begun = set(), set(), False, False
		else:
			process.has_begun = True
			process.held |= step.keys
			process.is_writing |= step.kind in ("lock", "write")
			if step.kind == "write":
				process.wrote |= step.tables
		process.next = None
		self._hear(number, run)
		for other in sorted(run.begun - set(run.ends)):
			if self.processes[other].is_silent:
				self._hear(other, run, seconds=0.005)

	def _hear(self, number: int, run: Run, seconds: float = _SILENT) -> None:
		process = self.processes[number]
		try:
			said = process.line.receive(seconds)
		except TimeoutError:
			process.is_silent = True
			return
		process.is_silent = False
		if said is None:
			run.ends[number] = "died: " + process.forked.communicate(5)[1][-300:]
			self.processes[number] = Process(self.site)
		elif "end" in said:
			run.ends[number] = said["end"]
		else:
			process.next = said

	def go_on_anyway(self, run: Run) -> None:
		"""Go on although each process waits for another one's lock, as it seems. The database ends a deadlock."""
		left = sorted(run.begun - set(run.ends))
		if ready := [number for number in left if not self.processes[number].is_silent]:
			run.enabled.append(frozenset(ready[:1]))
			self.step(ready[0], run)
			return
		self._hear(left[0], run, seconds=_LOST)
		if self.processes[left[0]].is_silent:
			raise RuntimeError("A process says nothing any more.")

	def enabled(self, run: Run) -> frozenset[int]:
		"""Return the processes that can go on without waiting for another one."""
		return frozenset(
			number
			for number in run.begun - set(run.ends)
			if self.processes[number].next and not self._would_wait(number, run)
		)

	def _would_wait(self, number: int, run: Run) -> bool:
		"""Whether the process's next statement needs a lock that another process has."""
		process = self.processes[number]
		step = _step(number, process.next or {}, process)
		others = [self.processes[other] for other in run.begun - set(run.ends) if other != number]
		if self.is_single_writer:
			return step.kind in ("lock", "write") and not process.is_writing and any(each.is_writing for each in others)
		return any(step.keys & each.held for each in others)

	def kill(self, number: int, run: Run) -> None:
		"""Kill a process before its next step, and start another one."""
		process = self.processes[number]
		process.line.send({"go": "die"})
		process.forked.communicate(20)
		run.ends[number] = "killed"
		self.processes[number] = Process(self.site)


def _step(number: int, said: dict[str, Any], process: Process) -> Step:
	keys = frozenset((said["tables"][0], key) for key in said["keys"]) if said["at"] == "lock" else frozenset()
	kind, tables = said["at"], frozenset(said["tables"])
	if kind in ("commit", "rollback"):
		tables = frozenset(process.wrote) if kind == "commit" else frozenset()
		keys = frozenset(process.held)
	return Step(number, kind, tables, keys, said["text"], said["passed"])


# Which orders there are


def depend(one: Step, two: Step, *, snapshots: bool) -> bool:
	"""Whether the order of two steps of different processes can matter.

	A commit shows its writes to later reads and gives its locks to others. With `snapshots`, a read may show the state of
	its transaction's first read, so each step depends on each commit that wrote something.
	"""
	if one.process == two.process:
		return True
	if one.keys & two.keys:
		return True
	if snapshots and all(step.kind in ("lock", "write", "commit") for step in (one, two)):
		return True
	ends = [step for step in (one, two) if step.kind == "commit"]
	if ends and snapshots and any(step.tables for step in ends):
		return True
	if ends or (one.kind == "write" and two.kind == "write"):
		return bool(one.tables & two.tables)
	return False


def before(steps: Sequence[Step], *, snapshots: bool) -> list[set[int]]:
	"""Return for each step the earlier steps that had to come before it."""
	earlier: list[set[int]] = []
	for number, step in enumerate(steps):
		found: set[int] = set()
		for other in range(number - 1, -1, -1):
			if other not in found and depend(steps[other], step, snapshots=snapshots):
				found |= {other} | earlier[other]
		earlier.append(found)
	return earlier


@dataclass(slots=True)
class _Point:
	"""A place in the tree of orders: who could go on, who went on, and whom to try still."""

	enabled: frozenset[int]
	chosen: int
	tried: set[int] = field(default_factory=set)
	wanted: set[int] = field(default_factory=set)


class Orders:
	"""Enumerates one order of each class. `next_choice` is the explorer's `choose`; `note` takes the run's result."""

	def __init__(self, *, single_writer: bool, snapshots: bool = False) -> None:
		self.single_writer = single_writer
		self.snapshots = single_writer or snapshots
		self.points: list[_Point] = []
		self.is_done = False
		self._position = 0
		self.classes: set[object] = set()
		self.orders = 0

	def start(self) -> None:
		self._position = 0

	def next_choice(self, enabled: frozenset[int], run: Run) -> int:
		"""Follow the path so far, then let the process go on that went on last."""
		position, self._position = self._position, self._position + 1
		if position < len(self.points) and self.points[position].chosen in enabled:
			return self.points[position].chosen
		del self.points[position:]
		last = run.steps[-1].process if run.steps else min(enabled)
		chosen = last if last in enabled else min(enabled)
		self.points.append(_Point(enabled, chosen, {chosen}))
		return chosen

	def note(self, run: Run) -> None:
		"""Add what the run says about other orders, and go to the next path."""
		earlier = before(run.steps, snapshots=self.snapshots)
		signature = frozenset(
			(_position_of(run.steps, each), _position_of(run.steps, other))
			for each, others in enumerate(earlier)
			for other in others
			if run.steps[each].process != run.steps[other].process
		)
		if signature not in self.classes:
			self.classes.add(signature)
			self.orders += orders_in_class(run.steps, earlier)
		self._want_others(run, earlier)
		while self.points:
			point = self.points[-1]
			left = (point.wanted & point.enabled) - point.tried
			if left:
				point.chosen = min(left)
				point.tried.add(point.chosen)
				return
			self.points.pop()
		self.is_done = True

	def _want_others(self, run: Run, earlier: list[set[int]]) -> None:
		for late, step in enumerate(run.steps):
			for early in range(late - 1, -1, -1):
				other = run.steps[early]
				if other.process == step.process or not depend(other, step, snapshots=self.snapshots):
					continue
				# Not a race if another step between them already puts them in this order. That a lock is given back
				# between them says only who came first.
				between = any(early in earlier[each] and each in earlier[late] for each in range(early + 1, late))
				if (not between or self._both_lock(run, early, late)) and early < len(self.points):
					point = self.points[early]
					point.wanted |= {step.process} if step.process in point.enabled else set(point.enabled)

	def _both_lock(self, run: Run, early: int, late: int) -> bool:
		"""Whether both steps take locks that the other one needs."""
		one, two = run.steps[early], run.steps[late]
		if self.single_writer:
			return all(step.kind in ("lock", "write") for step in (one, two))
		return one.kind == two.kind == "lock" and bool(one.keys & two.keys)


def _position_of(steps: Sequence[Step], number: int) -> tuple[int, int]:
	"""Return the step as its process and its number in the process."""
	step = steps[number]
	return step.process, sum(each.process == step.process for each in steps[:number])


def orders_in_class(steps: Sequence[Step], earlier: Sequence[set[int]]) -> int:
	"""Return how many orders of all statements, also of those on other tables, differ from this one in nothing that matters."""
	processes = sorted({step.process for step in steps})
	own = [[number for number, step in enumerate(steps) if step.process == process] for process in processes]
	ends = [_ends(steps, each) for each in own]
	place = {
		number: at for numbers, ats in zip(own, ends, strict=True) for number, at in zip(numbers, ats, strict=True)
	}
	# For each statement of a process: how many of each other process must come before it.
	needs = [
		{
			place[number]: tuple(
				max((place[each] for each in earlier[number] if steps[each].process == other), default=0)
				for other in processes
			)
			for number in numbers
		}
		for numbers in own
	]
	return _orders(tuple(each[-1] if each else 0 for each in ends), needs)


def _ends(steps: Sequence[Step], own: Sequence[int]) -> list[int]:
	"""Return at which statement of its process each step is, counted from 1."""
	position, found = 0, []
	for number in own:
		position += max(1, steps[number].passed)
		found.append(position)
	return found


def _orders(totals: tuple[int, ...], needs: Sequence[dict[int, tuple[int, ...]]]) -> int:
	"""Count the ways to run so many statements of each process, one at a time, that keep what must come before."""
	counts = {(0,) * len(totals): 1}
	for _each in range(sum(totals)):
		following: dict[tuple[int, ...], int] = {}
		for done, ways in counts.items():
			for process, total in enumerate(totals):
				if done[process] == total:
					continue
				needed = needs[process].get(done[process] + 1, ())
				if all(done[other] >= number for other, number in enumerate(needed) if other != process):
					key = (*done[:process], done[process] + 1, *done[process + 1 :])
					following[key] = following.get(key, 0) + ways
		counts = following
	return counts[totals]
