"""A transaction that loses a race runs again as a whole."""

import frappe
import pytest

from scheduler_integration.bookings import guard
from scheduler_integration.bookings.transaction import ATTEMPTS, retried
from scheduler_integration.exceptions import Busy, SlotTaken
from scheduler_integration.platform.transactions import current_attempt
from tests.support.factories import make_user
from tests.support.site import on_real_site

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
