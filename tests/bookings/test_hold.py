"""Slots kept for a guest who fills in the form. 2 March 2026 is a Monday."""

from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.availability import slots_between
from scheduler_integration.exceptions import InvalidRequest, SlotTaken
from tests.support.factories import at, fresh, make_meeting_type, make_page, make_team_page, make_user, payload

NOW = at("2026-03-01 06:00")
MONDAY = date(2026, 3, 2)
NINE = "2026-03-02T09:00:00+00:00"
LAPSE = 10 * 60


@pytest.fixture
def page():
	return make_page(hours={"Monday": ["09:00-10:00"]})


@pytest.fixture
def call(page):
	return make_meeting_type(page)


def hours(page, meeting_type, now=NOW, hold=None):
	found = slots_between(page.slug, meeting_type.slug, MONDAY, MONDAY, "UTC", None, now, hold)
	return [slot["start"][11:16] for slot in found["days"].get("2026-03-02", [])]


def hold(page, meeting_type, start=NINE, key=None, now=NOW, address=None):
	return bookings.hold_slot(page.slug, meeting_type.slug, start, None, key, address or fresh("address"), now)["hold"]


def test_anothers_hold_hides_the_slot_and_ones_own_does_not(page, call):
	key = hold(page, call)
	assert hours(page, call) == ["09:30"]
	assert hours(page, call, hold=key) == ["09:00", "09:30"]


def test_a_hold_counts_in_the_hosts_other_types_and_keeps_its_buffers(page, call):
	other = make_meeting_type(page, uses_host_defaults=0, minimum_notice=0, buffer_before_minutes=15)
	hold(page, call)
	assert hours(page, other) == []


def test_an_expired_hold_does_not_count(page, call):
	hold(page, call)
	assert hours(page, call, NOW + LAPSE - 1) == ["09:30"]
	assert hours(page, call, NOW + LAPSE) == ["09:00", "09:30"]


def test_a_released_hold_does_not_count(page, call):
	bookings.release_slot(hold(page, call))
	assert hours(page, call) == ["09:00", "09:30"]


def test_a_key_holds_one_slot_at_a_time(page, call):
	key = hold(page, call)
	assert hold(page, call, "2026-03-02T09:30:00+00:00", key) == key
	assert hours(page, call) == ["09:00"]


def test_what_is_held_by_another_can_not_be_held_or_booked(page, call):
	key = hold(page, call)
	with pytest.raises(SlotTaken):
		hold(page, call)
	with pytest.raises(SlotTaken):
		bookings.book(payload(page, call, NINE), NOW)
	assert bookings.book(payload(page, call, NINE, hold=key), NOW)["start"]


def test_a_hold_is_never_the_guard(page, call):
	"""Whoever has a hold on a slot that was booked all the same is told so."""
	key = hold(page, call)
	frappe.cache.delete_value("scheduler_integration_holds")
	bookings.book(payload(page, call, NINE), NOW)
	with pytest.raises(SlotTaken):
		bookings.book(payload(page, call, NINE, hold=key), NOW)


def test_in_a_pool_a_hold_takes_one_host():
	page = make_team_page([make_user("Ann"), make_user("Bea")])
	pooled = make_meeting_type(page, assignment="Round Robin")
	hold(page, pooled)
	assert "09:00" in hours(page, pooled)
	hold(page, pooled)
	assert "09:00" not in hours(page, pooled)


def test_a_hold_takes_a_seat(page):
	workshop = make_meeting_type(page, seats=2)
	hold(page, workshop)
	assert "09:00" in hours(page, workshop)
	bookings.book(payload(page, workshop, NINE), NOW)
	assert "09:00" not in hours(page, workshop)


def test_one_address_keeps_a_few_slots_from_others():
	page = make_page(hours={"Monday": ["09:00-13:00"]})
	call = make_meeting_type(page)
	address = fresh("address")
	for minute in range(7):
		start = f"2026-03-02T{9 + minute // 2:02}:{minute % 2 * 30:02}:00+00:00"
		hold(page, call, start, now=NOW + minute, address=address)
	assert hours(page, call, NOW + 10) == ["09:00", "09:30", "12:30"]


def test_a_site_may_do_without_holds(page, call):
	frappe.db.set_single_value("Scheduler Settings", "hold_minutes", 0)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	with pytest.raises(InvalidRequest):
		hold(page, call)


@pytest.mark.parametrize("key", [None, "", "x", 7, ["a"], {"a": 1}, "../" * 20, "é" * 32])
def test_a_key_that_is_none_is_not_taken_up(page, call, key):
	assert hold(page, call, key=key) != key
	assert bookings.release_slot(key) == {}
