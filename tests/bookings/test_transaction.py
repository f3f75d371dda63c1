"""A transaction that loses a race runs again as a whole."""

import frappe
import pytest

from scheduler_integration.bookings.transaction import ATTEMPTS, retried
from scheduler_integration.exceptions import Busy, SlotTaken

# MariaDB's error if a locking read meets a row that changed since the snapshot. Frappe 15 doesn't wrap it.
CHANGED_SINCE_READ = Exception(1020, "Record has changed since last read in table 'tabBooking Host'")


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
	monkeypatch.setattr("scheduler_integration.bookings.transaction.time.sleep", lambda seconds: None)


@pytest.mark.parametrize(
	"loss",
	[frappe.QueryDeadlockError(), frappe.QueryTimeoutError(), frappe.DuplicateEntryError(), CHANGED_SINCE_READ],
	ids=["deadlock", "timeout", "duplicate", "changed since the snapshot"],
)
def test_a_lost_race_is_run_again(loss):
	outcomes = [loss, loss, "done"]

	def work():
		outcome = outcomes.pop(0)
		if isinstance(outcome, Exception):
			raise outcome
		return outcome

	assert retried(work) == "done"


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
