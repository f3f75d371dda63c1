"""Slots that are held while somebody fills in the form. 2 March 2026 is a Monday."""

import calendar
from dataclasses import replace
from datetime import date, datetime, timezone

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.availability import holds
from scheduler_integration.exceptions import InvalidRequest, SlotTaken
from tests.support import door
from tests.support.door import slots_between
from tests.support.factories import at, fresh, hour, make_meeting_type, make_page, make_team_page, make_user, payload

NOW = at("2026-03-01 06:00")
MONDAY = date(2026, 3, 2)
NINE = "2026-03-02T09:00:00+00:00"
LAPSE = 10 * 60
DAY = 86400


@pytest.fixture
def page():
	return make_page(hours={"Monday": ["09:00-10:00"]})


def hours(page, meeting_type, now=NOW, hold=None):
	found = slots_between(page.slug, meeting_type.slug, MONDAY, MONDAY, "UTC", None, now, hold)
	return [hour(slot.start) for slot in found.days.get(MONDAY, [])]


def hold(page, meeting_type, start=NINE, key=None, now=NOW, address=None):
	return door.hold_slot(page.slug, meeting_type.slug, start, None, key, address or fresh("address"), now).key


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


def test_ones_own_hold_frees_no_other_time_that_somebody_holds_later(page, call):
	mine = hold(page, call)
	hold(page, call, "2026-03-02T09:30:00+00:00")
	assert hours(page, call, hold=mine) == ["09:00"]


def test_what_is_held_by_another_can_not_be_held_or_booked(page, call):
	key = hold(page, call)
	with pytest.raises(SlotTaken):
		hold(page, call)
	with pytest.raises(SlotTaken):
		door.book(payload(page, call, NINE), NOW)
	assert door.book(payload(page, call, NINE, hold=key), NOW).start


def test_a_hold_is_never_the_guard(page, call):
	"""The server may lose a hold. If somebody else books the slot then, the hold's owner is told so."""
	key = hold(page, call)
	frappe.cache.delete_value("scheduler_integration_holds")
	door.book(payload(page, call, NINE), NOW)
	with pytest.raises(SlotTaken):
		door.book(payload(page, call, NINE, hold=key), NOW)


def test_in_a_pool_a_hold_takes_one_host():
	page = make_team_page([make_user("Ann"), make_user("Bea")])
	pooled = make_meeting_type(page, assignment="Round Robin")
	hold(page, pooled)
	assert "09:00" in hours(page, pooled)
	hold(page, pooled)
	assert "09:00" not in hours(page, pooled)


def test_anothers_hold_does_not_give_a_returning_guest_to_somebody_else():
	ann, ben = make_user("Ann"), make_user("Ben")
	pool = make_team_page([ann, ben])
	call = make_meeting_type(pool, assignment="Round Robin", round_robin_mode="Weighted", route_to_owner=1)
	own, guest = make_page(ann), f"{fresh('eve')}@guests.example"
	door.book(payload(own, make_meeting_type(own), at("2026-03-03 09:00"), attendee_email=guest), NOW)
	anothers, mine = hold(pool, call), hold(pool, call)
	booked = door.book(payload(pool, call, at(NINE), attendee_email=guest, hold=mine), NOW)
	assert frappe.db.get_value("Booking", booked.id, "host") == ann
	bookings.release_slot(mine)  # A real request does this after its commit.
	theirs = door.book(payload(pool, call, at(NINE), hold=anothers), NOW)
	assert frappe.db.get_value("Booking", theirs.id, "host") == ben


def test_of_two_who_held_a_slot_at_the_same_moment_one_books_it(page, call):
	first = hold(page, call)
	second = at_the_same_moment(first, "z" * 32)
	with pytest.raises(SlotTaken):
		door.book(payload(page, call, at(NINE), hold=second), NOW)
	door.book(payload(page, call, at(NINE), hold=first), NOW)


def at_the_same_moment(key, other):
	"""Store a second hold of the same slot, as if its request had read the holds before the first one was stored."""
	(held,) = holds._holds(each for each in holds._entries() if each.key == key)
	holds.put_hold(replace(held, key=other, address="another"), NOW)
	return other


class TestWhatIsOfferedWhileAnotherHolds:
	"""A start that is offered while somebody else holds another one can still be booked after the other is released."""

	def booked_after_release(self, page, meeting_type, other, start):
		mine = hold(page, meeting_type, start)
		bookings.release_slot(other)
		door.book(payload(page, meeting_type, at(start), hold=mine), NOW)

	def test_no_later_start_takes_the_place_of_a_dates_first(self, page):
		first_only = make_meeting_type(page, first_slot_only=1)
		other = hold(page, first_only)
		assert hours(page, first_only) == []
		bookings.release_slot(other)
		assert hours(page, first_only) == ["09:00"]

	def test_no_start_follows_on_what_is_only_held(self, page):
		filling = make_meeting_type(page, fill_gaps=1, duration_minutes=20, slot_interval=30)
		other = hold(page, filling)
		assert hours(page, filling) == ["09:30"]
		self.booked_after_release(page, filling, other, "2026-03-02T09:30:00+00:00")

	def test_a_date_that_is_only_held_has_room(self):
		page = make_page(hours={day: ["09:00-09:30"] for day in ("Monday", "Tuesday", "Wednesday")})
		window = {"window_type": "Rolling Days", "max_days_in_advance": 1, "only_days_with_slots": 1}
		call = make_meeting_type(page, uses_host_defaults=0, minimum_notice=0, **window)

		def offered_dates():
			found = slots_between(page.slug, call.slug, MONDAY, date(2026, 3, 4), "UTC", None, NOW).days
			return [day for day, slots in found.items() if slots]

		assert offered_dates() == [MONDAY]
		key = hold(page, call)
		assert offered_dates() == []
		# Without the hold, a booking fills Monday and the window moves on to Tuesday.
		bookings.release_slot(key)
		door.book(payload(page, call, NINE), NOW)
		assert offered_dates() == [date(2026, 3, 3)]


def test_a_hold_takes_a_seat(page):
	workshop = make_meeting_type(page, seats=2)
	hold(page, workshop)
	assert "09:00" in hours(page, workshop)
	door.book(payload(page, workshop, NINE), NOW)
	assert "09:00" not in hours(page, workshop)


def test_one_address_keeps_a_few_slots_from_others():
	page = make_page(hours={"Monday": ["09:00-18:00"]})
	call = make_meeting_type(page)
	address = fresh("address")
	for minute in range(7):
		start = f"2026-03-02T{9 + minute // 2:02}:{minute % 2 * 30:02}:00+00:00"
		hold(page, call, start, now=NOW + minute, address=address)
	assert hours(page, call, NOW + 10)[:3] == ["09:00", "09:30", "12:30"]


def test_one_address_cannot_close_a_calendar_with_long_meetings():
	page = make_page(hours={day: ["09:00-17:00"] for day in calendar.day_name})
	course = make_meeting_type(page, number_of_days=31, duration_minutes=480)
	call = make_meeting_type(page)
	address = fresh("address")
	for minute, first in enumerate(("2026-03-02", "2026-04-02")):
		hold(page, course, f"{first}T09:00:00+00:00", now=NOW + minute, address=address)
	days = slots_between(page.slug, call.slug, MONDAY, date(2026, 4, 30), "UTC", None, NOW + 2).days
	held = {date(2026, 4, 2 + n) for n in range(5)}
	assert len(days) == 55
	assert not held & set(days)


@pytest.mark.parametrize("same_key", [True, False])
def test_a_hold_is_not_renewed_for_ever(page, call, same_key):
	address = fresh("address")
	key = hold(page, call, address=address)
	again = {"address": address, "key": key if same_key else None}
	if not same_key:
		bookings.release_slot(key)
	hold(page, call, now=NOW + LAPSE - 1, **again)
	if same_key:
		hold(page, call, now=NOW + 2 * LAPSE - 2, **again)
	assert hours(page, call, NOW + 2 * LAPSE - 2) == ["09:30"]
	assert hours(page, call, NOW + 2 * LAPSE) == ["09:00", "09:30"]
	with pytest.raises(InvalidRequest):
		hold(page, call, now=NOW + 2 * LAPSE, **again)
	assert door.book(payload(page, call, NINE), NOW + 2 * LAPSE).start


def test_a_time_that_was_held_long_enough_can_be_held_again_later_or_by_others(page, call):
	address = fresh("address")
	for seconds in (0, LAPSE):
		key = hold(page, call, now=NOW + seconds, address=address)
	with pytest.raises(InvalidRequest):
		hold(page, call, now=NOW + 2 * LAPSE, address=address)
	bookings.release_slot(hold(page, call, now=NOW + 2 * LAPSE))
	assert hold(page, call, key=key, now=NOW + 3 * LAPSE, address=address) == key


def test_a_refused_renewal_leaves_another_held_slot_alone(page, call):
	address = fresh("address")
	key = hold(page, call, address=address)
	hold(page, call, "2026-03-02T09:30:00+00:00", key, now=NOW + 2 * LAPSE - 1, address=address)
	with pytest.raises(InvalidRequest):
		hold(page, call, NINE, key, now=NOW + 2 * LAPSE, address=address)
	assert hours(page, call, NOW + 2 * LAPSE) == ["09:00"]


def test_addresses_of_one_network_share_their_holds():
	page = make_page(hours={"Monday": ["09:00-18:00"]})
	call = make_meeting_type(page)
	network = frappe.generate_hash(length=4)
	for n in range(7):
		start = f"2026-03-02T{9 + n // 2:02}:{n % 2 * 30:02}:00+00:00"
		hold(page, call, start, now=NOW + n, address=f"2001:db8:{network}::/64")
	assert len(hours(page, call, NOW + 10)) == 18 - 5


@pytest.mark.long
def test_many_addresses_with_a_hold_each_do_not_close_a_calendar():
	page = make_page(hours={day: ["09:00-17:00"] for day in calendar.day_name})
	call = make_meeting_type(page, duration_minutes=60)
	weeks = NOW // DAY * DAY, NOW // DAY * DAY + 28 * DAY
	starts = [day + n * 3600 for day in range(*weeks, DAY) for n in range(9, 17)]
	refused = 0
	for start in starts:
		try:
			hold(page, call, datetime.fromtimestamp(start, timezone.utc).isoformat())
		except InvalidRequest:
			refused += 1
	found = slots_between(page.slug, call.slug, MONDAY, date(2026, 3, 28), "UTC", None, NOW)
	assert all(len(slots) == 6 for slots in found.days.values())
	assert refused == 28 * 6


def test_a_date_with_few_slots_can_be_held_twice(page, call):
	hold(page, call)
	hold(page, call, "2026-03-02T09:30:00+00:00")
	assert hours(page, call) == []


def test_a_hold_can_move_to_another_time_of_a_date_whose_share_is_held():
	page = make_page(hours={"Monday": ["09:00-11:00"]})
	call = make_meeting_type(page)
	hold(page, call)
	mine = hold(page, call, "2026-03-02T09:30:00+00:00")
	with pytest.raises(InvalidRequest):
		hold(page, call, "2026-03-02T10:00:00+00:00")
	hold(page, call, "2026-03-02T10:00:00+00:00", key=mine)
	assert hours(page, call) == ["09:30", "10:30"]


def test_a_site_may_do_without_holds(page, call):
	frappe.db.set_single_value("Scheduler Settings", "hold_minutes", 0)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	with pytest.raises(InvalidRequest):
		hold(page, call)


def test_a_request_reads_only_the_holds_of_its_own_hosts(page, call, monkeypatch):
	mine = hold(page, call)
	other_page = make_page()
	hold(other_page, make_meeting_type(other_page))
	read, hget = [], frappe.cache.hget

	def noted(name, key, *arguments, **options):
		read.append((name, key))
		return hget(name, key, *arguments, **options)

	monkeypatch.setattr(frappe.cache, "hget", noted)
	assert hours(page, call) == ["09:30"]
	assert [key.split(" ")[2] for name, key in read if name == holds.CACHE_KEY] == [mine]


@pytest.mark.parametrize("key", [None, "", "x", 7, ["a"], {"a": 1}, "../" * 20, "é" * 32])
def test_an_invalid_key_is_not_used(page, call, key):
	assert hold(page, call, key=key) != key
