"""Random histories of bookings. A subclass adds what goes wrong outside, and says what must hold in the end."""

from typing import Any

import frappe
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from scheduler_integration import bookings
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import make_user, payload

DAY, HALF = 86400, 1800
# Which booking a rule means is its number modulo the count of bookings.
REFERENCES = st.integers(0, 7)


class History(RuleBasedStateMachine):
	"""Bookings of a team change in a random order. A refused command leaves no trace.

	`first` is the start of the first slot, in epoch seconds. Subclasses set `page` and `now` before the first rule.
	"""

	first = 0
	now = 0
	page: Any = None

	def __init__(self) -> None:
		super().__init__()
		self.booked: list[str] = []
		self.hosts: list[str] = []

	def make_hosts(self) -> None:
		self.hosts = [make_user(name) for name in ("Ann", "Ben", "Cem")]

	def make_booking(self, meeting_type: Any, start: int, **fields: Any) -> None:
		request = payload(self.page, meeting_type, start, **fields)
		self._store(lambda: self.booked.append(door.book(request, self.now).id))

	@precondition(lambda self: self.booked)
	@rule(
		of=REFERENCES,
		move=st.sampled_from(["cancel", "confirm", "decline", "reassign", "reschedule"]),
		to=st.integers(0, 2),
	)
	def change(self, of: int, move: str, to: int) -> None:
		name = self.booked[of % len(self.booked)]
		moves = {
			"cancel": lambda: bookings.cancel_by_host(name, "", self.now),
			"confirm": lambda: bookings.confirm(name, self.now),
			"decline": lambda: bookings.decline(name, "", self.now),
			"reassign": lambda: bookings.reassign(name, self.hosts[to], self.now),
			"reschedule": lambda: self.reschedule(name, self.first + (to + 1) * DAY + (of % 8) * HALF),
		}
		self._store(moves[move])

	def reschedule(self, name: str, start: int) -> None:
		self.booked.append(bookings.reschedule_by_host(name, RescheduleRequest(start), self.now).id)

	def _store(self, act: Any) -> None:
		try:
			act()
		except SchedulingError:
			frappe.db.rollback()
		frappe.db.commit()


def run_histories(machine: type[History], examples: int) -> None:
	"""Run this many random histories, new ones each time."""
	checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
	profile = settings(
		max_examples=examples, stateful_step_count=14, deadline=None, suppress_health_check=checks, database=None
	)
	run_state_machine_as_test(machine, settings=profile)
