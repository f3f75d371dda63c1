"""Guests of different hosts never wait for each other, for any names and any guests."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.bookings import transaction
from scheduler_integration.platform import clock
from tests.support import door
from tests.support.factories import fresh, make_meeting_type, make_page, make_user, payload
from tests.support.site import on_real_site

pytestmark = [
	pytest.mark.usefixtures("commit_clean"),
	pytest.mark.skipif(not on_real_site(), reason="SQLite has one lock for all writers: make test-bench"),
]

# Does something for one host, and keeps its transaction open until it is killed.
HOLD = """
import json, signal, sys
from scheduler_integration import bookings
from scheduler_integration.jobs import outbox
from scheduler_integration.platform import clock
from tests.support import door
what, request, token = json.loads(sys.argv[1])
if what == "book":
	door.book(request, clock.now())
else:
	bookings.cancel_by_token(token, "", clock.now())
print("held", flush=True)
signal.pause()
"""
BOOKINGS = 40
HALF_HOUR = 1800


@pytest.fixture
def held(site):
	"""`held("book", request, token)`: another process does this and doesn't commit."""
	holders = []

	def hold(*what):
		process = site.python(HOLD, frappe.as_json(what))
		assert process.stdout.readline().strip() == "held", process.stderr.read()
		holders.append(process)

	yield hold
	for process in holders:
		process.kill()
		process.communicate()


@pytest.fixture
def neighbours():
	"""Three hosts who stand side by side in every index on hosts, with a page and a meeting type each."""
	word = fresh("host")
	users = [make_user(email=f"{word}-{letter}@hosts.example") for letter in "abc"]
	pages = [make_page(user) for user in users]
	return [(page, make_meeting_type(page)) for page in pages]


# Runs the tasks of a booking, and keeps the transaction open that is about to be committed as the n-th one.
DELIVER = """
import itertools, json, signal, sys
import frappe
from scheduler_integration.jobs import outbox
from scheduler_integration.platform import clock
booking, last = json.loads(sys.argv[1])
commit, count = frappe.db.commit, itertools.count(1)
def commit_or_stay(*args, **kwargs):
	if next(count) < last:
		return commit(*args, **kwargs)
	print("held", flush=True)
	signal.pause()
frappe.db.commit = commit_or_stay
outbox.run_due_tasks(clock.now, 60, booking)
print("delivered", flush=True)
"""


def starts():
	"""Half hours of office hours on weekdays from next week on."""
	day = clock.now() // 86400 * 86400 + 7 * 86400
	# 1 January 1970 was a Thursday.
	while (day // 86400 + 3) % 7 != 0:
		day += 86400
	return [day + date * 86400 + 9 * 3600 + n * HALF_HOUR for date in range(5) for n in range(16)]


def book(neighbour, start):
	booked = door.book(payload(*neighbour, start, attendee_name="Ada Lovelace"), clock.now())
	frappe.db.commit()
	return booked


@pytest.mark.parametrize("what", ["book", "cancel"])
def test_forty_bookings_of_others_pass_while_one_host_is_held(held, neighbours, monkeypatch, what):
	before, middle, after = neighbours
	times = starts()
	# The host between the two others has a booking already, and so have they.
	token = book(middle, times[0]).manage_url.rpartition("/")[2]
	for other in (before, after):
		book(other, times[0])
	# With an ordinary transaction, these locking reads would reach into the rows of the hosts on both sides.
	held(what, payload(*middle, times[2], attendee_name="Ada Lovelace"), token)
	# A booking that waits for a lock at all is refused as Busy.
	monkeypatch.setattr(transaction, "DEADLINE_SECONDS", 1)
	monkeypatch.setattr(transaction, "ATTEMPTS", 1)
	booked = [book(other, start) for start in times[1 : BOOKINGS // 2 + 1] for other in (before, after)]
	assert len({each.id for each in booked}) == BOOKINGS
	# The others' cancellations and the reads of a cancelled session pass too.
	for each in booked[:6]:
		bookings.cancel_by_token(each.manage_url.rpartition("/")[2], "", clock.now())
		frappe.db.commit()


def test_bookings_pass_while_a_worker_is_held_at_any_commit_of_a_delivery(site, neighbours, monkeypatch):
	before, middle, after = neighbours
	times = iter(starts())
	monkeypatch.setattr(transaction, "DEADLINE_SECONDS", 1)
	monkeypatch.setattr(transaction, "ATTEMPTS", 1)
	held = 0
	for last in range(1, 30):
		delivered = book(middle, next(times))
		worker = site.python(DELIVER, frappe.as_json((delivered.id, last)))
		try:
			said = worker.stdout.readline().strip()
			# The same host takes other bookings meanwhile, and so do the neighbours.
			for each in (before, middle, after):
				assert book(each, next(times)).id
		finally:
			worker.kill()
			worker.communicate()
		if said == "delivered":
			break
		held += 1
	assert said == "delivered", said
	# Claiming, and the outcome of each message.
	assert held >= 2
