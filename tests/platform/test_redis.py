"""The embedded site's queue on a real Redis, with a worker in another process."""

import os
import shutil
import subprocess
from contextlib import closing

import frappe
import pytest
import redis

from scheduler_integration.jobs import outbox
from scheduler_integration.platform.clock import now
from tests.support.factories import fresh, make_meeting_type, make_page
from tests.support.outbox import status_of
from tests.support.server import free_port, running
from tests.support.smtp import sending_to_inbox

# These tests share the Redis at TEST_REDIS_URL, so they run one after the other.
pytestmark = [pytest.mark.usefixtures("commit_clean"), pytest.mark.xdist_group("redis")]

PUBLIC = "scheduler_integration.api.public"
# The same worker as `python -m embedded worker --burst`.
WORKER = """
import os, sys
from embedded.__main__ import main
from tests.support.site import set_test_mode
os.environ["REDIS_URL"] = sys.argv[1]
set_test_mode(False)
main(["worker", "--burst"])
"""


@pytest.fixture
def redis_url(site):
	"""Return the Redis at TEST_REDIS_URL, or start one if Debian's redis-server is installed."""
	if site.is_real:
		pytest.skip("a real site has its own Redis, and its own tests of it")
	if given := os.environ.get("TEST_REDIS_URL"):
		yield given
	elif shutil.which("redis-server"):
		yield from _own_redis()
	else:
		pytest.skip("no redis-server here: apt-get install redis-server")


def _own_redis():
	port = free_port()
	command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
	process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
	try:
		with closing(redis.Redis(port=port, retry=_patient())) as connection:
			connection.ping()
		yield f"redis://127.0.0.1:{port}"
	finally:
		process.terminate()
		process.wait(timeout=20)


def _patient():
	from redis.backoff import ConstantBackoff
	from redis.retry import Retry

	return Retry(ConstantBackoff(0.1), retries=50, supported_errors=(redis.ConnectionError, ConnectionRefusedError))


@pytest.mark.long
def test_a_booking_on_one_process_is_announced_by_another(site, redis_url, monkeypatch):
	monkeypatch.setenv("REDIS_URL", redis_url)
	page, meeting_type = _offer()
	with sending_to_inbox(site), running(site) as server, server.client() as client:
		booking = client.call(f"{PUBLIC}.book", **_wish(client, page, meeting_type)).json()["data"]
		assert statuses(booking) == {"Pending"}
		_work_off(site)
	assert statuses(booking) == {"Sent"}
	assert frappe.db.count("Email Queue", {"reference_name": booking["id"]}) == 2


@pytest.mark.long
def test_a_redis_that_is_down_costs_no_booking_and_no_message(site, monkeypatch, outgoing_mail):
	if site.is_real:
		pytest.skip("a real site has its own Redis, and its own tests of it")
	monkeypatch.setenv("REDIS_URL", f"redis://127.0.0.1:{free_port()}")
	page, meeting_type = _offer()
	with running(site) as server, server.client() as client:
		booking = client.call(f"{PUBLIC}.book", **_wish(client, page, meeting_type)).json()["data"]
	assert statuses(booking) == {"Pending"}
	outbox.run_due_tasks(now, 30)
	assert statuses(booking) == {"Sent"}


@pytest.mark.long
def test_a_job_waits_for_the_commit(site, redis_url, monkeypatch):
	monkeypatch.setenv("REDIS_URL", redis_url)
	before = frappe.db.count("Error Log")
	frappe.enqueue("frappe.log_error", title="by a job", enqueue_after_commit=True)
	_work_off(site)
	assert frappe.db.count("Error Log") == before
	frappe.db.commit()
	_work_off(site)
	frappe.db.rollback()
	assert frappe.get_last_doc("Error Log").method == "by a job"


@pytest.mark.long
def test_a_job_that_fails_leaves_an_error_log(site, redis_url, monkeypatch):
	monkeypatch.setenv("REDIS_URL", redis_url)
	before = frappe.db.count("Error Log")
	frappe.enqueue("frappe.scrub", no_such_argument=1)
	_work_off(site)
	frappe.db.rollback()
	assert frappe.db.count("Error Log") == before + 1


@pytest.mark.long
def test_a_job_with_an_id_waits_once(site, redis_url, monkeypatch):
	"""RQ 2 refuses colons in an id, and RQ 3 takes letters, digits, - and _ only."""
	monkeypatch.setenv("REDIS_URL", redis_url)
	options = {"queue": "long", "job_id": "app.jobs:a job", "deduplicate": True}
	for titles in (("one", "two"), ("three",)):
		for title in titles:
			frappe.enqueue("frappe.log_error", title=title, **options)
		_work_off(site)
	frappe.db.rollback()
	assert frappe.get_all(
		"Error Log", {"method": ["in", ["one", "two", "three"]]}, pluck="method", order_by="method"
	) == [
		"one",
		"three",
	]


def _offer():
	page = make_page()
	meeting_type = make_meeting_type(page)
	frappe.db.commit()
	return page, meeting_type


def _work_off(site):
	worker = site.python(WORKER, os.environ["REDIS_URL"])
	_said, complaint = worker.communicate(timeout=60)
	assert worker.returncode == 0, complaint


def statuses(booking):
	frappe.db.rollback()
	return set(status_of(booking["id"]))


def _wish(client, page, meeting_type):
	today = frappe.utils.getdate()
	query = {"slug": page.slug, "meeting_type": meeting_type.slug, "timezone": "UTC"}
	query |= {"start_date": str(today), "end_date": str(frappe.utils.add_days(today, 10))}
	days = client.call(f"{PUBLIC}.get_slots", "GET", **query).json()["data"]["days"]
	return {
		"slug": page.slug,
		"meeting_type": meeting_type.slug,
		"start": next(iter(days.values()))[0]["start"],
		"attendee_name": "Ada Lovelace",
		"attendee_email": f"{fresh('ada')}@guests.example",
		"timezone": "UTC",
	}
