"""Queued jobs run after the commit, in their own transaction, as the user who queued them."""

from pickle import PicklingError

import frappe
import pytest

from tests.platform.conftest import JANE, THING
from tests.support.site import is_released_16, on_real_site


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


def test_a_job_waits_for_the_commit_and_commits_its_own(site, committed, as_user):
	with as_user(JANE):
		frappe.enqueue(remember, doctype=THING, title="job", enqueue_after_commit=True)
		site.run_jobs()
		assert not frappe.db.exists(THING, "THING-job")
		frappe.db.commit()
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.db.get_value(THING, "THING-job", "owner") == JANE


def test_a_job_that_waits_for_the_commit_is_dropped_by_a_rollback(site, committed):
	frappe.enqueue(remember, doctype=THING, title="job", enqueue_after_commit=True)
	frappe.db.rollback()
	frappe.db.commit()
	site.run_jobs()
	assert not frappe.db.exists(THING, "THING-job")


def test_a_failing_job_leaves_an_error_log_and_nothing_else(site, committed):
	before = frappe.db.count("Error Log")
	frappe.enqueue(remember, doctype=THING, title="<b>no name</b>")
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before + 1
	assert frappe.db.count(THING) == 0


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


def test_a_running_job_is_not_queued_again_under_its_own_id(site, committed):
	"""A job that wants to go on later needs another id than its own."""
	frappe.enqueue(queue_again, title="first", job_id="same-job", deduplicate=True)
	site.run_jobs()
	frappe.db.rollback()
	assert frappe.get_all(THING, pluck="title") == ["first"]


def queue_again(title: str) -> None:
	"""Create a thing and queue this function again. The test queues it as a job."""
	remember(THING, title)
	frappe.enqueue(queue_again, title="again", job_id="same-job", deduplicate=True)


def test_a_job_can_only_be_recognized_by_an_id():
	with pytest.raises(frappe.ValidationError, match="job_id"):
		frappe.enqueue("frappe.ping", deduplicate=True)


def test_a_full_queue_refuses_jobs(site, committed, monkeypatch):
	"""Frappe 16 adds 50 for each site of the bench. Without the setting, its limit is 500, and Frappe 15 has none."""
	monkeypatch.setitem(frappe.local.conf, "max_queued_jobs", 1)
	most = [index for index in range(1000) if not is_refused()]
	assert 0 < len(most) < 1000
	site.forget_jobs()


def is_refused() -> bool:
	try:
		frappe.enqueue("frappe.ping")
	except frappe.QueueOverloaded:
		return True
	return False


def test_what_cannot_be_sent_to_another_process_is_no_argument(site, committed):
	with pytest.raises((AttributeError, TypeError, PicklingError)):
		frappe.enqueue("frappe.ping", callback=lambda: None)
	site.forget_jobs()


def test_how_often_the_scheduler_looks_for_due_jobs():
	"""A job of each minute runs every four minutes on Frappe 16, unless the bench sets scheduler_tick_interval."""
	if not on_real_site():
		from embedded.scheduler import DEFAULT_TICK as tick
	elif frappe.get_conf().scheduler_tick_interval:
		pytest.skip("this bench sets scheduler_tick_interval")
	else:
		tick = frappe.get_attr("frappe.utils.scheduler.get_scheduler_tick")()
	assert tick == (240 if is_released_16() else 60)
