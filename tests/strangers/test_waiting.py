"""A booking that can't get its lock is refused in time, for any holder of the lock and however long they hold it."""

import threading
import time

import frappe
import pytest

from scheduler_integration.bookings import transaction
from scheduler_integration.exceptions import Busy
from scheduler_integration.platform import clock
from tests.pages.offer import make_offer, wish_for
from tests.support import door
from tests.support.factories import page_of
from tests.support.server import Client

pytestmark = pytest.mark.usefixtures("commit_clean")

# Holds the host's lock until it is killed.
HOLD = """
import signal, sys
from scheduler_integration.bookings import guard
from scheduler_integration.platform.transactions import Attempt
with Attempt():
	guard.lock_hosts([sys.argv[1]])
print("held", flush=True)
signal.pause()
"""

# Answers one request. Every other site's deadline is longer.
SERVE = """
import sys
from pathlib import Path
from scheduler_integration.bookings import transaction
from tests.support.site import Site
from werkzeug.serving import make_server
transaction.DEADLINE_SECONDS = 1
site = Site(sys.argv[1], Path(sys.argv[2]), is_real=sys.argv[3] == "True")
server = make_server("127.0.0.1", 0, site.application())
print(server.port, flush=True)
server.handle_request()
"""


@pytest.fixture
def held(site):
	"""`held(user)`: another process books this host and never ends; answers the process."""
	holders = []

	def hold(user):
		process = site.python(HOLD, user)
		assert process.stdout.readline().strip() == "held", process.stderr.read()
		holders.append(process)
		return process

	yield hold
	for process in holders:
		process.kill()
		process.communicate()


@pytest.fixture
def wish():
	meeting_type = make_offer()
	return page_of(meeting_type), wish_for(meeting_type)


def test_a_lock_that_is_never_given_back_costs_one_deadline(held, wish, monkeypatch):
	monkeypatch.setattr(transaction, "DEADLINE_SECONDS", 1)
	page, request = wish
	held(page.user)
	began = time.monotonic()
	with pytest.raises(Busy) as refused:
		door.book(request, clock.now())
	assert 0.7 <= time.monotonic() - began < 5
	assert (refused.value.http_status_code, refused.value.code) == (503, "BUSY")
	assert refused.value.retry_after > 0
	assert frappe.db.count("Booking", {"host": page.user}) == 0


@pytest.fixture
def impatient(site):
	"""A client of a server that answers one request, with a deadline of a second."""
	process = site.python(SERVE, site.name, str(site.sites_path), str(site.is_real))
	port = process.stdout.readline().strip()
	assert port, process.stderr.read()
	with Client(f"http://127.0.0.1:{port}", site.name) as one:
		yield one
	process.kill()
	process.communicate()


@pytest.mark.long
def test_the_answer_is_503_with_retry_after(held, wish, impatient):
	"""Through the door that the attacker used."""
	page, request = wish
	held(page.user)
	began = time.monotonic()
	answer = impatient.call("scheduler_integration.api.public.book", **request)
	assert 0.7 <= time.monotonic() - began < 6
	assert (answer.status_code, answer.json()["code"]) == (503, "BUSY")
	assert int(answer.headers["Retry-After"]) > 0


def test_readers_dont_wait_for_a_booking(held, wish, client):
	page, request = wish
	held(page.user)
	began = time.monotonic()
	assert client.get(f"/schedule/{page.slug}/{request['meeting_type']}").status_code == 200
	assert time.monotonic() - began < 3


def test_a_lock_that_is_given_back_in_time_is_waited_for(held, wish):
	page, request = wish
	threading.Timer(0.7, held(page.user).kill).start()
	assert door.book(request, clock.now()).status == "Scheduled"
	frappe.db.rollback()
