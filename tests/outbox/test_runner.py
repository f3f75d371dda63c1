"""The runner: which due tasks run, in which order, and with which outcome."""

from types import SimpleNamespace

import frappe
import pytest

from scheduler_integration.outbox import claims
from scheduler_integration.outbox.handlers import Handler
from scheduler_integration.outbox.outcomes import Again, Done, Never, NotNeeded
from scheduler_integration.outbox.results import MAX_ATTEMPTS
from scheduler_integration.outbox.runner import Runner
from scheduler_integration.outbox.tasks import skip_open
from tests.outbox.stored import NOW, planned, store
from tests.support.factories import fresh
from tests.support.outbox import status_of, tasks

pytestmark = pytest.mark.usefixtures("commit_clean")

MINUTE = 60


class World:
	"""Handlers that write down what ran, and a clock. `answers` maps a task's key to outcomes or errors, one a run."""

	def __init__(self):
		self.now, self.ran, self.answers, self.told, self.stored = NOW, [], {}, [], []

	def run(self, task, now):
		self.ran.append(task.key)
		outcome = (self.answers.get(task.key) or [Done()]).pop(0)
		if isinstance(outcome, Exception):
			raise outcome
		return outcome

	@property
	def runner(self):
		handlers = {kind: Handler(self.run) for kind in ("email", "calendar_event")}
		handlers["video_meeting"] = Handler(self.run, one_at_a_time=True)
		return Runner(
			handlers,
			lambda: self.now,
			lambda task, fields: self.stored.append((task.booking, fields)),
			lambda task, reason: self.told.append((task.key, reason)),
		)

	def run_all(self):
		self.ran = []
		self.runner.run_all(30)
		return self.ran


@pytest.fixture
def world():
	return World()


def planned_yesterday(*bookings):
	frappe.db.set_value(
		"Outbox Task", {"booking": ["in", bookings]}, "modified", "2026-03-01 06:00:00", update_modified=False
	)
	frappe.db.commit()


class TestOutcomes:
	def test_a_task_that_is_done_keeps_the_other_sides_id_and_sets_fields_of_the_booking(self, world, booking):
		world.answers["a"] = [Done("id-1", {"meeting_link": "https://meet.example/1"})]
		store(booking, planned("a"))
		assert world.run_all() == ["a"]
		(task,) = tasks(booking)
		assert (task.status, task.external_id, task.done_at, task.lease) == ("Sent", "id-1", NOW, None)
		assert world.stored == [(booking, {"meeting_link": "https://meet.example/1"})]
		assert world.run_all() == []

	def test_a_task_that_isnt_finished_runs_again_at_its_time(self, world, booking):
		world.answers["a"] = [Again(NOW + 5, "The link is being made."), Done()]
		store(booking, planned("a"))
		world.run_all()
		assert tasks(booking)[0].error == "The link is being made."
		world.now = NOW + 4
		assert world.run_all() == []
		world.now = NOW + 5
		assert world.run_all() == ["a"]
		assert status_of(booking) == ["Sent"]

	def test_a_failure_for_good_is_told(self, world, booking):
		world.answers["a"] = [Never("The account was closed.")]
		store(booking, planned("a"))
		world.run_all()
		assert status_of(booking) == ["Failed"]
		assert world.told == [("a", "The account was closed.")]

	def test_what_isnt_needed_any_more_is_skipped_with_the_reason(self, world, booking):
		world.answers["a"] = [NotNeeded("The booking was cancelled.")]
		store(booking, planned("a"))
		world.run_all()
		(task,) = tasks(booking)
		assert (task.status, task.error) == ("Skipped", "The booking was cancelled.")

	def test_an_error_is_tried_again_after_waits_that_double_and_fails_in_the_end(self, world, booking):
		world.answers["a"] = [RuntimeError("no answer")] * MAX_ATTEMPTS
		store(booking, planned("a"))
		waits = []
		while status_of(booking) == ["Pending"]:
			assert world.run_all() == ["a"]
			waits.append(tasks(booking)[0].due_at - world.now)
			world.now = max(tasks(booking)[0].due_at, world.now)
		assert len(waits) == MAX_ATTEMPTS
		assert all(30 * 2**index <= wait <= 60 * 2**index for index, wait in enumerate(waits[:-1]))
		assert status_of(booking) == ["Failed"]
		assert world.told == [("a", "no answer")]

	def test_a_task_whose_moment_has_passed_is_skipped(self, world, booking):
		store(booking, planned("a", expires_at=NOW))
		assert world.run_all() == []
		(task,) = tasks(booking)
		assert (task.status, task.error) == ("Skipped", "Its moment has passed.")

	def test_an_error_of_one_task_rolls_back_nothing_of_another(self, world, booking):
		world.answers["b"] = [RuntimeError("broken")]
		store(booking, planned("a"), planned("b", due_at=NOW - 1), planned("c"))
		world.run_all()
		assert sorted(status_of(booking)) == ["Pending", "Sent", "Sent"]


class TestOrder:
	def test_tasks_that_were_planned_together_ran_in_any_order(self, booking):
		"""The moment of planning decides between tasks that are due at the same time, and one moment can't."""
		store(booking, *(planned(key) for key in "abc"))
		rows = frappe.get_all("Outbox Task", {"booking": booking}, ["key", "creation"], order_by="creation asc")
		assert [row.key for row in rows] == ["a", "b", "c"]
		assert len({row.creation for row in rows}) == 3

	def test_link_then_event_then_message(self, world, booking):
		store(booking, planned("message"), planned("event", "calendar_event"), planned("link", "video_meeting"))
		assert world.run_all() == ["link", "event", "message"]

	def test_a_message_waits_for_the_link_but_not_for_ever(self, world, booking):
		world.answers["link"] = [Again(NOW + 5, "pending"), Again(NOW + 60, "pending")]
		store(booking, planned("message"), planned("link", "video_meeting"))
		assert world.run_all() == ["link"]
		world.now = NOW + 5
		assert world.run_all() == ["link", "message"]

	def test_a_message_goes_without_a_link_that_takes_too_long(self, world, booking):
		world.answers["link"] = [Again(NOW + claims.PATIENCE, "pending")]
		store(booking, planned("message"), planned("link", "video_meeting"))
		world.run_all()
		world.now = NOW + claims.PATIENCE
		assert "message" in world.run_all()

	def test_another_bookings_link_holds_up_nobody(self, world, booking):
		world.answers["link"] = [Again(NOW + 5, "pending")]
		store(fresh("other"), planned("link", "video_meeting"))
		store(booking, planned("message"))
		assert set(world.run_all()) == {"link", "message"}

	@pytest.mark.long
	def test_a_flood_for_one_target_starves_no_other(self, world, booking):
		store(fresh("flood"), *(planned(f"flood-{index}", due_at=NOW - 1000) for index in range(300)))
		store(booking, planned("mine", target="bob@guests.example"))
		assert "mine" in world.run_all()[:2]

	@pytest.mark.long
	def test_what_never_failed_comes_before_what_did(self, world, booking):
		world.answers = {f"old-{index}": [RuntimeError("refused")] for index in range(150)}
		store(fresh("old"), *(planned(f"old-{index}", target=f"{index}@x.example") for index in range(150)))
		world.run_all()
		world.now += 2 * MINUTE
		store(booking, planned("new", due_at=NOW + MINUTE))
		assert world.run_all()[0] == "new"

	@pytest.mark.long
	def test_what_is_planned_at_once_comes_before_what_was_planned_for_later(self, world, booking):
		old = fresh("old")
		store(old, *(planned(f"old-{index}", target=f"{index}@x.example", due_at=NOW - 10) for index in range(300)))
		planned_yesterday(old)
		# The attendee gets a reminder of another meeting too.
		store(booking, planned("mine", target="0@x.example"))
		assert world.run_all()[0] == "mine"

	def test_what_is_planned_again_to_run_at_once_comes_before_what_was_planned_for_later(self, world, booking):
		old = fresh("old")
		store(old, *(planned(f"old-{index}", target=f"{index}@x.example", due_at=NOW - 10) for index in range(20)))
		store(booking, planned("event", "calendar_event"))
		world.run_all()
		store(old, *(planned(f"new-{index}", target=f"{index}@x.example", due_at=NOW - 10) for index in range(20)))
		planned_yesterday(old, booking)
		store(booking, planned("event", "calendar_event", generation=1))
		assert world.run_all()[0] == "event"

	def test_a_run_of_one_booking_leaves_the_others_alone(self, world, booking):
		other = fresh("other")
		store(other, planned("other"))
		store(booking, planned("mine"))
		world.runner.run_all(30, booking)
		assert (world.ran, status_of(other)) == (["mine"], ["Pending"])


class TestOneAtATime:
	def test_two_tasks_of_one_account_dont_run_at_once(self, booking):
		store(booking, planned("a", "video_meeting", "zoom-1"), planned("b", "video_meeting", "zoom-1"))
		store(fresh("other"), planned("c", "video_meeting", "zoom-2"))
		wanted = claims.Wanted(one_at_a_time=["video_meeting"])
		first = claims.claim(NOW, 10, wanted)
		assert sorted(task.key for task in first) == ["a", "c"]
		assert claims.claim(NOW, 10, wanted) == []

	def test_the_next_one_runs_after_it(self, world, booking):
		store(booking, *(planned(key, "video_meeting", "zoom-1", NOW - 10 + index) for index, key in enumerate("abc")))
		assert world.run_all() == ["a", "b", "c"]


class TestLeases:
	def test_a_worker_that_died_before_its_first_task_left_no_trace_of_its_claim(self, booking):
		store(booking, planned("a"))
		assert claims.claim(NOW, 10, claims.Wanted(booking))
		frappe.db.rollback()
		assert status_of(booking) == ["Sending"]
		assert claims.claim(NOW, 10, claims.Wanted(booking)) == []

	def test_a_claimed_task_isnt_claimed_again(self, booking):
		store(booking, planned("a"))
		assert len(claims.claim(NOW, 10, claims.Wanted())) == 1
		assert claims.claim(NOW, 10, claims.Wanted()) == []

	def test_the_tasks_of_a_dead_worker_come_back(self, world, booking):
		store(booking, planned("a"))
		claims.claim(NOW, 10, claims.Wanted())
		world.now = NOW + claims.LEASE_SECONDS
		assert world.run_all() == ["a"]
		assert tasks(booking)[0].attempts == 2

	def test_a_task_that_kills_its_worker_each_time_fails_in_the_end(self, world, booking):
		store(booking, planned("a"))
		for _attempt in range(MAX_ATTEMPTS):
			claims.claim(world.now, 10, claims.Wanted())
			world.now += claims.LEASE_SECONDS
		assert world.run_all() == []
		assert status_of(booking) == ["Failed"]
		assert world.told == [("a", "The worker ended unexpectedly, again and again.")]

	def test_a_worker_whose_lease_is_over_stores_nothing(self, world, booking):
		store(booking, planned("a"))

		def slow(task, now):
			world.now += claims.LEASE_SECONDS
			(mine,) = claims.claim(world.now, 10, claims.Wanted())
			return Done("the slow one's") if mine else None

		Runner({"email": Handler(slow)}, lambda: world.now, print, print).run_all(30)
		(task,) = tasks(booking)
		assert (task.status, task.external_id) == ("Sending", None)


class TestPlanning:
	def test_the_same_key_is_the_same_task_and_moves_with_the_plan(self, booking):
		store(booking, planned("reminder", due_at=NOW + 100))
		store(booking, planned("reminder", due_at=NOW + 200))
		(task,) = tasks(booking)
		assert task.due_at == NOW + 200

	def test_a_task_that_was_done_stays_done(self, world, booking):
		store(booking, planned("a"))
		world.run_all()
		store(booking, planned("a", due_at=NOW + 200))
		assert [(task.status, task.due_at) for task in tasks(booking)] == [("Sent", NOW)]

	def test_a_higher_generation_makes_it_due_again(self, world, booking):
		world.answers["event"] = [Done("id-1"), Done()]
		store(booking, planned("event", "calendar_event"))
		world.run_all()
		store(booking, planned("event", "calendar_event", generation=1))
		assert world.run_all() == ["event"]
		assert [(task.status, task.external_id) for task in tasks(booking)] == [("Sent", "id-1")]

	def test_a_change_while_the_handler_runs_makes_it_due_again(self, booking):
		store(booking, planned("event", "calendar_event"))
		seen = []

		def changing(task, now):
			seen.append(task.generation)
			store(booking, planned("event", "calendar_event", generation=1))
			return Done()

		Runner({"calendar_event": Handler(changing)}, lambda: NOW, print, print).run_all(30)
		assert seen == [0, 1]
		assert status_of(booking) == ["Sent"]

	def test_open_tasks_are_skipped_by_kind_purpose_and_target(self, booking):
		store(booking, planned("a"), planned("b", "calendar_event"), planned("c", target="bob@guests.example"))
		skip_open([booking], NOW, "cancelled", kinds=["email"], targets=["ada@guests.example"])
		assert {task.key: task.status for task in tasks(booking)} == {"a": "Skipped", "b": "Pending", "c": "Pending"}

	def test_a_claim_takes_the_same_number_of_statements_for_ten_tasks_and_for_a_hundred(self, booking, queries):
		def asked(count):
			store(booking, *(planned(fresh("key"), target=fresh("target")) for _each in range(count)))
			queries.clear()
			assert len(claims.claim(NOW, count, claims.Wanted())) == count
			return len(queries)

		assert asked(10) == asked(100)

	def test_a_task_takes_the_same_number_of_statements_however_many_there_are(
		self, world, booking, queries, monkeypatch
	):
		# A machine that is slow for a moment would claim the tasks in smaller batches.
		monkeypatch.setattr("scheduler_integration.outbox.runner.time", SimpleNamespace(monotonic=lambda: 0.0))

		def ran(count):
			store(booking, *(planned(fresh("key"), target=fresh("target")) for _each in range(count)))
			queries.clear()
			assert len(world.run_all()) == count
			return len(queries)

		ten, twenty, forty = ran(10), ran(20), ran(40)
		assert forty - twenty == 2 * (twenty - ten)


def test_a_task_whose_commit_failed_stayed_claimed_for_a_quarter_of_an_hour(world, monkeypatch):
	"""In a Galera cluster a command can change the booking meanwhile on another node. Then the task is due again soon."""
	booking, key = fresh("booking"), fresh("key")
	store(booking, planned(key))
	commit, lost = frappe.db.commit, [frappe.QueryDeadlockError()]

	def fails_once():
		if world.ran and lost:
			frappe.db.rollback()
			raise lost.pop()
		commit()

	monkeypatch.setattr(frappe.local.db, "commit", fails_once, raising=False)
	world.run_all()
	assert (status_of(booking), world.ran) == (["Pending"], [key])
	world.now += 2 * MINUTE
	assert world.run_all() == [key]
	assert status_of(booking) == ["Sent"]
