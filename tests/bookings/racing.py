"""Runs several processes that do something at the same moment."""

import json
import socket
from contextlib import contextmanager
from datetime import timedelta

import frappe

from scheduler_integration.clock import utc
from tests.support.factories import fresh

# Each process waits at the gate until all have arrived, then books as a visitor does.
BOOK = """
import json, socket, sys
import frappe
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.doors.commands import book_for_visitor
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.parsing.booking_request import BookingPayload
from scheduler_integration.bookings import transaction
# These tests check who gets the time. tests/strangers checks how long a visitor waits on a busy machine.
transaction.DEADLINE_SECONDS = 100
gate, payload = int(sys.argv[1]), json.loads(sys.argv[2])
frappe.set_user("Guest")
with socket.create_connection(("127.0.0.1", gate)) as waiting:
	waiting.recv(1)
try:
	found = find_bookable(payload["slug"], payload["meeting_type"])
	booked = book_for_visitor(found, BookingPayload.of(payload))
	frappe.db.commit()
	print(json.dumps([201, booked.id]))
except SchedulingError as error:
	frappe.db.rollback()
	print(json.dumps([error.http_status_code, error.code]))
"""


def next_monday(hour, minute=0):
	"""Return an ISO time on a Monday more than a week from now, because the processes' clocks are real."""
	day = utc(frappe.utils.now_datetime().timestamp()).date() + timedelta(days=8)
	day += timedelta(days=-day.weekday() % 7)
	return f"{day.isoformat()}T{hour:02}:{minute:02}:00+00:00"


def wish(page, meeting_type, start):
	return {
		"slug": page.slug,
		"meeting_type": meeting_type.slug,
		"start": start,
		"attendee_name": "Ada Lovelace",
		"attendee_email": f"{fresh('ada')}@guests.example",
		"timezone": "UTC",
	}


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
