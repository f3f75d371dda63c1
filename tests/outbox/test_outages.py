"""Outages: an account that can't be used is asked by one task at a time, and its tasks wait as long as it takes."""

import frappe
import pytest

from scheduler_integration.exceptions import Deferred
from scheduler_integration.install import after_migrate
from scheduler_integration.outbox import claims, outages, steer
from scheduler_integration.outbox.handlers import Handler
from scheduler_integration.outbox.outcomes import Done, Down
from scheduler_integration.outbox.results import MAX_ATTEMPTS, PATIENT_ATTEMPTS
from scheduler_integration.outbox.runner import Runner
from tests.outbox import stored
from tests.outbox.stored import NOW, store
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, payload
from tests.support.outbox import status_of, tasks

pytestmark = pytest.mark.usefixtures("commit_clean")

MINUTE, HOUR, DAY = 60, 3600, 86400


class Outside:
	"""Accounts that can be down, and what they are asked. `bad` are keys of tasks that fail for reasons of their own."""

	def __init__(self):
		self.now, self.asked, self.done, self.told = NOW, [], [], []
		self.down, self.bad, self.after = set(), {}, 0

	def run(self, task, now):
		self.asked.append((now, task.key))
		if task.key in self.bad:
			raise self.bad[task.key]
		account = task.kind if task.kind == "email" else task.target
		if account in self.down:
			return Down(account, "no route to host", self.after)
		self.done.append(task.key)
		return None

	def handle(self, task, now):
		return self.run(task, now) or Done()

	def run_due(self, now):
		self.now = now
		handlers = {
			"email": Handler(self.handle),
			"calendar_event": Handler(self.handle, one_at_a_time=True, keeps_trying=True),
		}
		told = lambda task, reason: self.told.append(task.key)  # noqa: E731
		Runner(handlers, lambda: self.now, lambda task, fields: None, told).run_all(60)

	def run_each(self, step, until):
		for now in range(self.now + step, until + 1, step):
			self.run_due(now)


@pytest.fixture
def outside():
	return Outside()


def planned(key, kind="calendar_event", target="jane's", **fields):
	return stored.planned(key, kind, target, **fields)


@pytest.mark.long
def test_a_week_without_an_answer_fails_no_task_and_asks_a_few_times_an_hour(outside, booking):
	outside.down = {"jane's"}
	keys = [fresh("key") for _each in range(300)]
	store(booking, *(planned(key) for key in keys))
	outside.run_due(NOW)
	outside.run_each(30 * MINUTE, NOW + 7 * DAY)
	assert set(status_of(booking)) == {"Pending"}
	assert len(outside.asked) < 7 * 24 * 2 + 20
	assert outside.told == []
	outside.down.clear()
	outside.run_each(10 * MINUTE, outside.now + HOUR + 10 * MINUTE)
	assert sorted(outside.done) == sorted(keys)
	assert set(status_of(booking)) == {"Sent"}
	assert frappe.get_all("Outbox Outage") == []


def test_an_outage_takes_no_more_statements_with_many_tasks_than_with_one(outside, booking, queries):
	outside.down = {"jane's"}

	def asked(count):
		store(booking, *(planned(fresh("key")) for _each in range(count)))
		numbers = []
		for _each in range(3):
			queries.clear()
			outside.run_due(outside.now + 2 * HOUR)
			numbers.append(len(queries))
		return numbers[1:]

	assert asked(1) == asked(500)


def test_other_accounts_and_other_kinds_go_on(outside, booking):
	outside.down = {"jane's"}
	store(booking, planned("a"), planned("b", target="tom's"))
	store(fresh("other"), planned("c", "email", "jane's"))
	outside.run_due(NOW)
	assert sorted(outside.done) == ["b", "c"]


def test_the_mail_server_is_one_for_all_readers(outside, booking):
	outside.down = {"email"}
	keys = [f"mail-{index}" for index in range(5)]
	store(booking, *(planned(key, "email", f"{key}@guests.example") for key in keys))
	outside.run_due(NOW)
	assert len(outside.asked) == 1
	assert sorted(task.attempts for task in tasks(booking)) == [0, 0, 0, 0, 1]
	outside.down.clear()
	outside.run_due(NOW + MINUTE)
	assert set(status_of(booking)) == {"Sent"}


def test_the_task_behind_a_bad_one_gets_its_turn(outside, booking):
	"""The server answers 503 to one event only. The others wait for a minute, and not behind it."""
	store(booking, planned("bad", due_at=NOW - HOUR), *(planned(f"good-{index}") for index in range(20)))
	handle = outside.run
	outside.run = lambda task, now: Down(task.target, "503") if task.key == "bad" else handle(task, now)
	outside.run_due(NOW)
	assert outside.done == []
	outside.run_due(NOW + MINUTE)
	assert len(outside.done) == 20
	assert [task.status for task in tasks(booking, key="bad")] == ["Pending"]


class TestAskedToWait:
	@pytest.fixture(autouse=True)
	def _waiting(self, commit_clean, outside, booking):
		outside.down, outside.after = {"jane's"}, 6 * HOUR
		store(booking, planned("a"), planned("b"))
		outside.run_due(NOW)
		outside.down.clear()

	def test_nobody_asks_before_that_time(self, outside):
		outages.ask_soon("calendar_event", ["jane's"], NOW + HOUR)
		outside.run_each(30 * MINUTE, NOW + 6 * HOUR - 1)
		assert len(outside.asked) == 1
		outside.run_due(NOW + 6 * HOUR)
		assert sorted(outside.done) == ["a", "b"]

	def test_but_a_person_may(self, outside, booking):
		name = door_booking()
		frappe.db.set_value("Outbox Task", {"booking": booking}, "booking", name)
		steer.try_again(tasks(name, key="a")[0].name, NOW + MINUTE)
		outside.run_due(NOW + MINUTE)
		assert {"a", "b"} <= set(outside.done)


def door_booking():
	page = make_page()
	return door.book(payload(page, make_meeting_type(page), at("2026-03-05 09:00")), NOW).id


@pytest.mark.long
def test_a_reading_that_succeeds_lets_the_next_task_ask_at_once(outside, booking):
	outside.down = {"jane's"}
	store(booking, planned("a"), planned("b"))
	outside.run_due(NOW)
	outside.run_each(30 * MINUTE, NOW + DAY)
	asked = len(outside.asked)
	assert outages.ask_soon("calendar_event", ["jane's", "tom's"], outside.now)
	outside.down.clear()
	outside.run_due(outside.now)
	assert len(outside.asked) == asked + 2
	assert not outages.ask_soon("calendar_event", ["jane's"], outside.now)


def test_a_message_whose_moment_passes_in_an_outage_is_skipped_then_and_not_later(outside, booking):
	outside.down = {"email"}
	store(
		booking, planned("reminder", "email", expires_at=NOW + HOUR), planned("confirmation", "email", "tom@x.example")
	)
	outside.run_due(NOW)
	outside.run_due(NOW + HOUR)
	(reminder,) = tasks(booking, key="reminder")
	assert (reminder.status, reminder.error) == ("Skipped", "Its moment has passed.")
	outside.down.clear()
	outside.run_due(NOW + 2 * HOUR)
	assert outside.done == ["confirmation"]


@pytest.mark.long
def test_an_outage_costs_a_message_none_of_its_attempts(outside, booking):
	store(booking, planned("a", "email"))
	outside.down = {"email"}
	outside.run_each(HOUR, NOW + 3 * DAY)
	outside.down.clear()
	outside.bad["a"] = RuntimeError("broken template")
	failures = len(outside.asked)
	outside.run_each(30 * MINUTE, outside.now + DAY)
	assert len(outside.asked) - failures == MAX_ATTEMPTS - PATIENT_ATTEMPTS
	assert (status_of(booking), outside.told) == (["Failed"], ["a"])


@pytest.mark.long
@pytest.mark.parametrize(("kind", "error"), [("calendar_event", ValueError("400")), ("email", Deferred("450"))])
def test_what_an_event_or_a_deferred_message_meets_is_tried_each_hour_without_end(outside, booking, kind, error):
	outside.bad["a"] = error
	store(booking, planned("a", kind), planned("b", kind, target="tom's"))
	outside.run_each(20 * MINUTE, NOW + 2 * DAY)
	assert sorted(status_of(booking)) == ["Pending", "Sent"]
	assert 2 * 24 * 0.7 < len(outside.asked) < 2 * 24 * 1.7
	outside.bad.clear()
	outside.run_each(10 * MINUTE, outside.now + 2 * HOUR)
	assert set(status_of(booking)) == {"Sent"}


def test_an_event_whose_worker_dies_each_time_stays_behind_the_others(outside, booking):
	store(booking, planned("deadly"))
	for _death in range(MAX_ATTEMPTS):
		claims.claim(outside.now, 10, claims.Wanted())
		outside.now += claims.LEASE_SECONDS
	store(booking, planned("b", due_at=NOW + HOUR))
	outside.run_due(outside.now)
	assert (outside.done, outside.told) == (["b"], [])
	(task,) = tasks(booking, key="deadly")
	assert (task.status, task.error) == ("Pending", "The worker ended unexpectedly, again and again.")


def test_an_outage_that_ended_unseen_begins_anew_the_next_time(outside, booking):
	"""Its only task was stopped. A month later the account has trouble again. The first waits are short once more."""
	outside.down = {"jane's"}
	store(booking, planned("a"))
	outside.run_due(NOW)
	frappe.db.set_value("Outbox Task", {"booking": booking}, "status", "Skipped")
	later = NOW + 30 * DAY
	store(booking, planned("b", due_at=later))
	outside.run_due(later)
	(known,) = frappe.get_all("Outbox Outage", fields=["since", "asks_at"])
	assert known.since == later
	assert known.asks_at <= later + MINUTE


def test_events_that_failed_in_an_earlier_version_are_written_after_the_upgrade(outside, booking):
	store(booking, planned("event"), planned("mail", "email"))
	failed = {"status": "Failed", "attempts": MAX_ATTEMPTS, "error": "no answer"}
	frappe.db.set_value("Outbox Task", {"booking": booking}, failed)
	after_migrate()
	frappe.db.commit()
	outside.run_due(NOW)
	assert outside.done == ["event"]
