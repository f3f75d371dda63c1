"""Random changes, time and faults: when all has settled, each online meeting has one call, and no other call exists."""

import frappe
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from tests.conferencing.conftest import NOW, calls, settle
from tests.conferencing.worlds import WORLDS, World, opened
from tests.support.factories import at, make_meeting_type, make_team_page
from tests.support.histories import HALF, History, run_histories

FAULTS = st.sampled_from(
	[
		{"lost": True},
		{"status": 503},
		{"status": 500},
		{"status": 429, "headers": {"Retry-After": "30"}},
		{"status": 401},
	]
)


class Calls(History):
	"""Bookings change while the vendor fails in every way."""

	first = at("2036-03-31 09:00")
	world: World

	@initialize()
	def open(self):
		self.now = NOW
		self.make_hosts()
		self.world.begin(self.hosts)
		self.page = make_team_page(self.hosts)
		online = {"assignment": "Round Robin", "location_type": self.world.kind}
		self.types = [
			make_meeting_type(self.page, **online),
			make_meeting_type(self.page, **online, seats=3),
			make_meeting_type(self.page, **online, requires_confirmation=1),
		]
		frappe.db.commit()

	@rule(which=st.integers(0, 2), slot=st.integers(0, 2))
	def book(self, which, slot):
		self.make_booking(self.types[which], self.first + (slot + 4 * which) * HALF)

	@rule(fault=FAULTS, path=st.integers(0, 1), times=st.integers(1, 4))
	def fail(self, fault, path, times):
		# A refresh whose reply is lost ends the consent. That is another test.
		if not (path == 1 and "lost" in fault):
			self.world.stand_in.fail(self.world.paths[path], times=times, **fault)

	@rule(minutes=st.sampled_from([1, 10, 90]))
	def run(self, minutes):
		self.now += minutes * 60
		self.world.stand_in.clock.move_to(self.now)
		settle(*self.booked, now=self.now)

	def teardown(self):
		self.world.stand_in.faults.clear()
		self.run(6 * 60)
		self.world.recover(self.now)
		for _each in range(2):
			self.run(6 * 60)
		self.check()
		frappe.db.rollback()

	def check(self):
		assert self.world.stand_in.broken == []
		booked = [frappe.get_doc("Booking", name) for name in self.booked]
		live = [booking for booking in booked if booking.status == "Scheduled"]
		assert [each.name for each in booked if each.status == "Cancelled" and each.meeting_link] == []
		meetings = {booking.session or booking.name: booking for booking in live}
		assert all(each.meeting_link for each in live)
		assert {(each.session or each.name, each.meeting_link) for each in live} == {
			(name, each.meeting_link) for name, each in meetings.items()
		}
		ready = [row.join_url for row in calls(status="Ready", user=["in", self.hosts])]
		fallbacks = [each.meeting_link for each in meetings.values() if each.video_provider == "Jitsi"]
		there = self.world.live()
		for booking in meetings.values():
			if booking.video_provider != "Jitsi":
				call = there.pop(booking.meeting_link)
				assert call.host == booking.host
				assert call.start in (None, booking.starts_at)
		assert len(set(fallbacks)) == len(fallbacks)
		assert set(fallbacks) <= set(ready)
		assert not (there and self.world.can_delete), there
		assert len(ready) == self.rows_of(meetings.values())
		assert [row for row in calls(user=["in", self.hosts]) if row.status not in ("Ready", "Removed")] == []

	def rows_of(self, meetings):
		"""Return how many rows of Video Meeting these meetings have. Calls of a calendar's event have none."""
		return sum(booking.video_meeting != "calendar" for booking in meetings)


@pytest.mark.long
@pytest.mark.parametrize("vendor", WORLDS)
def test_each_online_meeting_has_one_call_in_the_end(vendor):
	with opened(vendor) as Calls.world:
		run_histories(Calls, 3)
