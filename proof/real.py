"""The parts of `make proof` that run the real commands."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, Protocol

import frappe

from proof.explorer import Explorer, Orders, Run
from proof.faults import FAULTS, Fault
from proof.world import NINE, NOW, SCENARIOS, Command, Scenario, World, problems
from scheduler_integration.platform.transactions import is_cluster
from tests.support.site import Site

_HALF = 1800
_HISTORY_COMMANDS = 4
_RANDOM_FIRST = 12


class Shown(Protocol):
	"""A sink for results."""

	orders: int

	def show(self, *columns: object) -> None: ...

	def fail(self, sentence: str) -> None: ...


class Proof:
	"""The world, and the processes that act in it."""

	def __init__(self, site: Site) -> None:
		self.world = World()
		frappe.db.commit()
		self.explorer = Explorer(site, 3)
		self.database = "SQLite" if self.explorer.is_single_writer else "MariaDB"
		# The first commands of a process read what later ones have in its memory.
		for kind in (self.world.short, self.world.pool, self.world.class_):
			self.run(Scenario("", lambda world, kind=kind: [world.asks(kind, NINE) for _each in range(3)], ()), _first)

	def close(self) -> None:
		"""End the processes and delete what they have booked."""
		self.explorer.close()
		self.world.reset()

	def orders(self, report: Shown, until: float, *, snapshots: bool = False) -> None:
		"""Run one order of each class, for all scenarios. See `Explorer.run` for `snapshots`."""
		for number, scenario in enumerate(SCENARIOS):
			# The time that is left is shared by the scenarios that are left.
			share = time.monotonic() + max(2, (until - time.monotonic()) / (len(SCENARIOS) - number))
			orders, runs, found = self._search(scenario, share, snapshots=snapshots)
			report.orders += orders.orders
			state = "all" if orders.is_done else "not all"
			report.show(f"  {scenario.name}", runs, len(orders.classes), f"{orders.orders:,}"[:15], state)
			if found:
				report.fail(f"{scenario.name}: {found}")

	def kills(self, report: Shown, until: float) -> None:
		"""Kill a process before each of its steps: what it has begun must be gone, and the time free."""
		killed = 0
		for scenario in SCENARIOS:
			for step in range(60):
				if time.monotonic() > until:
					break
				run = self.run(scenario, _first, dies=(0, step))
				killed += 1
				if found := self._wrong_after_death(run):
					report.fail(f"{scenario.name}, killed before step {step}: {found}")
				if "killed" not in run.ends.values():
					break
		report.show("  killed before a step", killed)

	def histories(self, report: Shown, seed: int, until: float) -> None:
		"""Run random commands in a random order of steps, each history with a number that repeats it."""
		count = 0
		while time.monotonic() < until:
			self.history(f"{seed}.{count}", report)
			count += 1
		report.show("  random histories", count, "", "", f"seed {seed}")

	def history(self, number: str, report: Shown, *, show: bool = False) -> None:
		"""Run one random history."""
		chance = random.Random(number)
		self.world.reset()
		for _each in range(_HISTORY_COMMANDS):
			commands = [_random_command(self.world, chance) for _process in range(3)]
			run = self.explorer.run(commands, _at_random(chance))
			if show:
				for step in run.steps:
					report.show(f"    {step.process} {step.kind}", "", "", "", step.text[:90])
				report.show(f"    {run.ends}")
			found = [*self.world.wrong(), *(end for end in run.ends.values() if not is_an_answer(end))]
			if found:
				report.fail(f"history {number}: {'; '.join(found)}")
				return

	def faults(self, report: Shown, most: int) -> None:
		"""Plant each fault, and search until it is found."""
		report.show("\nPlanted faults", "orders", "", "", "found by")
		for fault in FAULTS:
			if fault.mariadb_only and self.database == "SQLite":
				report.show(f"  {fault.name}", "", "", "", "needs MariaDB: make proof-bench")
				continue
			if fault.hidden_on_cluster and is_cluster():
				report.show(f"  {fault.name}", "", "", "", "needs one MariaDB: make proof-bench")
				continue
			runs, where = self.hunt(fault, most)
			report.show(f"  {fault.name}", runs, "", "", where or "NOT FOUND")
			if not where:
				report.fail(f"the planted fault isn't found: {fault.name}")

	def hunt(self, fault: Fault, most: int) -> tuple[int, str]:
		"""Return after how many orders the fault was found, and what it did. Empty if it wasn't."""
		runs = 0
		for scenario in SCENARIOS:
			if fault.scenarios and scenario.name not in fault.scenarios:
				continue
			orders = self._new_orders(snapshots=fault.under_snapshots)
			chance = random.Random(fault.name)
			for number in range(most):
				# Random orders first: the systematic search tries late steps before early ones.
				is_random = number < _RANDOM_FIRST
				orders.start()
				choose = _at_random(chance) if is_random else orders.next_choice
				run = self.run(scenario, choose, fault.name, snapshots=fault.under_snapshots)
				runs += 1
				if found := problems(self.world, scenario, list(run.ends.values())):
					return runs, f"{scenario.name}: {found[0][:80].splitlines()[0]}"
				if is_random:
					continue
				orders.note(run)
				if orders.is_done:
					break
		return runs, ""

	def _search(self, scenario: Scenario, until: float, *, snapshots: bool) -> tuple[Orders, int, str]:
		orders, runs = self._new_orders(snapshots=snapshots), 0
		while not orders.is_done and (time.monotonic() < until or not runs):
			orders.start()
			run = self.run(scenario, orders.next_choice, snapshots=snapshots)
			runs += 1
			if found := problems(self.world, scenario, list(run.ends.values())):
				return orders, runs, f"{'; '.join(found)}, in the order {run.choices}"
			orders.note(run)
		return orders, runs, ""

	def _new_orders(self, *, snapshots: bool = False) -> Orders:
		return Orders(single_writer=self.explorer.is_single_writer, snapshots=snapshots)

	def run(
		self,
		scenario: Scenario,
		choose: Any,
		fault: str = "",
		dies: tuple[int, int] | None = None,
		*,
		snapshots: bool = False,
	) -> Run:
		"""Prepare the scenario and run its commands. The arguments are those of `Explorer.run`."""
		self.world.reset()
		commands = scenario.commands(self.world)
		frappe.db.commit()
		return self.explorer.run(commands, choose, fault, dies, snapshots=snapshots)

	def _wrong_after_death(self, run: Run) -> str:
		ends = [end for end in run.ends.values() if end != "killed" and not is_an_answer(end)]
		return "; ".join([*self.world.wrong(), *ends])


def _at_random(chance: random.Random) -> Callable[[frozenset[int], Run], int]:
	return lambda enabled, _run: chance.choice(sorted(enabled))


def _first(enabled: frozenset[int], _run: Run) -> int:
	return min(enabled)


def is_an_answer(end: str) -> bool:
	"""Whether a command ended with an answer for people, and neither with a crash nor too late."""
	return end.replace("_", "").isupper() and end != "BUSY"


def _random_command(world: World, chance: random.Random) -> Command:
	kinds = (world.short, world.long, world.padded, world.daily, world.asked, world.class_, world.pool, world.both)
	start = NINE + chance.randrange(6) * _HALF
	fields = ["name", "status", "meeting_type", "host"]
	standing = frappe.get_all(
		"Booking", {"meeting_type": ["in", world.types], "status": ["in", ["Scheduled", "Pending"]]}, fields,
		order_by="starts_at, creation, name",
	)  # fmt: skip
	frappe.db.rollback()
	if not standing or chance.random() < 0.5:
		return world.asks(chance.choice(kinds), start, chance.choice(("book", "book", "hold and book")))
	booking = frappe.get_doc("Booking", chance.choice(standing).name)
	command = chance.choice(("move", "move by token", "cancel", "cancel by token", "reassign", "confirm", "decline"))
	more = {"start": start} if "move" in command else {"user": chance.choice((world.ann, world.ben))}
	frappe.db.rollback()
	return world.does(command, booking, now=NOW, **more)
