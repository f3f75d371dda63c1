"""Guests' threads rest after their responses while messages are late, so that the worker gets its share."""

import frappe
import pytest

from scheduler_integration.outbox import pace, wake
from scheduler_integration.outbox.handlers import Handler
from scheduler_integration.outbox.outcomes import Done
from scheduler_integration.outbox.runner import Runner
from scheduler_integration.outbox.tasks import Planned, plan
from scheduler_integration.platform.clock import to_site_time
from tests.outbox.test_wake import cache_is_down  # noqa: F401
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, payload

NOW = at("2026-03-02 06:00")


@pytest.fixture(autouse=True)
def _nobody_has_said_anything():
	yield
	for key in (pace.KEY, wake.KEY):
		frappe.cache.delete_value(key)


@pytest.fixture
def rests(monkeypatch):
	"""The rests of this process, in seconds. They take no time here."""
	seen = []
	monkeypatch.setattr(pace.time, "sleep", seen.append)
	return seen


@pytest.fixture
def request_of_a_guest():
	"""Make up a request. Call it to end the request: its response was sent."""
	frappe.utils.set_request(method="POST", path="/api/method/platform")
	frappe.local.request.after_response = waiting = Waiting()
	frappe.flags.rests_after_response = False
	yield waiting
	del frappe.local.request
	frappe.flags.rests_after_response = False


class Waiting(list):
	"""Stands in for Frappe's functions after the response."""

	add = list.append

	def __call__(self):
		for each in self:
			each()


@pytest.mark.parametrize(
	("late", "rest"), [(0, 0), (2, 0), (5, 0.2), (8, 0.4), (11, 0.6), (14, 0.8), (17, 1), (120, 1), (121, 0)]
)
def test_the_later_messages_are_the_longer_a_thread_rests(late, rest):
	"""Messages that are minutes late were stopped by an outage. Then a thread doesn't rest."""
	assert pace.rest_of(late) == pytest.approx(rest)


def test_a_thread_rests_once_after_a_request_with_several_bookings(request_of_a_guest, rests):
	pace.say_how_late(11)
	page = make_page()
	meeting_type = make_meeting_type(page)
	for hour in (10, 11):
		door.book(payload(page, meeting_type, at(f"2026-03-02 {hour}:00")), NOW)
	assert rests == []
	request_of_a_guest()
	assert rests == [0.6]


def test_nobody_rests_while_messages_are_in_time(request_of_a_guest, rests):
	pace.say_how_late(1)
	pace.rest_after_response()
	request_of_a_guest()
	assert rests == []


def test_a_job_never_rests(rests):
	pace.say_how_late(60)
	pace.rest_after_response()
	assert rests == []


def test_a_worker_that_cannot_begin_counts_as_late(request_of_a_guest, rests):
	frappe.cache.set(frappe.cache.make_key(wake.KEY), 1, nx=True, ex=wake.WAITING_SECONDS - 15)
	pace.rest_after_response()
	request_of_a_guest()
	assert rests == [pytest.approx(13 / 15, abs=0.1)]


def test_without_the_cache_nobody_rests(request_of_a_guest, rests, monkeypatch, cache_is_down):  # noqa: F811
	monkeypatch.setattr(frappe.cache, "get_value", down)
	monkeypatch.setattr(frappe.cache, "set_value", down)
	pace.say_how_late(60)
	pace.rest_after_response()
	request_of_a_guest()
	assert rests == []


def down(*args, **options):
	raise ConnectionError("Redis is down")


class TestWhatAWorkerSays:
	"""For how long the first task has been due when the worker claims it, and that nothing is late in the end."""

	@pytest.fixture(autouse=True)
	def _said(self, commit_clean, monkeypatch):
		self.said = []
		monkeypatch.setattr("scheduler_integration.outbox.runner.say_how_late", self.said.append)

	def run(self, seconds_later):
		handlers = {"email": Handler(lambda task, now: Done())}
		Runner(handlers, lambda: NOW + seconds_later, print, print).run_all(30)
		return self.said

	def plan(self, **fields):
		task = {"kind": "email", "purpose": "test", "target": fresh("target"), "key": fresh("key"), "due_at": NOW}
		plan(fresh("booking"), [Planned(**{**task, **fields})], NOW)
		frappe.db.commit()
		return task["key"]

	def test_of_a_confirmation(self):
		self.plan()
		assert self.run(12) == [12, 0]

	def test_of_a_reminder_nothing(self):
		"""Ten thousand reminders that are due at once may take their time."""
		key = self.plan(due_at=NOW + 60)
		frappe.db.set_value("Outbox Task", {"key": key}, "modified", to_site_time(NOW), update_modified=False)
		frappe.db.commit()
		assert self.run(600) == [0, 0]

	def test_nothing_waits(self):
		assert self.run(0) == [0]
