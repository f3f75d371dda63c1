"""A transaction that loses a race runs again as a whole."""

from contextlib import contextmanager, suppress
from types import SimpleNamespace

import frappe
import pytest
import redis
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request, Response

from scheduler_integration.bookings import guard
from scheduler_integration.bookings.transaction import ATTEMPTS, retried
from scheduler_integration.entry import headers
from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.headers import add_headers
from scheduler_integration.exceptions import Busy, DatabaseAway, SlotTaken
from scheduler_integration.platform.rehearsal import rehearsal
from scheduler_integration.platform.transactions import commit_request, current_attempt
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_user, payload
from tests.support.site import on_real_site

NOON = at("2026-03-02 12:00")

# MariaDB's error if a locking read meets a row that changed since the snapshot. Frappe 15 doesn't wrap it.
CHANGED_SINCE_READ = Exception(1020, "Record has changed since last read in table 'tabBooking Host'")
# The error of a row that a statement inserts, if somebody else has just inserted one with the same key.
REFUSED_BY_INDEX = Exception(1062, "Duplicate entry 'payment:1' for key 'key'")


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
	monkeypatch.setattr("scheduler_integration.bookings.transaction.time.sleep", lambda seconds: None)


@pytest.mark.parametrize(
	"loss",
	[
		frappe.QueryDeadlockError(),
		frappe.QueryTimeoutError(),
		frappe.DuplicateEntryError(),
		CHANGED_SINCE_READ,
		REFUSED_BY_INDEX,
	],
	ids=["deadlock", "timeout", "duplicate", "changed since the snapshot", "refused by an index"],
)
def test_a_lost_race_is_run_again(loss):
	outcomes = [loss, loss, "done"]

	def work():
		outcome = outcomes.pop(0)
		if isinstance(outcome, Exception):
			raise outcome
		return outcome

	assert retried(work) == "done"


@pytest.mark.usefixtures("commit_clean")
def test_the_next_try_begins_with_the_lock_on_the_same_hosts():
	ann, ben = make_user("Ann"), make_user("Ben")
	locked = []

	def work():
		locked.append(sorted(current_attempt().hosts))
		guard.lock_hosts([ann])
		guard.lock_hosts([ben])
		if len(locked) < 3:
			raise frappe.QueryDeadlockError

	frappe.db.commit()
	retried(work)
	assert locked == [[], sorted([ann, ben]), sorted([ann, ben])]


def test_work_that_keeps_losing_raises_busy():
	tries = []

	def work():
		tries.append(1)
		raise frappe.QueryDeadlockError

	with pytest.raises(Busy):
		retried(work)
	assert len(tries) == ATTEMPTS


def test_a_refusal_is_not_a_lost_race():
	tries = []

	def work():
		tries.append(1)
		raise SlotTaken

	with pytest.raises(SlotTaken):
		retried(work)
	assert len(tries) == 1


@pytest.mark.skipif(not on_real_site(), reason="SQLite has one level of isolation")
@pytest.mark.usefixtures("commit_clean")
def test_a_command_sees_what_is_committed_and_a_new_connection_begins_anew():
	def level():
		return frappe.db.sql("select @@tx_isolation")[0][0]

	seen = []

	def work():
		seen.append((level(), current_attempt().sees_commits))
		frappe.db.close()
		frappe.db.connect()
		seen.append((level(), current_attempt().sees_commits))

	retried(work)
	assert seen == [("READ-COMMITTED", True), ("REPEATABLE-READ", False)]


@pytest.mark.usefixtures("commit_clean")
def test_a_transaction_that_has_written_goes_on():
	"""Beginning another one would commit what was written."""
	name = make_user("Kept")
	retried(lambda: None)
	frappe.db.rollback()
	assert not frappe.db.exists("User", name)


@pytest.mark.usefixtures("commit_clean")
def test_work_after_a_rollback_to_a_savepoint_commits_nothing_of_before():
	"""Frappe forgets the number of writes at such a rollback, although those before the savepoint are still there."""
	frappe.db.commit()
	user = make_user("Ada")
	frappe.db.savepoint("before_bob")
	make_user("Bob")
	frappe.db.rollback(save_point="before_bob")
	assert retried(lambda: frappe.db.exists("User", user))
	frappe.db.rollback()
	assert not frappe.db.exists("User", user)


class TestACommitThatFails:
	"""In a Galera cluster a commit fails if another node was quicker: InnoDB's error of a deadlock, and all is rolled back."""

	@pytest.fixture
	def commits(self, monkeypatch, commit_clean):
		"""Let the next commits of this connection fail, as many as the test says."""
		commit, failing = frappe.db.commit, []

		def fails_first():
			if not failing:
				return commit()
			frappe.db.rollback()
			raise failing.pop()

		monkeypatch.setattr(frappe.local.db, "commit", fails_first, raising=False)
		yield failing
		failing.clear()

	@pytest.fixture
	def posted(self):
		frappe.utils.set_request(method="POST", path="/api/method/book")
		yield
		del frappe.local.request

	def test_the_command_of_a_request_runs_again(self, commits, posted):
		page = make_page()
		meeting_type = make_meeting_type(page)
		frappe.db.commit()
		commits.append(frappe.QueryDeadlockError())
		booked = door.book(payload(page, meeting_type, NOON), NOON - 86400)
		frappe.db.rollback()
		assert frappe.get_all("Booking", {"meeting_type": meeting_type.name}, pluck="name") == [booked.id]
		assert len(frappe.get_all("Booking Slot", {"host": page.user})) == 6

	def test_a_request_whose_commits_all_fail_is_busy_and_stores_nothing(self, commits, posted):
		page = make_page()
		meeting_type = make_meeting_type(page)
		frappe.db.commit()
		commits += [frappe.QueryDeadlockError() for _each in range(ATTEMPTS)]
		with pytest.raises(Busy):
			door.book(payload(page, meeting_type, NOON), NOON - 86400)
		assert not frappe.get_all("Booking", {"meeting_type": meeting_type.name})

	def test_what_a_door_stores_besides_commands_was_a_page_of_errors(self, commits, posted):
		commits.append(frappe.QueryDeadlockError())
		with pytest.raises(Busy), refusals():
			commit_request()

	def test_a_refusal_whose_rollback_failed_was_a_page_of_errors(self, commit_clean, monkeypatch):
		"""The statement that fails is the first one after another node was quicker, so it can be the ROLLBACK."""
		rollback, failing = frappe.db.rollback, [frappe.QueryDeadlockError()]

		def fails_first():
			if failing:
				raise failing.pop()
			rollback()

		monkeypatch.setattr(frappe.local.db, "rollback", fails_first, raising=False)
		user = make_user("Ada")
		with pytest.raises(SlotTaken), refusals():
			raise SlotTaken
		assert not failing
		assert not frappe.db.exists("User", user)

	def test_a_rehearsal_commits_nothing(self, commit_clean, posted):
		page = make_page()
		meeting_type = make_meeting_type(page)
		frappe.db.commit()
		with rehearsal():
			door.book(payload(page, meeting_type, NOON), NOON - 86400)
		assert not frappe.get_all("Booking", {"meeting_type": meeting_type.name})


needs_a_connection = pytest.mark.skipif(not on_real_site(), reason="SQLite has no connection that can break")


@contextmanager
def broken_connection(site):
	"""Break the connection to the database, and open another one afterwards."""
	number = frappe.db.sql("select connection_id()")[0][0]
	with suppress(Exception):
		frappe.db.sql(f"kill {number}")
	try:
		yield
	finally:
		site.connect()


@needs_a_connection
@pytest.mark.usefixtures("commit_clean")
def test_the_answer_of_frappe_without_its_database_was_a_500(site):
	"""Frappe asks for the session before any app is asked."""
	request = EnvironBuilder(path="/api/method/scheduler_integration.api.public.get_slots").get_request(Request)
	answer, other = Response("{}", 500, mimetype="application/json"), Response("{}", 500, mimetype="application/json")
	add_headers(other, request)
	with broken_connection(site):
		add_headers(answer, request)
	assert (other.status_code, other.get_json()) == (500, {})
	assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")
	assert answer.get_json()["code"] == "DATABASE_AWAY"


def answered_with_500():
	request = EnvironBuilder(path="/api/v1/method/scheduler_integration.api.public.book").get_request(Request)
	answer = Response("{}", 500, mimetype="application/json")
	add_headers(answer, request)
	assert answer.headers["X-Content-Type-Options"] == "nosniff"
	return answer.status_code, answer.headers.get("Retry-After")


def test_an_error_of_a_bug_stays_one_and_has_the_headers_of_each_answer():
	assert answered_with_500() == (500, None)


def test_the_answer_of_frappe_without_redis_was_a_500(monkeypatch):
	def gone():
		raise redis.exceptions.ConnectionError

	monkeypatch.setattr(frappe.cache, "ping", gone)
	assert answered_with_500() == (503, "10")


def test_what_ran_while_redis_came_back_empty_was_a_500(monkeypatch):
	"""Frappe 16 gives the cache of its process up then, for good: only errors of that moment come from it."""
	monkeypatch.setattr(frappe, "client_cache", SimpleNamespace(healthy=False), raising=False)
	monkeypatch.setattr(headers, "_lost_at", [])
	assert answered_with_500() == (503, "10")
	frappe.flags.scheduling_retry_after = None
	monkeypatch.setattr(headers, "_MOMENT", 0)
	assert answered_with_500() == (500, None)


@needs_a_connection
@pytest.mark.usefixtures("commit_clean")
def test_a_connection_that_broke_was_a_page_of_errors(site):
	"""What needs the database in the rest of the request is the same 503, and Frappe ends no transaction."""
	with broken_connection(site):
		with pytest.raises(DatabaseAway) as away, refusals():
			frappe.db.sql("select 1")
		assert away.value.http_status_code == 503
		assert not frappe.db
		with pytest.raises(ServiceUnavailable) as answer:
			frappe.db.get_value("User", "Guest")
		assert answer.value.get_response().headers["Retry-After"] == "10"


@needs_a_connection
@pytest.mark.usefixtures("commit_clean")
def test_a_refusal_on_a_connection_that_broke_was_a_page_of_errors(site):
	with broken_connection(site), pytest.raises(DatabaseAway), refusals():
		raise SlotTaken
