"""Checks that the guard, the seats and the ledgers say the same as the bookings."""

from collections import Counter, defaultdict

import frappe

from scheduler_integration.bookings.guard import BUCKET_SECONDS
from scheduler_integration.meetings.status import LIVE


def check_time(users):
	"""No host has two meetings at once, and the guard's rows are those of the live bookings."""
	fields = ["user", "starts_at", "ends_at", "parent", "session"]
	live = frappe.get_all("Booking Host", {"user": ["in", users], "is_live": 1}, fields, parent_doctype="Booking")
	meetings = defaultdict(set)
	for row in live:
		for bucket in range(row.starts_at // BUCKET_SECONDS, -(-row.ends_at // BUCKET_SECONDS)):
			# The bookings of a session are one meeting.
			meetings[row.user, bucket].add(row.session or row.parent)
	assert all(len(found) == 1 for found in meetings.values())
	held = frappe.get_all("Booking Slot", {"host": ["in", users]}, ["host", "bucket"])
	assert sorted((row.host, row.bucket) for row in held) == sorted(meetings)


def check_seats(meeting_types):
	"""Each live booking of a session has as many seats as it asked for, and no other booking has one."""
	fields = ["name", "session", "seats", "status"]
	for booking in frappe.get_all("Booking", {"meeting_type": ["in", meeting_types]}, fields):
		sessions = frappe.get_all("Booking Seat", {"booking": booking.name}, pluck="session")
		expected = booking.seats if booking.session and booking.status in LIVE else 0
		assert Counter(sessions) == Counter({booking.session: expected} if expected else {})


def check_turns(meeting_types):
	"""The credits of a round robin add up to zero."""
	for name in meeting_types:
		assert sum(frappe.get_all("Round Robin Turn", {"meeting_type": name}, pluck="credit")) == 0
