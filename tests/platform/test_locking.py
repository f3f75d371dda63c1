"""`for_update`: a locking read waits for the holder, and then reads the value that the holder committed."""

import frappe
import pytest

from tests.platform.conftest import THING

READS = {
	"get_value": "frappe.db.get_value('Platform Thing', 'THING-lock', 'count_of', for_update=True)",
	"get_doc": "frappe.get_doc('Platform Thing', 'THING-lock', for_update=True).count_of",
	"query builder": (
		"(lambda t: frappe.qb.from_(t).select(t.count_of).where(t.name == 'THING-lock').for_update().run()[0][0])"
		"(frappe.qb.DocType('Platform Thing'))"
	),
	"sql": "frappe.db.sql(\"select count_of from `tabPlatform Thing` where name = 'THING-lock' for update\")[0][0]",
}


@pytest.fixture
def locked(thing, committed):
	"""Commit a row, and lock it in this process."""
	thing("lock", count_of=1)
	frappe.db.commit()
	frappe.db.get_value(THING, "THING-lock", "count_of", for_update=True)


# Reads with a lock, and gives up after a fifth of a second (MariaDB after a second); then reads again, and waits for as long as it takes.
TWO_READS = """
import frappe
from scheduler_integration.platform.transactions import is_lost_race, limit_waits

def read():
	return {read}

limit_waits(0.2)
frappe.db.count("Platform Thing")
try:
	print("read", read(), flush=True)
except frappe.QueryTimeoutError:
	print("gave up waiting", flush=True)
limit_waits(60)
try:
	value, refused = read(), False
except Exception as error:
	refused = is_lost_race(error)
	frappe.db.rollback()
	value = read()
print(value, refused)
"""


@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_locking_read_waits_and_is_current(site, locked, read):
	"""The other process has read before, as a request does that first finds its session.

	The first read can't get the lock, however slow the machine is, so it gives up. The holder commits only after that:
	the second read must return the new value.

	MariaDB from 11.6 on refuses the second read because the row has changed since the transaction's snapshot; earlier
	versions return the new row. The app treats the refusal as a lost race, and the same read succeeds in a new transaction.
	"""
	other = site.python(TWO_READS.format(read=read))
	assert other.stdout.readline().strip() == "gave up waiting"
	assert other.poll() is None
	frappe.db.set_value(THING, "THING-lock", "count_of", 2)
	frappe.db.commit()
	said, complaint = other.communicate(timeout=60)
	assert other.returncode == 0, complaint
	assert said.split() == ["2", str(refuses_what_changed())]


def refuses_what_changed() -> bool:
	"""Return whether the database refuses to lock a row that changed after the transaction's first read."""
	if frappe.db.db_type != "mariadb":
		return False
	settings = frappe.db.sql("show variables like 'innodb_snapshot_isolation'")
	return bool(settings) and settings[0][1] == "ON"


@pytest.mark.long
def test_many_processes_count_without_losing_one(site, thing, committed):
	thing("lock", count_of=0)
	frappe.db.commit()
	code = (
		"import frappe\nfor _ in range(5):\n"
		"\tcount = frappe.db.get_value('Platform Thing', 'THING-lock', 'count_of', for_update=True)\n"
		"\tfrappe.db.set_value('Platform Thing', 'THING-lock', 'count_of', count + 1)\n\tfrappe.db.commit()"
	)
	processes = [site.python(code) for _ in range(6)]
	for process in processes:
		_said, complaint = process.communicate(timeout=120)
		assert process.returncode == 0, complaint
	assert frappe.db.get_value(THING, "THING-lock", "count_of") == 30


@pytest.mark.long
def test_a_unique_index_decides_between_processes(site, thing, committed):
	code = (
		"import frappe, sys\ndoc = frappe.get_doc({'doctype': 'Platform Thing', 'title': sys.argv[1], 'code': 'THE-ONE'})\n"
		"try:\n\tdoc.insert()\n\tfrappe.db.commit()\n\tprint('won')\n"
		"except frappe.UniqueValidationError:\n\tfrappe.db.rollback()\n\tprint('lost')"
	)
	processes = [site.python(code, f"racer {number}") for number in range(6)]
	outcomes = []
	for process in processes:
		said, complaint = process.communicate(timeout=120)
		assert process.returncode == 0, complaint
		outcomes.append(said.strip())
	assert sorted(outcomes) == ["lost"] * 5 + ["won"]


def test_a_read_without_lock_does_not_wait(site, locked):
	other = site.python("import frappe\nprint(frappe.db.get_value('Platform Thing', 'THING-lock', 'count_of'))")
	said, complaint = other.communicate(timeout=60)
	assert said.strip() == "1", complaint
