"""Random changes, time and faults: when all has settled, each online meeting has one call, and nothing else has."""

import frappe
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from scheduler_integration import bookings
from scheduler_integration.conferencing.replan import replan_host
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.conferencing.conftest import DAY, NOW, calls, settle
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_team_page, make_user, payload

FIRST = at("2036-03-31 09:00")
HALF, HOUR = 1800, 3600
REFERENCES = st.integers(0, 7)
FAULTS = st.sampled_from(
	[
		{"lost": True},
		{"status": 503},
		{"status": 500},
		{"status": 429, "headers": {"Retry-After": "30"}},
		{"status": 401},
	]
)


class Changes(RuleBasedStateMachine):
	"""Bookings change while Zoom fails in every way."""

	zoom = connect = None

	@initialize()
	def open(self):
		self.now, self.booked = NOW, []
		self.zoom.faults.clear()
		self.zoom.meetings.clear()
		self.hosts = [make_user(name) for name in ("Ann", "Ben", "Cem")]
		for user in self.hosts:
			self.connect(user, account=f"{user}.zoom")
		self.page = make_team_page(self.hosts)
		self.types = [
			make_meeting_type(self.page, assignment="Round Robin", location_type="Zoom"),
			make_meeting_type(self.page, assignment="Round Robin", location_type="Zoom", seats=3),
			make_meeting_type(self.page, assignment="Round Robin", location_type="Zoom", requires_confirmation=1),
		]
		frappe.db.commit()

	@rule(which=st.integers(0, 2), slot=st.integers(0, 2))
	def book(self, which, slot):
		request = payload(self.page, self.types[which], FIRST + (slot + 4 * which) * HALF)
		try:
			self.booked.append(door.book(request, self.now).id)
		except SchedulingError:
			frappe.db.rollback()
		frappe.db.commit()

	@precondition(lambda self: self.booked)
	@rule(of=REFERENCES, move=st.sampled_from(["cancel", "confirm", "reassign", "reschedule"]), to=st.integers(0, 2))
	def change(self, of, move, to):
		name = self.booked[of % len(self.booked)]
		try:
			if move == "reassign":
				bookings.reassign(name, self.hosts[to], self.now)
			elif move == "confirm":
				bookings.confirm(name, self.now)
			elif move == "reschedule":
				moved = RescheduleRequest(FIRST + (to + 1) * DAY + (of % 8) * HALF)
				self.booked.append(bookings.reschedule_by_host(name, moved, self.now).id)
			else:
				bookings.cancel_by_host(name, "", self.now)
		except SchedulingError:
			frappe.db.rollback()
		frappe.db.commit()

	@rule(fault=FAULTS, path=st.sampled_from(["/meetings", "/oauth/token"]), times=st.integers(1, 4))
	def fail(self, fault, path, times):
		# A refresh whose reply is lost ends the consent at Zoom: that is another test.
		if not (path == "/oauth/token" and "lost" in fault):
			self.zoom.fail(path, times=times, **fault)

	@rule(minutes=st.sampled_from([1, 10, 90]))
	def run(self, minutes):
		self.now += minutes * 60
		self.zoom.clock.move_to(self.now)
		settle(*self.booked, now=self.now)

	def teardown(self):
		self.zoom.faults.clear()
		self.run(6 * 60)
		# Accounts that seemed to be revoked are connected again.
		for user in self.hosts:
			frappe.db.set_value("Video Connection", {"user": user}, "status", "Connected")
			replan_host(user, self.now)
		for _each in range(2):
			self.run(6 * 60)
		self.check()
		frappe.db.rollback()

	def check(self):
		assert self.zoom.broken == []
		names = {name: frappe.get_doc("Booking", name) for name in self.booked}
		needed: dict[str, set[str]] = {}
		for booking in names.values():
			if booking.status == "Scheduled":
				needed.setdefault(booking.session or booking.name, set()).add(booking.meeting_link)
			else:
				assert not (booking.status == "Cancelled" and booking.meeting_link), booking.name
		ready = [row for row in calls(status="Ready") if row.user in self.hosts]
		assert sorted(row.join_url for row in ready) == sorted(link for links in needed.values() for link in links)
		assert all(len(links) == 1 and None not in links for links in needed.values()), needed
		at_zoom = sorted(row.external_id for row in ready if row.provider == "Zoom")
		assert sorted(self.zoom.meetings) == at_zoom
		assert [row for row in calls(user=["in", self.hosts]) if row.status not in ("Ready", "Removed")] == []
		for row in ready:
			if row.provider == "Zoom":
				booking = frappe.get_doc("Booking", {"video_meeting": row.name, "status": "Scheduled"})
				assert (row.user, row.starts_at) == (booking.host, booking.starts_at)
				assert self.zoom.meetings[row.external_id]["owner"] == f"{booking.host}.zoom"


@pytest.mark.slow
def test_each_online_meeting_has_one_call_in_the_end(zoom, connect_zoom):
	Changes.zoom, Changes.connect = zoom, staticmethod(connect_zoom)
	checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.filter_too_much]
	profile = settings(
		max_examples=6, stateful_step_count=14, deadline=None, suppress_health_check=checks, database=None
	)
	run_state_machine_as_test(Changes, settings=profile)
