"""Queued jobs run after the commit, in their own transaction, as the user who queued them."""

import frappe
import pytest

from tests.platform.conftest import JANE, THING


def remember(doctype: str, title: str) -> None:
	"""Create a thing. The tests queue this function as a job."""
	frappe.get_doc({"doctype": doctype, "title": title}).insert(ignore_permissions=True)


def test_now_runs_in_the_callers_transaction():
	frappe.enqueue(remember, now=True, doctype=THING, title="now")
	assert frappe.db.count(THING) == 1
	frappe.db.rollback()
	assert frappe.db.count(THING) == 0


def test_now_gives_back_the_result():
	assert frappe.enqueue("frappe.ping", now=True) == "pong"


@pytest.mark.slow
def test_a_job_waits_for_the_commit_and_commits_its_own(site, committed, as_user):
	with as_user(JANE):
		frappe.enqueue(remember, doctype=THING, title="job", enqueue_after_commit=True)
		site.run_jobs()
		assert not frappe.db.exists(THING, "THING-job")
		frappe.db.commit()
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.db.get_value(THING, "THING-job", "owner") == JANE


@pytest.mark.slow
def test_a_job_that_waits_for_the_commit_is_dropped_by_a_rollback(site, committed):
	frappe.enqueue(remember, doctype=THING, title="job", enqueue_after_commit=True)
	frappe.db.rollback()
	frappe.db.commit()
	site.run_jobs()
	assert not frappe.db.exists(THING, "THING-job")


@pytest.mark.slow
def test_a_failing_job_leaves_an_error_log_and_nothing_else(site, committed):
	before = frappe.db.count("Error Log")
	frappe.enqueue(remember, doctype=THING, title="<b>no name</b>")
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before + 1
	assert frappe.db.count(THING) == 0


@pytest.mark.slow
def test_a_job_that_waits_already_is_not_queued_twice(site, committed):
	for title in ("first", "second"):
		frappe.enqueue(remember, doctype=THING, title=title, job_id="one-job", deduplicate=True)
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.db.get_value(THING, {}, "title") == "first"
	assert frappe.db.count(THING) == 1
	frappe.enqueue(remember, doctype=THING, title="third", job_id="one-job", deduplicate=True)
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.db.count(THING) == 2
