"""Runs several processes that do something at the same moment."""

import json
import socket
from contextlib import contextmanager
from datetime import timedelta

import frappe

from scheduler_integration.platform.clock import utc
from tests.support.factories import payload

# The beginning of each process's program. `wish` is what the process is to do.
START = """
import json, socket, sys
import frappe
from scheduler_integration import bookings
from scheduler_integration.platform import clock
from scheduler_integration.bookings import transaction
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.entry.commands import book_for_visitor, reschedule_for_attendee
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.parsing.reschedule_request import RescheduleRequest, parse_reschedule_request
# These tests check who gets the time. tests/strangers checks how long a visitor waits on a busy machine.
transaction.DEADLINE_SECONDS = 100
gate, wish = int(sys.argv[1]), json.loads(sys.argv[2])

def wait_at_the_gate():
	with socket.create_connection(("127.0.0.1", gate)) as waiting:
		waiting.recv(1)

def book(wish=wish):
	return book_for_visitor(find_bookable(wish["slug"], wish["meeting_type"]), BookingPayload.of(wish)).id

def race(act, status=200):
	wait_at_the_gate()
	try:
		done = act()
		frappe.db.commit()
		print(json.dumps([status, done]))
	except SchedulingError as error:
		frappe.db.rollback()
		print(json.dumps([error.http_status_code, error.code]))
"""
# As on a server with a binary log of statements, where commands keep REPEATABLE READ. An ordinary read shows the state from
# before the wait for the lock.
WITH_SNAPSHOTS = f"""{START}
from scheduler_integration.platform import transactions
transactions._server = lambda site: transactions._Server("", True)
"""
# Books as a visitor does.
_BOOK = """
frappe.set_user("Guest")
race(book, 201)
"""
BOOK = START + _BOOK
BOOK_WITH_SNAPSHOTS = WITH_SNAPSHOTS + _BOOK


def next_monday(hour, minute=0):
	"""Return an ISO time on a Monday more than a week from now, because the processes' clocks are real."""
	day = utc(frappe.utils.now_datetime().timestamp()).date() + timedelta(days=8)
	day += timedelta(days=-day.weekday() % 7)
	return f"{day.isoformat()}T{hour:02}:{minute:02}:00+00:00"


def wish(page, meeting_type, start):
	return payload(page, meeting_type, start, timezone="UTC")


def race_processes(site, wishes, code=BOOK, seconds=120):
	"""Run one process for each wish. Returns each one's status, with the booking or the error's code."""
	with _gate(len(wishes)) as (port, open_gate):
		processes = [site.python(code, str(port), json.dumps(each)) for each in wishes]
		open_gate()
		answers = []
		for process in processes:
			out, err = process.communicate(timeout=seconds)
			assert process.returncode == 0, err
			answers.append(json.loads(out.splitlines()[-1]))
	return answers


@contextmanager
def _gate(expected):
	with socket.create_server(("127.0.0.1", 0), backlog=expected) as listener:
		listener.settimeout(120)

		def open_gate():
			waiting = [listener.accept()[0] for _each in range(expected)]
			for connection in waiting:
				connection.close()

		yield listener.getsockname()[1], open_gate
