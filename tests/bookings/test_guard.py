"""The unique index on buckets: code that forgets to lock the hosts can't double-book either."""

import frappe
import pytest

from scheduler_integration.bookings import guard
from scheduler_integration.exceptions import SlotTaken
from scheduler_integration.platform.transactions import Attempt
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_user, payload

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")


def insert_without_lock(page, meeting_type, start, end):
	return frappe.get_doc(
		{
			"doctype": "Booking",
			"meeting_type": meeting_type.name,
			"scheduling_page": page.name,
			"host": page.user,
			"starts_at": start,
			"ends_at": end,
			"attendee_name": "Bob",
			"attendee_email": "bob@guests.example",
			"timezone": "UTC",
		}
	).insert()


@pytest.mark.parametrize(
	("start", "end"),
	[(0, 30), (-30, 5), (25, 60), (10, 20), (-60, 120)],
	ids=["same", "overlaps the start", "overlaps the end", "inside", "around"],
)
def test_code_without_the_lock_cannot_store_an_overlap(start, end):
	page = make_page()
	meeting_type = make_meeting_type(page)
	door.book(payload(page, meeting_type, NINE), NOW)
	with pytest.raises(SlotTaken):
		insert_without_lock(page, meeting_type, NINE + start * 60, NINE + end * 60)


def test_code_without_the_lock_may_store_what_touches():
	page = make_page()
	meeting_type = make_meeting_type(page)
	door.book(payload(page, meeting_type, NINE), NOW)
	assert insert_without_lock(page, meeting_type, NINE + 1800, NINE + 3600).is_live()


def test_a_lock_is_taken_on_hosts_never_booked_before():
	page = make_page()
	frappe.db.delete("Host Calendar", {"user": page.user})
	with Attempt():
		guard.lock_hosts([page.user])
	assert frappe.db.exists("Host Calendar", {"user": page.user})


def test_who_takes_the_name_of_a_renamed_host_is_locked_too():
	page = make_page()
	name = page.user
	frappe.rename_doc("User", name, f"{fresh('renamed')}@hosts.example", force=True)
	make_user("Jane", email=name)
	with Attempt():
		guard.lock_hosts([name])
	assert frappe.db.exists("Host Calendar", {"user": name})


def test_past_time_is_let_go_and_coming_time_is_not():
	page = make_page()
	meeting_type = make_meeting_type(page)
	early = door.book(payload(page, meeting_type, NINE), NOW)
	late = door.book(payload(page, meeting_type, NINE + 3600), NOW)
	guard.release_before(NINE + 3600)
	assert frappe.db.count("Booking Slot", {"booking": early.id}) == 0
	assert frappe.db.count("Booking Slot", {"booking": late.id}) == 6
