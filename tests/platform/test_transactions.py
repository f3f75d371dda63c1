"""Transactions: what others see and when, what runs after the commit, and what a rollback reverts."""

import frappe
import pytest

from tests.platform.conftest import SETTINGS, THING
from tests.support.site import is_released_16

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


@pytest.mark.skipif(not is_released_16(), reason="Frappe 15 keeps the values of a Single until they are set")
@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_the_end_of_a_transaction_forgets_the_values_of_a_single(committed, end):
	frappe.db.set_single_value(SETTINGS, "limit", 8)
	frappe.db.commit()
	assert frappe.db.get_single_value(SETTINGS, "limit") == 8
	frappe.db.sql("update `tabSingles` set `value` = 9 where `doctype` = %s and `field` = 'limit'", (SETTINGS,))
	getattr(frappe.db, end)()
	assert frappe.db.get_single_value(SETTINGS, "limit") == (9 if end == "commit" else 8)


def test_a_transaction_may_not_change_too_much(thing, monkeypatch):
	monkeypatch.setattr(frappe.local.db, "MAX_WRITES_PER_TRANSACTION", 1)
	with pytest.raises(frappe.TooManyWritesError):
		thing(rows=[{"label": "a"}, {"label": "b"}])
