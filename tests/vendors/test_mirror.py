"""Random bookings, moves, cancellations and faults: in the end the calendar's events equal the bookings."""

import os
import random
from collections.abc import Callable
from typing import Any

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.calendars.sync import sync
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.jobs import outbox
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_team_page, make_user, payload
from tests.support.vendors.connected import Connected, Vendor

# Years ahead: the server of other tests has a scheduler, which must not find this due. 2 March 2037 is a Monday.
NOW = at("2037-03-01 06:00")
NINE = at("2037-03-02 09:00")
HOUR, DAY = 3600, 86400


class Team:
	"""Two hosts with a calendar each, whose page is used at random."""

	def __init__(self, vendor: Vendor, dice: random.Random):
		self.vendor, self.dice, self.now = vendor, dice, NOW
		users = [make_user("Jane"), make_user("Tom")]
		self.page = make_team_page(users)
		self.type = make_meeting_type(self.page, duration_minutes=60, assignment="Round Robin")
		self.hosts = [vendor.connect(user=user, write_bookings=1) for user in users]
		frappe.db.commit()
		for host in self.hosts:
			assert sync(host.connection, NOW).error is None

	def act(self) -> None:
		action = self.dice.choices([self.book, self.cancel, self.reschedule, self.reassign], [5, 2, 3, 2])[0]
		try:
			action()
			frappe.db.commit()
		except SchedulingError:
			frappe.db.rollback()  # taken, or no such booking

	def book(self) -> None:
		door.book(payload(self.page, self.type, self._start()), self.now)

	def cancel(self) -> None:
		if booking := self._any():
			bookings.cancel_by_token(manage_token(booking), "Ill", self.now)

	def reschedule(self) -> None:
		if booking := self._any():
			bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(self._start()), self.now)

	def reassign(self) -> None:
		if booking := self._any():
			other = next(host.user for host in self.hosts if host.user != booking.host)
			bookings.reassign(booking.name, other, self.now)

	def deliver(self, later: int = 60) -> None:
		self.now += later
		# Messages have tests of their own.
		others = {"kind": ("!=", "calendar_event"), "status": "Pending"}
		frappe.db.set_value("Outbox Task", others, "status", "Skipped")
		frappe.db.commit()
		outbox.run_due_tasks(lambda: self.now, 30)
		frappe.db.rollback()

	def trouble(self) -> None:
		fail = self.vendor.stand_in.fail
		faults: tuple[Callable[[], Any], ...] = (
			lambda: None,
			lambda: fail("/events", method="POST", lost=True),
			lambda: fail("/events", method="PATCH", lost=True),
			lambda: fail("/events", method="DELETE", lost=True, times=3),
			lambda: fail("/events", status=429, times=2, headers={"Retry-After": "90"}),
			lambda: fail("/events", status=503, times=4),
			lambda: fail("/events", status=401),
			lambda: fail("/events", method="POST", cut=0.5),
			self.vendor.stand_in.expire_access,
		)
		self.dice.choice(faults)()

	def expected(self, host: Connected) -> list[tuple[int, int]]:
		filters = {"user": host.user, "parenttype": "Booking", "is_live": 1}
		return sorted(
			(row.starts_at, row.ends_at) for row in frappe.get_all("Booking Host", filters, ["starts_at", "ends_at"])
		)

	def written(self, host: Connected) -> list[tuple[int, int]]:
		live = [entry for entry in host.diary.entries.values() if not entry.removed]
		found = [host.diary.occurrence_at(entry, None) for entry in live]
		return sorted((each.starts_at, each.ends_at) for each in found)

	def _any(self) -> Any:
		users = [host.user for host in self.hosts]
		live = frappe.get_all("Booking", {"host": ("in", users), "status": "Scheduled"}, pluck="name", order_by="name")
		return frappe.get_doc("Booking", self.dice.choice(live)) if live else None

	def _start(self) -> int:
		return NINE + self.dice.randrange(3) * DAY + self.dice.randrange(8) * HOUR


@pytest.fixture(autouse=True)
def _committing(commit_clean):
	"""The outbox commits."""


@pytest.mark.long
@pytest.mark.parametrize("seed", [3])
def test_events_are_the_bookings(vendor, seed):
	dice = random.Random(seed)
	team = Team(vendor, dice)
	for _round in range(5):
		for _action in range(dice.randint(1, 5)):
			team.act()
		team.trouble()
		team.deliver()
		# Their own events come back, and take nobody's time.
		for host in team.hosts:
			sync(host.connection, team.now)
	vendor.stand_in.faults.clear()
	for _attempt in range(6):
		team.deliver(2 * HOUR)
	open_tasks = frappe.get_all("Outbox Task", {"kind": "calendar_event", "status": ("in", ("Pending", "Failed"))})
	assert open_tasks == []
	for host in team.hosts:
		assert team.written(host) == team.expected(host), f"seed {seed}"
		assert sync(host.connection, team.now, full=True).error is None
		assert not frappe.db.count("Calendar Busy Time", {"connection": host.connection})
	assert vendor.stand_in.invitations == []


@pytest.mark.skipif(not os.environ.get("BENCH"), reason="the embedded site doesn't read Google Calendar by itself")
def test_a_host_whose_calendar_frappe_reads_too_saw_the_meeting_twice(vendor):
	team = Team(vendor, random.Random(1))
	team.book()
	frappe.db.commit()
	team.deliver()
	ours = [entry.id for host in team.hosts for entry in host.diary.entries.values()]
	# As `insert_event_to_calendar` of Frappe's Google Calendar makes them.
	made = [
		frappe.get_doc(
			{
				"doctype": "Event", "subject": "Meeting", "event_type": "Private", "starts_on": "2037-03-02 09:00:00",
				"ends_on": "2037-03-02 10:00:00", "google_calendar_event_id": each, "pulled_from_google_calendar": 1,
			}
		).insert(ignore_permissions=True)
		for each in (*ours, "another")
	]  # fmt: skip
	for event in made:
		event.db_set("owner", team.hosts[0].user, update_modified=False)
	assert len(ours) == 1
	assert [bool(frappe.db.exists("Event", event.name)) for event in made] == [False, True]
