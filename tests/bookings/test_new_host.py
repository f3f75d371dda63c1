"""The checks for a new host: each day of a multi-day meeting, limits, buffers. 2 March 2026 is a Monday."""

from datetime import date

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import HostNotFree
from tests.support import door
from tests.support.door import offered_hours
from tests.support.factories import (
	at,
	make_host,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	make_user,
	payload,
)

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
HOUR, DAY = 3600, 86400
EVERY_DAY = {
	day: ["09:00-17:00"] for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
}
OWN_RULES = {"uses_host_defaults": 0, "minimum_notice": 0}


class Team:
	"""Ann and Ben share a page. `with_ann` books a meeting with Ann, while Ben is inactive."""

	def __init__(self, hours=None, **fields):
		self.ann, self.ben = make_host("Ann", hours), make_user("Ben")
		self.schedule = make_schedule(self.ben, hours, **fields)
		self.page = make_team_page([self.ann, self.ben])

	def type(self, **fields):
		return make_meeting_type(self.page, **{"assignment": "Round Robin", **fields})

	def with_ann(self, meeting_type, start=NINE):
		self._switch(self.ben, on=False)
		booked = door.book(payload(self.page, meeting_type, start), NOW).id
		self._switch(self.ben, on=True)
		return booked

	def starts_of_ben(self, meeting_type, day):
		"""Return the starts that are offered while Ann is inactive."""
		self._switch(self.ann, on=False)
		starts = offered(self.page, meeting_type, day)
		self._switch(self.ann, on=True)
		return starts

	def _switch(self, user, on):
		frappe.db.set_value("Scheduling Page Host", {"parent": self.page.name, "user": user}, "is_active", int(on))
		frappe.clear_document_cache("Scheduling Page", self.page.name)


def meeting_of(user, start, **fields):
	page = make_page(user)
	return door.book(payload(page, make_meeting_type(page, **fields), start), NOW).id


def offered(page, meeting_type, day=date(2026, 3, 2)):
	return offered_hours(page, meeting_type, day, NOW)


def rows(name):
	booking = frappe.get_doc("Booking", name)
	return [(row.user, row.starts_at) for row in sorted(booking.hosts, key=lambda row: row.starts_at)]


class TestLimits:
	def test_a_full_second_week_does_not_keep_from_a_meeting_that_begins_in_the_first(self):
		team = Team(EVERY_DAY, weekly_limit=1)
		meeting_of(team.ben, at("2026-03-10 09:00"))
		workshop = team.type(number_of_days=2)
		sunday = at("2026-03-08 09:00")
		assert "09:00" in team.starts_of_ben(workshop, date(2026, 3, 8))
		booked = team.with_ann(workshop, sunday)
		bookings.reassign(booked, team.ben, NOW)
		assert rows(booked) == [(team.ben, sunday), (team.ben, sunday + DAY)]

	def test_a_full_week_keeps_from_a_meeting_that_begins_in_it(self):
		team = Team(EVERY_DAY, weekly_limit=1)
		meeting_of(team.ben, at("2026-03-05 09:00"))
		booked = team.with_ann(team.type(number_of_days=2))
		with pytest.raises(HostNotFree) as refused:
			bookings.reassign(booked, team.ben, NOW)
		assert [each.code for each in refused.value.objections] == ["WEEKLY_LIMIT"]
		assert refused.value.can_force

	def test_the_minutes_of_all_days_add_up(self):
		team = Team(weekly_minutes=90)
		workshop = team.type(number_of_days=2, duration_minutes=60)
		assert team.starts_of_ben(workshop, date(2026, 3, 2)) == []
		booked = team.with_ann(workshop)
		with pytest.raises(HostNotFree) as refused:
			bookings.reassign(booked, team.ben, NOW)
		assert [each.code for each in refused.value.objections] == ["WEEKLY_LIMIT"]

	def test_each_days_daily_limit_is_asked(self):
		team = Team(daily_limit=1)
		meeting_of(team.ben, at("2026-03-03 15:00"))
		booked = team.with_ann(team.type(number_of_days=2))
		with pytest.raises(HostNotFree) as refused:
			bookings.reassign(booked, team.ben, NOW)
		assert [each.code for each in refused.value.objections] == ["DAILY_LIMIT"]


def test_a_hold_does_not_keep_a_manager_from_reassigning():
	team = Team()
	call = team.type()
	booked = team.with_ann(call)
	door.hold_slot(team.page.slug, call.slug, "2026-03-02T09:00:00+00:00", None, None, "198.51.100.1", NOW)
	bookings.reassign(booked, team.ben, NOW)
	assert frappe.get_doc("Booking", booked).host == team.ben


class TestWhileItGoesOn:
	def test_a_past_day_that_the_new_host_was_busy_on_is_no_reason(self):
		team = Team()
		booked = team.with_ann(team.type(number_of_days=3))
		meeting_of(team.ben, NINE)
		bookings.reassign(booked, team.ben, NOW + DAY)
		assert rows(booked) == [(team.ann, NINE), (team.ben, NINE + DAY), (team.ben, NINE + 2 * DAY)]
		booking = frappe.get_doc("Booking", booked)
		assert (booking.host, booking.host_users()) == (team.ben, [team.ben])
		assert [start for start, _end in booking.parts()] == [NINE, NINE + DAY, NINE + 2 * DAY]
		booking.host_notes = "Took over from Ann"
		booking.save()

	def test_what_is_to_come_must_be_free(self):
		team = Team()
		booked = team.with_ann(team.type(number_of_days=3))
		meeting_of(team.ben, NINE + 2 * DAY)
		with pytest.raises(HostNotFree):
			bookings.reassign(booked, team.ben, NOW + DAY)

	def test_a_session_leaves_its_past_day_with_who_held_it(self):
		team = Team()
		workshop = team.type(number_of_days=2, seats=3)
		first, second = team.with_ann(workshop), team.with_ann(workshop)
		meeting_of(team.ben, NINE)
		bookings.reassign(first, team.ben, NOW + DAY)
		for booked in (first, second):
			assert rows(booked) == [(team.ann, NINE), (team.ben, NINE + DAY)]
		hosts = [team.ann, team.ben]
		held = frappe.get_all("Booking Slot", {"session": ["is", "set"], "host": ["in", hosts]}, ["host", "bucket"])
		assert {host for host, bucket in ((each.host, each.bucket * 300) for each in held) if bucket > NINE + HOUR} == {
			team.ben
		}

	def test_its_remaining_days_can_be_cancelled(self):
		team = Team()
		booked = team.with_ann(team.type(number_of_days=2))
		bookings.reassign(booked, team.ben, NOW + DAY)
		bookings.cancel_by_host(booked, "", NOW + DAY)
		assert not frappe.db.exists("Booking Slot", {"booking": booked})


class TestBuffers:
	"""Ben has buffers of an hour in meeting types that use the host's defaults. Ann has none."""

	@pytest.fixture
	def team(self):
		return Team(buffer_minutes=60)

	@pytest.fixture
	def others(self, team):
		"""Create another page and type for Ben, without buffers."""
		page = make_page(team.ben)
		return page, make_meeting_type(page, **OWN_RULES)

	def test_each_host_of_a_collective_meeting_keeps_their_own(self, team, others):
		door.book(payload(team.page, team.type(assignment="Collective"), NINE + 3 * HOUR), NOW)
		assert {"11:00", "11:30", "12:00", "12:30", "13:00"}.isdisjoint(offered(*others))
		assert {"10:30", "13:30"} <= {*offered(*others)}

	def test_a_reassigned_meeting_has_those_of_its_new_host(self, team, others):
		booked = team.with_ann(team.type(), NINE + 3 * HOUR)
		bookings.reassign(booked, team.ben, NOW)
		assert {"11:00", "11:30", "12:00", "12:30", "13:00"}.isdisjoint(offered(*others))
		assert {"10:30", "13:30"} <= {*offered(*others)}

	def test_a_booking_that_joins_a_session_has_its_hosts_own(self, team, others):
		workshop = team.type(assignment="Collective", seats=2)
		for _each in range(2):
			door.book(payload(team.page, workshop, NINE + 3 * HOUR), NOW)
		kept = frappe.get_all(
			"Booking Host", {"user": team.ben, "meeting_type": workshop.name}, pluck="buffer_after_minutes"
		)
		assert kept == [60, 60]
