"""Transactions: what others see and when, what runs after the commit, and what a rollback reverts."""

import frappe
import pytest

from tests.platform.conftest import THING

COUNT = "import frappe; print(frappe.db.count('Platform Thing'))"


def count_elsewhere(site) -> int:
	process = site.python(COUNT)
	said, complaint = process.communicate(timeout=60)
	assert process.returncode == 0, complaint
	return int(said)


def test_others_see_nothing_before_the_commit(site, thing, committed):
	thing("unseen")
	assert frappe.db.count(THING) == 1
	assert count_elsewhere(site) == 0
	frappe.db.commit()
	assert count_elsewhere(site) == 1


def test_a_rollback_undoes_the_document_and_its_rows(thing):
	thing("gone", rows=[{"label": "a"}])
	frappe.db.rollback()
	assert frappe.db.count(THING) == frappe.db.count("Platform Row") == 0


def test_a_savepoint_undoes_only_what_came_after_it(thing):
	thing("kept")
	frappe.db.savepoint("here")
	thing("dropped")
	frappe.db.rollback(save_point="here")
	assert frappe.get_all(THING, pluck="title") == ["kept"]


def test_the_transaction_goes_on_after_a_duplicate(thing):
	thing("twice")
	frappe.db.savepoint("here")
	with pytest.raises(frappe.DuplicateEntryError):
		thing("twice")
	frappe.db.rollback(save_point="here")
	thing("other")
	assert frappe.db.count(THING) == 2


def test_a_rollback_drops_what_waits_for_the_commit(committed):
	order = []
	frappe.db.after_commit.add(lambda: order.append("after commit"))
	frappe.db.after_rollback.add(lambda: order.append("after rollback"))
	frappe.db.rollback()
	frappe.db.commit()
	assert order == ["after rollback"]


def test_rolling_back_to_a_savepoint_keeps_what_waits_for_the_commit(committed):
	order = []
	frappe.db.after_commit.add(lambda: order.append("after"))
	frappe.db.savepoint("here")
	frappe.db.rollback(save_point="here")
	frappe.db.commit()
	assert order == ["after"]


def test_what_is_committed_stays(thing, committed):
	thing("stays")
	frappe.db.commit()
	frappe.db.rollback()
	assert frappe.db.exists(THING, "THING-stays")


def test_what_waits_for_the_commit_runs_once_and_in_order(committed):
	order = []
	frappe.db.after_commit.add(lambda: order.append("after"))
	frappe.db.after_commit.add(lambda: order.append("later"))
	assert order == []
	frappe.db.commit()
	frappe.db.commit()
	assert order == ["after", "later"]
