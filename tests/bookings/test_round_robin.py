"""Round robin: who gets a meeting, how it counts, and how a cancelled one is reverted."""

from collections import Counter

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.engine import BOOKING
from tests.support import door
from tests.support.factories import (
	at,
	fresh,
	make_meeting_type,
	make_page,
	make_team_page,
	make_user,
	payload,
	token_of,
)
from tests.support.ledger import credits

# A Monday.
NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
HALF = 1800


def make_pool(*names, mode="Weighted", rows=None, **fields):
	"""Create users with these first names, their team page and a round robin. `rows` are fields of the host rows."""
	users = [make_user(name) for name in names]
	page = make_team_page(users)
	for row, changes in zip(page.hosts, rows or [{}] * len(users), strict=True):
		row.update(changes)
	page.save()
	return page, make_meeting_type(page, assignment="Round Robin", round_robin_mode=mode, **fields), users


def take(page, meeting_type, start, **fields):
	"""Book a meeting, and return its host."""
	return host_of(door.book(payload(page, meeting_type, start, **fields), NOW))


def host_of(booking):
	return frappe.db.get_value("Booking", booking.id, "host")


def set_joined(page, user, instant):
	frappe.db.set_value("Scheduling Page Host", {"parent": page.name, "user": user}, "active_since", instant)
	frappe.clear_document_cache("Scheduling Page", page.name)


class TestWeighted:
	@pytest.mark.long
	def test_bookings_follow_the_weights(self):
		page, pool, users = make_pool("Ann", "Ben", "Cem", rows=[{"weight": 5}, {"weight": 3}, {"weight": 1}])
		hosts = [take(page, pool, NINE + day * 86400) for day in (0, 1, 2, 3, 4, 7, 8, 9, 10)]
		assert [Counter(hosts)[user] for user in users] == [5, 3, 1]

	def test_equals_take_turns_in_the_pages_order(self):
		page, pool, users = make_pool("Zoe", "Ann", "Ben")
		assert [take(page, pool, NINE + nth * HALF) for nth in range(6)] == users * 2

	def test_who_is_busy_is_passed_over_and_owed_nothing_for_it(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben")
		own_page = make_page(ann)
		door.book(payload(own_page, make_meeting_type(own_page), NINE), NOW)
		assert take(page, pool, NINE) == ben
		assert credits(pool) == {ben: 0}
		assert take(page, pool, NINE + HALF) == ann

	@pytest.mark.long
	def test_a_host_who_joins_is_not_given_everything_at_once(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben")
		for nth in range(6):
			take(page, pool, NINE + nth * HALF)
		new = make_user("New")
		page.reload()
		page.append("hosts", {"user": new})
		page.save()
		hosts = [take(page, pool, NINE + 86400 + nth * HALF) for nth in range(6)]
		assert Counter(hosts) == {ann: 2, ben: 2, new: 2}

	def test_two_types_of_one_page_have_ledgers_of_their_own(self):
		page, pool, (ann, _ben) = make_pool("Ann", "Ben")
		other = make_meeting_type(page, assignment="Round Robin", round_robin_mode="Weighted")
		assert take(page, pool, NINE) == ann
		assert take(page, other, NINE + HALF) == ann


class TestPriority:
	def test_only_the_highest_free_one_is_considered(self):
		page, pool, (low, high) = make_pool("Low", "High", rows=[{"priority": 0}, {"priority": 2}])
		assert [take(page, pool, NINE + nth * HALF) for nth in range(3)] == [high] * 3
		assert take(page, pool, NINE) == low

	def test_an_optional_host_steps_in_when_no_required_one_is_free(self):
		page, pool, (spare, ann) = make_pool("Spare", "Ann", rows=[{"is_required": 0, "priority": 9}, {}])
		assert [take(page, pool, NINE), take(page, pool, NINE)] == [ann, spare]


class TestAvailability:
	def test_shares_follow_the_time_that_each_offers(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben", mode="Availability")
		away = {"doctype": "Availability Override", "user": ben, "is_available": 0}
		frappe.get_doc({**away, "date": "2026-03-03", "end_date": "2026-03-06"}).insert()
		booking = door.book(payload(page, pool, NINE), NOW)
		owed = {ann: BOOKING * 5 // 6, ben: BOOKING // 6 + 1}
		host = frappe.db.get_value("Booking", booking.id, "host")
		assert credits(pool) == {user: share - BOOKING * (user == host) for user, share in owed.items()}

	def test_the_types_own_bookings_do_not_lessen_what_a_host_offers(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben", mode="Availability")
		hosts = [take(page, pool, NINE + nth * HALF) for nth in range(8)]
		assert Counter(hosts) == {ann: 4, ben: 4}


class TestLoadBalanced:
	def test_whoever_has_fewest_minutes_in_the_week_comes_first(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben", mode="Load Balanced")
		own_page = make_page(ann)
		workshop = make_meeting_type(own_page, duration_minutes=90, slot_interval=30)
		door.book(payload(own_page, workshop, at("2026-03-04 09:00")), NOW)
		assert [take(page, pool, NINE + nth * HALF) for nth in range(4)] == [ben, ben, ben, ann]

	def test_another_weeks_meetings_do_not_count(self):
		page, pool, (ann, _ben) = make_pool("Ann", "Ben", mode="Load Balanced")
		own_page = make_page(ann)
		door.book(payload(own_page, make_meeting_type(own_page), NINE + 7 * 86400), NOW)
		assert take(page, pool, NINE) == ann

	def test_what_was_booked_before_somebody_joined_does_not_count(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben", mode="Load Balanced")
		own_page = make_page(ann)
		for nth in range(3):
			door.book(payload(own_page, make_meeting_type(own_page), NINE + nth * HALF), NOW)
		set_joined(page, ben, at("2100-01-01 00:00"))
		assert take(page, pool, NINE + 86400) == ann

	def test_who_joins_is_noted_and_who_stays_is_not(self, frozen):
		page, _pool, (ann, ben) = make_pool("Ann", "Ben")
		before = {row.user: row.active_since for row in page.hosts}
		clock = frozen("2030-01-01T00:00:00Z")
		page.reload()
		page.hosts[1].is_active = 0
		page.save()
		clock.shift(60)
		page.reload()
		page.hosts[1].is_active = 1
		page.append("hosts", {"user": make_user("New")})
		page.save()
		since = [row.active_since for row in page.hosts]
		joined = at("2030-01-01 00:01")
		assert since == [before[ann], joined, joined]
		assert before[ben] < joined


class TestGivingBack:
	def test_a_cancelled_booking_leaves_the_ledger_as_it_was(self):
		page, pool, _users = make_pool("Ann", "Ben", "Cem", rows=[{"weight": 5}, {"weight": 3}, {"weight": 1}])
		take(page, pool, NINE)
		before = credits(pool)
		booking = door.book(payload(page, pool, NINE + HALF), NOW)
		assert credits(pool) != before
		bookings.cancel_by_token(token_of(booking), "", NOW)
		assert credits(pool) == before
		assert not frappe.db.get_value("Booking", booking.id, "turn_shares")

	def test_the_turn_of_a_declined_booking_comes_again(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben", requires_confirmation=1)
		for _again in range(3):
			booking = door.book(payload(page, pool, NINE), NOW)
			bookings.decline(booking.id, "", NOW)
		assert set(credits(pool).values()) == {0}
		assert {ann, ben} == set(credits(pool))

	def test_bookings_of_a_single_host_keep_no_ledger(self):
		page = make_page()
		meeting_type = make_meeting_type(page)
		booking = door.book(payload(page, meeting_type, NINE), NOW)
		bookings.cancel_by_token(token_of(booking), "", NOW)
		assert credits(meeting_type) == {}

	def test_another_mode_starts_a_new_ledger(self):
		page, pool, _users = make_pool("Ann", "Ben")
		take(page, pool, NINE)
		assert credits(pool)
		pool.reload()
		pool.round_robin_mode = "Availability"
		pool.save()
		assert credits(pool) == {}

	def test_what_was_booked_by_another_mode_is_not_given_back(self):
		page, pool, (ann, _ben) = make_pool("Ann", "Ben")
		before = [door.book(payload(page, pool, NINE + nth * HALF), NOW) for nth in range(6)]
		pool.reload()
		pool.round_robin_mode = "Availability"
		pool.save()
		for booking in before:
			if host_of(booking) == ann:
				bookings.cancel_by_token(token_of(booking), "", NOW)
		assert not any(credits(pool).values())

	def test_a_host_who_was_renamed_gets_the_turn_back(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben")
		booking = door.book(payload(page, pool, NINE), NOW)
		new = f"{fresh('renamed')}@hosts.example"
		frappe.rename_doc("User", ann, new, force=True)
		bookings.cancel_by_token(token_of(booking), "", NOW)
		assert credits(pool) == {new: 0, ben: 0}

	def test_a_type_whose_ledger_is_left_can_be_deleted(self):
		page, pool, _users = make_pool("Ann", "Ben")
		booking = door.book(payload(page, pool, NINE), NOW)
		bookings.cancel_by_token(token_of(booking), "", NOW)
		frappe.delete_doc("Booking", booking.id)
		frappe.delete_doc("Meeting Type", pool.name)
		assert credits(pool) == {}


class TestReturningContacts:
	def test_they_go_to_the_host_they_met_last(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben", route_to_owner=1)
		email = f"{fresh('ada')}@guests.example"
		assert take(page, pool, NINE) == ann
		hosts = [take(page, pool, NINE + day * 86400, attendee_email=email) for day in (1, 2, 3)]
		assert hosts == [ben] * 3
		# The booking counts as a turn, so the others catch up.
		assert [take(page, pool, NINE + nth * HALF) for nth in (1, 2)] == [ann, ann]

	def test_without_the_option_they_take_the_next(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben")
		email = f"{fresh('ada')}@guests.example"
		hosts = [take(page, pool, NINE + day * 86400, attendee_email=email) for day in (0, 1)]
		assert hosts == [ann, ben]

	def test_by_turn_when_their_host_is_not_free(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben", route_to_owner=1)
		email = f"{fresh('ada')}@guests.example"
		assert take(page, pool, NINE, attendee_email=email) == ann
		own_page = make_page(ann)
		door.book(payload(own_page, make_meeting_type(own_page), NINE + HALF), NOW)
		assert take(page, pool, NINE + HALF, attendee_email=email) == ben

	def test_a_cancelled_meeting_makes_no_host(self):
		page, pool, (ann, ben) = make_pool("Ann", "Ben", route_to_owner=1)
		email = f"{fresh('ada')}@guests.example"
		booking = door.book(payload(page, pool, NINE, attendee_email=email), NOW)
		bookings.cancel_by_token(token_of(booking), "", NOW)
		assert host_of(booking) == ann
		assert take(page, pool, NINE, attendee_email=email) == ben

	def test_a_host_of_lower_priority_keeps_their_contact(self):
		page, pool, (low, high) = make_pool("Low", "High", rows=[{"priority": 0}, {"priority": 2}], route_to_owner=1)
		email = f"{fresh('ada')}@guests.example"
		assert take(page, pool, NINE) == high
		assert take(page, pool, NINE, attendee_email=email) == low
		assert take(page, pool, NINE + HALF, attendee_email=email) == low
		assert credits(pool) == {high: 0, low: 0}


def test_only_a_system_manager_may_read_the_ledger(as_user):
	page, pool, (ann, _ben) = make_pool("Ann", "Ben")
	take(page, pool, NINE)
	for user in (ann, make_user("Boss", roles=("Scheduling Manager",))):
		with as_user(user):
			assert not frappe.has_permission("Round Robin Turn", "read")
	with as_user(make_user("Root", roles=("System Manager",))):
		assert frappe.has_permission("Round Robin Turn", "read")
		assert not frappe.has_permission("Round Robin Turn", "write")
