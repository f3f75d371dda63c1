"""Old bookings lose the data of persons, and keep everything that is counted."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import BookingNotFound
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload, token_of

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")
TEN = at("2026-03-05 10:00")
DAY = 86400
# Words that only the attendee and the host have written.
WORDS = ("Nemo", "nemo-", "+49 30 5550100", "Ithaca Ltd", "my secret", "guest@", "too late", "host's note")


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="Europe/Berlin"))


@pytest.fixture
def kept_for_thirty_days(monkeypatch):
	monkeypatch.setattr(frappe.get_cached_doc("Scheduler Settings"), "retention_days", 30)


def book(page, start=NINE):
	asked = payload(
		page,
		make_meeting_type(page, questions=[{"label": "Why", "question_type": "Text"}]),
		start,
		attendee_name="Nemo",
		attendee_email=f"{fresh('nemo')}@guests.example",
		attendee_phone="+49 30 5550100",
		attendee_company="Ithaca Ltd",
		notes="my secret",
		guests=["guest@guests.example"],
	)
	return door.book(asked, NOW)


def told_of(name):
	"""Everything that the tables of a booking say, as one text."""
	tables = {
		"Booking": {"name": name},
		"Booking Answer": {"parent": name},
		"Booking Guest": {"parent": name},
		"Booking Host": {"parent": name},
		"Comment": {"reference_doctype": "Booking", "reference_name": name},
		"Outbox Task": {"booking": name},
		"Mirrored Event": {"booking": name},
		"Video Meeting": {"booking": name},
	}
	return frappe.as_json([frappe.get_all(table, filters, ["*"]) for table, filters in tables.items()])


def cancelled(page):
	booking = book(page)
	frappe.db.set_value("Booking", booking.id, "host_notes", "host's note")
	of = {"booking": booking.id, "user": page.user}
	frappe.get_doc({"doctype": "Video Meeting", **of, "title": "Call with Nemo"}).insert()
	frappe.get_doc({"doctype": "Mirrored Event", **of, "key": fresh("key"), "declined_by": "nemo-"}).insert()
	bookings.cancel_by_token(token_of(booking), "too late", NOW + 60)
	frappe.db.commit()
	return booking


@pytest.mark.usefixtures("kept_for_thirty_days")
def test_nothing_of_the_person_is_left_and_what_is_counted_stays(page):
	booking = cancelled(page)
	assert [word for word in WORDS if word not in told_of(booking.id)] == []
	counted = [
		"host",
		"meeting_type",
		"scheduling_page",
		"status",
		"starts_at",
		"ends_at",
		"duration_minutes",
		"source",
	]
	before = frappe.db.get_value("Booking", booking.id, counted)
	ends_at = frappe.db.get_value("Booking", booking.id, "ends_at")
	bookings.forget_past_bookings(ends_at + 30 * DAY)
	assert "Nemo" in told_of(booking.id)
	bookings.forget_past_bookings(ends_at + 30 * DAY + 1)
	assert [word for word in WORDS if word in told_of(booking.id)] == []
	assert frappe.db.get_value("Booking", booking.id, counted) == before


@pytest.mark.usefixtures("kept_for_thirty_days")
def test_the_manage_link_leads_nowhere_and_a_host_can_still_open_the_record(page):
	booking = cancelled(page)
	bookings.forget_past_bookings(NINE + 40 * DAY)
	with pytest.raises(BookingNotFound):
		bookings.cancel_by_token(token_of(booking), "", NINE + 41 * DAY)
	record = frappe.get_doc("Booking", booking.id)
	assert (record.attendee_name, record.subject) == ("Erased", "Erased")
	record.host_notes = "Written later"
	record.save()


@pytest.mark.usefixtures("kept_for_thirty_days")
def test_a_booking_that_is_still_open_is_left_alone(page):
	booking = book(page, TEN)
	bookings.forget_past_bookings(TEN + 40 * DAY)
	assert "Nemo" in told_of(booking.id)
	bookings.complete_past_meetings(TEN + 40 * DAY)
	bookings.forget_past_bookings(TEN + 40 * DAY)
	assert "Nemo" not in told_of(booking.id)


def test_zero_days_keep_everything(page):
	booking = cancelled(page)
	assert bookings.forget_past_bookings(NINE + 4000 * DAY) == 0
	assert "Nemo" in told_of(booking.id)
