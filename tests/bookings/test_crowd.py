"""The hosts and bookings that `benchmarks.crowded_site` inserts are like those that the app stores."""

from datetime import date

import frappe
import pytest

from benchmarks.crowd import Crowd, fill, remove
from scheduler_integration.platform.clock import iso
from tests.support import door
from tests.support.door import slots_between
from tests.support.factories import at

NOW = at("2026-03-01 06:00")
# One on each day of the three years.
BOOKINGS_EACH = 1095


@pytest.mark.long
def test_hosts_of_the_crowd_offer_slots_beside_their_bookings(commit_clean):
	# A run that was killed may have left its own.
	remove()
	fill(Crowd(range(1), BOOKINGS_EACH, NOW))
	days = slots_between("crowd-0", "call", date(2026, 3, 2), date(2026, 3, 6), "UTC", None, NOW).days
	free = [slot.start for slots in days.values() for slot in slots]
	taken = frappe.get_all("Booking Host", {"parent": ["like", "crowd-0-%"], "is_live": 1}, pluck="starts_at")
	week = {
		start + day * 86400 for day in range(5) for start in range(at("2026-03-02 09:00"), at("2026-03-02 17:00"), 1800)
	}
	assert week - set(free) == week & set(taken) != set()
	booked = {"slug": "crowd-0", "meeting_type": "call", "start": iso(free[0], "UTC")} | {
		"attendee_name": "Grace",
		"attendee_email": "grace@guests.example",
	}
	door.book(booked, NOW)
	remove()
	assert not frappe.get_all("Booking", {"host": ["like", "host-%@crowd.example"]})
