"""Queued jobs: after the commit, with their own transaction, as the user who queued them."""

import frappe
import pytest

from tests.platform.conftest import JANE, THING


def remember(doctype: str, title: str) -> None:
	"""A job: leave a thing behind."""
	frappe.get_doc({"doctype": doctype, "title": title}).insert(ignore_permissions=True)


def test_now_runs_in_the_callers_transaction():
	frappe.enqueue(remember, now=True, doctype=THING, title="now")
	assert frappe.db.count(THING) == 1
	frappe.db.rollback()
	assert frappe.db.count(THING) == 0


def test_now_gives_back_the_result():
	assert frappe.enqueue("frappe.ping", now=True) == "pong"


def test_a_job_that_waits_for_the_commit_is_dropped_by_a_rollback(site, committed):
	frappe.enqueue("frappe.ping", enqueue_after_commit=True, job_id="platform-dropped")
	frappe.db.rollback()
	frappe.db.commit()
	assert not is_queued("platform-dropped")


@pytest.mark.slow
def test_a_job_waits_for_the_commit_and_commits_its_own(site, committed, as_user):
	with as_user(JANE):
		frappe.enqueue(
			"frappe.utils.background_jobs.run_doc_method",
			doctype=THING,
			name=frappe.get_doc({"doctype": THING, "title": "job"}).insert().name,
			doc_method="db_set",
			fieldname="remark",
			value="done by a job",
			enqueue_after_commit=True,
			job_id="platform-job",
		)
		assert not is_queued("platform-job")
		frappe.db.commit()
	assert is_queued("platform-job")
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.db.get_value(THING, "THING-job", ["remark", "modified_by"]) == ("done by a job", JANE)


@pytest.mark.slow
def test_a_job_of_the_same_id_is_queued_once(site, committed):
	for _ in range(2):
		frappe.enqueue("frappe.ping", job_id="platform-once", deduplicate=True)
	assert is_queued("platform-once")
	site.run_jobs()
	assert not is_queued("platform-once")


@pytest.mark.slow
def test_a_failing_job_leaves_an_error_log_and_nothing_else(site, thing, committed):
	name = thing("fails").name
	frappe.db.commit()
	before = frappe.db.count("Error Log")
	frappe.enqueue_doc(THING, name, "no_such_method")
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before + 1


def is_queued(job_id: str) -> bool:
	from frappe.utils.background_jobs import is_job_enqueued

	return is_job_enqueued(job_id)
