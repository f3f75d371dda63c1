"""Somebody moves a meeting in the moment in which its attendee is erased."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.privacy import requests
from scheduler_integration.privacy.held import booked_names
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, payload, token_of

pytestmark = pytest.mark.usefixtures("commit_clean", "outgoing_mail")

NOW, NINE, TEN = at("2026-03-02 06:00"), at("2026-03-05 09:00"), at("2026-03-05 10:00")


def test_a_meeting_that_was_moved_meanwhile_stayed(monkeypatch):
	"""The page said that the data is erased. The moved meeting kept it for good, or was still to come."""
	page, address = make_page(), f"{fresh('nemo')}@guests.example"
	booking = door.book(payload(page, make_meeting_type(page), NINE, attendee_email=address), NOW)
	frappe.db.commit()
	names, moved = iter([booked_names(address)]), []

	def names_of(asked):
		"""Return what was stored before the meeting was moved, and from then on what is."""
		if before := next(names, None):
			request = RescheduleRequest(TEN)
			moved.append(bookings.reschedule_by_token(token_of(booking), request, NOW).id)
			frappe.db.commit()
			return before
		return booked_names(asked)

	monkeypatch.setattr(requests, "booked_names", names_of)
	requests.erase(address, NOW)
	assert frappe.db.get_value("Booking", moved[0], "status") == "Cancelled"
	requests.finish_requests(NOW + requests.LONGEST_WAIT)
	assert booked_names(address) == []
