"""The job after a commit: one job for many bookings, and no task is missed, whatever fails."""

import frappe
import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from scheduler_integration import jobs
from scheduler_integration.jobs import outbox
from scheduler_integration.outbox import runner, wake
from scheduler_integration.outbox.handlers import Handler
from scheduler_integration.outbox.outcomes import Again, Done
from scheduler_integration.outbox.runner import Runner
from scheduler_integration.outbox.tasks import Planned, plan, waiting
from tests.support.factories import at, fresh
from tests.support.outbox import status_of
from tests.support.server import free_port

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2026-03-02 06:00")


@pytest.fixture
def queued(monkeypatch):
	"""The jobs for new tasks that were queued. They wait in the queue too."""
	known, seen = frappe.enqueue, []

	def enqueue(method, *args, **kwargs):
		if method in (wake.JOB, jobs.NEXT_RUN):
			seen.append((method, kwargs["queue"]))
		return known(method, *args, **kwargs)

	monkeypatch.setattr(frappe, "enqueue", enqueue)
	return seen


@pytest.fixture
def queue_is_down(monkeypatch):
	known = frappe.enqueue

	def down(method, *args, **kwargs):
		if method == wake.JOB:
			nobody().ping()
		return known(method, *args, **kwargs)

	monkeypatch.setattr(frappe, "enqueue", down)


@pytest.fixture
def cache_is_down():
	# It is there again before the site is cleaned up.
	with pytest.MonkeyPatch.context() as monkeypatch:
		monkeypatch.setattr(frappe.cache, "set", nobody().set)
		monkeypatch.setattr(frappe.cache, "delete_value", nobody().delete)
		yield


def nobody():
	"""A client of a Redis that isn't there."""
	return Redis(port=free_port(), retry=Retry(NoBackoff(), 0))


def commit_a_task(kind="fax", **fields):
	"""Store a task of a new booking and return the booking. Nothing handles a fax, so its task is skipped."""
	booking = fresh("booking")
	task = Planned(kind=kind, purpose="test", target=fresh("target"), key=fresh("key"), due_at=NOW, **fields)
	plan(booking, [task], NOW)
	wake.wake()
	frappe.db.commit()
	return booking


def statuses(bookings):
	frappe.db.rollback()
	return {status for booking in bookings for status in status_of(booking)}


@pytest.fixture
def short_pauses(monkeypatch):
	"""A job of the embedded site looks again after a moment."""
	monkeypatch.setattr(runner, "PAUSE", 0.01)


@pytest.mark.usefixtures("short_pauses")
class TestQueueing:
	def test_one_job_runs_the_tasks_of_fifty_commits(self, site, queued):
		bookings = [commit_a_task() for _each in range(50)]
		assert queued == [(wake.JOB, "short")]
		site.run_jobs()
		assert statuses(bookings) == {"Skipped"}

	def test_a_commit_after_the_job_queues_another_one(self, site, queued):
		commit_a_task()
		site.run_jobs()
		later = commit_a_task()
		site.run_jobs()
		assert len(queued) == 2
		assert statuses([later]) == {"Skipped"}

	def test_a_transaction_that_is_rolled_back_queues_nothing(self, queued):
		wake.wake()
		frappe.db.rollback()
		frappe.db.commit()
		assert queued == []

	def test_without_the_cache_each_commit_queues_a_job(self, site, queued, cache_is_down):
		bookings = [commit_a_task() for _each in range(3)]
		assert len(queued) == 3
		site.run_jobs()
		assert statuses(bookings) == {"Skipped"}

	def test_an_emptied_cache_costs_a_job_too_many(self, site, queued):
		bookings = [commit_a_task()]
		frappe.cache.delete_value(wake.KEY)
		bookings.append(commit_a_task())
		assert len(queued) == 2
		site.run_jobs()
		assert statuses(bookings) == {"Skipped"}

	def test_without_the_queue_the_job_of_the_minute_finds_the_tasks(self, queue_is_down):
		bookings = [commit_a_task() for _each in range(2)]
		jobs.run_due_tasks()
		assert statuses(bookings) == {"Skipped"}

	def test_a_lost_job_is_missed_until_its_key_expires(self, site, queued):
		bookings = [commit_a_task()]
		if site.is_real:
			from frappe.utils.background_jobs import get_queue

			get_queue("short").empty()
		frappe.cache.expire(frappe.cache.make_key(wake.KEY), -1)
		bookings.append(commit_a_task())
		assert len(queued) == 2
		jobs.run_due_tasks()
		assert statuses(bookings) == {"Skipped"}

	def test_a_job_whose_time_is_over_leaves_the_rest_to_another_one_in_the_long_queue(self, queued, monkeypatch):
		commit_a_task()
		monkeypatch.setattr(jobs, "RUN_SECONDS", 0)
		jobs.run_new_tasks()
		assert queued == [(wake.JOB, "short"), (jobs.NEXT_RUN, "long")]

	def test_runs_follow_each_other_until_everything_is_done(self, site, queued, monkeypatch):
		"""Frappe doesn't queue a job with the id of one that runs."""
		if site.is_real:
			pytest.skip("a real site's worker is another process, whose time can't be cut short")
		ran, run = [], outbox.run_due_tasks

		def counted(now, seconds):
			ran.append(run(now, seconds))
			monkeypatch.setattr(jobs, "RUN_SECONDS", 0 if len(ran) < 4 else 30)

		monkeypatch.setattr(outbox, "run_due_tasks", counted)
		monkeypatch.setattr(jobs, "RUN_SECONDS", 0)
		frappe.enqueue(jobs.NEXT_RUN, queue="long")
		site.run_jobs()
		assert ran == [0, 0, 0, 0]
		assert queued == [(jobs.NEXT_RUN, "long")] * 4


class TestARunningJob:
	"""Tasks that come while the job runs. Its pauses take no time here."""

	@pytest.fixture(autouse=True)
	def _pauses(self, monkeypatch):
		self.ran, self.answers, self.now, self.pauses = [], {}, NOW, []

		def pause(seconds):
			self.now += seconds
			if self.pauses:
				self.pauses.pop(0)()

		monkeypatch.setattr(runner.time, "sleep", pause)

	def handle(self, task, now):
		self.ran.append(task.booking)
		answers = self.answers.get(task.booking)
		answer = answers.pop(0) if answers else Done()
		return answer() if callable(answer) else answer

	def run(self, seconds=30):
		handlers = {"email": Handler(self.handle), "video_meeting": Handler(self.handle)}
		return Runner(handlers, lambda: self.now, print, print).run_new(seconds)

	def test_it_runs_a_task_that_is_committed_while_another_one_runs(self, queued):
		def meanwhile():
			self.later = commit_a_task("email")
			return Done()

		first = commit_a_task("email")
		self.answers[first] = [meanwhile]
		assert self.run()
		assert self.ran == [first, self.later]
		# Another worker could have helped.
		assert len(queued) == 2

	def test_it_looks_again_after_a_second_if_several_bookings_are_made(self, queued):
		first = [commit_a_task("email") for _each in range(2)]
		self.pauses = [lambda: first.append(commit_a_task("email"))]
		assert self.run()
		assert len(first) == 3
		assert sorted(self.ran) == sorted(first)
		# The commit in the pause knew that the job would look again.
		assert len(queued) == 1
		commit_a_task("email")
		assert len(queued) == 2

	def test_it_ends_at_once_after_a_single_booking(self):
		only = commit_a_task("email")
		self.pauses = [lambda: pytest.fail("It waited.")]
		assert self.run()
		assert self.ran == [only]

	def test_it_stays_for_what_a_host_may_still_undo(self):
		booking = fresh("booking")
		task = Planned(kind="email", purpose="test", target="email", key=fresh("key"), due_at=NOW)
		with waiting(10):
			plan(booking, [task], NOW)
		frappe.db.commit()
		assert self.run()
		assert self.ran == [booking]
		assert self.now == NOW + 10

	def test_it_ends_while_the_cache_is_down(self, cache_is_down):
		bookings = [commit_a_task("email") for _each in range(2)]
		assert self.run()
		assert sorted(self.ran) == sorted(bookings)

	def test_a_message_that_waits_for_its_link_holds_up_no_other_booking(self):
		waiting = fresh("booking")
		tasks = [
			Planned(kind=kind, purpose="test", target=kind, key=fresh("key"), due_at=NOW)
			for kind in ("video_meeting", "email")
		]
		plan(waiting, tasks, NOW)
		frappe.db.commit()
		self.answers[waiting] = [Again(NOW + 2, "The link is being made.")]
		other, another = commit_a_task("email"), []
		self.pauses = [lambda: another.append(commit_a_task("email"))]
		assert self.run()
		assert self.ran[:2] in ([waiting, other], [other, waiting])
		# A second later came the third booking, and two seconds later the link and its message.
		assert self.ran[2:] == [*another, waiting, waiting]

	def test_it_calls_another_worker_if_there_is_too_much_for_one(self, queued, monkeypatch):
		for _each in range(8):
			commit_a_task("email")
		monkeypatch.setattr(runner, "BATCH_SECONDS", 0)
		assert self.run()
		assert len(queued) == 2
		assert len(self.ran) == 8

	def test_it_stops_when_its_time_is_over(self):
		first = [commit_a_task("email") for _each in range(2)]
		self.pauses = [lambda: first.append(commit_a_task("email"))]
		assert self.run(0.9)
		assert sorted(self.ran) == sorted(first)
		assert len(first) == 2
