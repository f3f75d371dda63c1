"""`make proof` in small: the model, orders of real commands, deaths, planted faults, and histories that Hypothesis makes.

The whole search is `make proof`.
"""

import frappe
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule, run_state_machine_as_test

from proof import model
from proof.explorer import Explorer, Orders, Run
from proof.faults import FAULTS, changed_code, function_of, importlib
from proof.real import Proof, is_an_answer
from proof.world import HALF_PAST, NINE, SCENARIOS, problems

SCENARIO = {each.name: each for each in SCENARIOS}
FAULT = {each.name: each for each in FAULTS}


@pytest.mark.long
@pytest.mark.parametrize("level", model.LEVELS)
def test_no_order_of_two_commands_books_a_time_twice(level):
	found = model.search_all(level, most=2)
	assert (found.violations, found.example) == (0, "")
	assert found.orders > found.worlds


@pytest.mark.parametrize(("fault", "level"), model.FAULTS)
def test_the_model_notices(fault, level):
	assert model.find(fault, level)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_still_has_its_line(fault):
	module = importlib.import_module(f"scheduler_integration.{fault.module}")
	function = function_of(module, fault.function)
	assert changed_code(module, function, fault) != function.__code__


@pytest.fixture(scope="module")
def proof(site):
	from tests.support.site import undoing_commits

	with undoing_commits():
		made = Proof(site)
		yield made
		made.close()


class Histories(RuleBasedStateMachine):
	"""Hypothesis begins commands, and chooses at each statement who goes on."""

	proof: Proof

	def __init__(self):
		super().__init__()
		self.world, self.explorer, self.run = self.proof.world, self.proof.explorer, Run()
		self.world.reset()

	def idle(self):
		return [each for each in range(3) if each not in self.run.begun or each in self.run.ends]

	@precondition(lambda self: self.idle())
	@rule(
		kind=st.sampled_from(["short", "long", "padded", "class_", "pool", "both"]),
		start=st.sampled_from([NINE, HALF_PAST]),
	)
	def book(self, kind, start):
		self.begin(self.world.asks(getattr(self.world, kind), start))

	@precondition(lambda self: self.idle())
	@rule(number=st.integers(0, 5), command=st.sampled_from(["cancel", "move", "reassign"]))
	def change(self, number, command):
		names = frappe.get_all("Booking", {"meeting_type": ["in", self.world.types]}, order_by="starts_at, creation")
		if names:
			booking = frappe.get_doc("Booking", names[number % len(names)].name)
			frappe.db.rollback()
			self.begin(self.world.does(command, booking, start=HALF_PAST, user=self.world.ben))

	def begin(self, command):
		frappe.db.rollback()
		self.explorer.begin(self.idle()[0], command, self.run)

	@precondition(lambda self: self.explorer.enabled(self.run))
	@rule(number=st.integers(0, 2), times=st.integers(1, 6))
	def go_on(self, number, times):
		for _each in range(times):
			if enabled := sorted(self.explorer.enabled(self.run)):
				self.explorer.step(enabled[number % len(enabled)], self.run)

	def teardown(self):
		self.explorer.finish(self.run)
		assert self.world.wrong() == []
		assert [end for end in self.run.ends.values() if not is_an_answer(end)] == []


@pytest.mark.usefixtures("commit_clean")
class TestRealCommands:
	@pytest.mark.long
	@pytest.mark.parametrize("name", ["book against book", "a buffer after", "move against book", "the last seat"])
	def test_every_order_ends_well(self, proof, name):
		orders, runs = Orders(single_writer=proof.explorer.is_single_writer), 0
		while not orders.is_done and runs < 12:
			orders.start()
			run = proof.run(SCENARIO[name], orders.next_choice)
			assert problems(proof.world, SCENARIO[name], list(run.ends.values())) == []
			orders.note(run)
			runs += 1
		assert runs > 1

	@pytest.mark.long
	def test_the_choices_of_a_run_repeat_it(self, proof):
		def wanted(_enabled, run):
			return (1, 0)[len(run.steps) % 2] if (1, 0)[len(run.steps) % 2] in _enabled else min(_enabled)

		first, second = (proof.run(SCENARIO["two moves to one time"], wanted) for _each in range(2))
		assert (first.choices, first.ends) == (second.choices, second.ends)

	@pytest.mark.parametrize("name", ["no lock when booking", "no buckets are stored", "buffers are forgotten"])
	def test_a_planted_fault_is_found(self, proof, name):
		runs, where = proof.hunt(FAULT[name], 40)
		assert where, f"not found in {runs} orders"

	@pytest.mark.long
	def test_a_death_leaves_nothing(self, proof):
		for step in range(0, 12, 3):
			run = proof.run(SCENARIO["book against book"], lambda enabled, _run: min(enabled), dies=(0, step))
			assert proof.world.wrong() == []
			assert run.ends[1] == "OK" or run.ends[0] == "OK"

	@pytest.mark.long
	def test_histories_of_three_processes(self, proof):
		Histories.proof = proof
		checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
		run_state_machine_as_test(
			Histories,
			settings=settings(
				max_examples=8, stateful_step_count=10, deadline=None, suppress_health_check=checks, database=None
			),
		)


def test_explorers_end_their_processes(site):
	explorer = Explorer(site, 1)
	explorer.close()
	assert explorer.processes[0].forked.poll() is not None
