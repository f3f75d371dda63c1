"""Random lives of two hosts who are disabled, enabled and connected again in any order, while their meetings change."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import frappe

from scheduler_integration import bookings
from scheduler_integration.calendars.leaving import leave, left_connections
from scheduler_integration.calendars.sync import sync
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.jobs import outbox
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_team_page, payload

# Years ahead: the server of other tests has a scheduler, which must not find this due. 2 March 2037 is a Monday.
NOW = at("2037-03-01 06:00")
NINE = at("2037-03-02 09:00")
HOUR, DAY = 3600, 86400


@dataclass
class Host:
	"""A host whose calendar is outside. `reconnect` is what they do on the page, `written` are the events there.

	`reconnect` returns the name of the connection, whether it is a new one or not.
	"""

	user: str
	reconnect: Callable[[], str]
	written: Callable[[], list[int]]

	@property
	def is_enabled(self) -> bool:
		return bool(frappe.db.get_value("User", self.user, "enabled"))

	def connections(self) -> list[str]:
		return frappe.get_all("Calendar Connection", {"user": self.user}, pluck="name")

	def hosted(self) -> list[int]:
		rows = {"user": self.user, "parenttype": "Booking", "is_live": 1}
		return sorted(frappe.get_all("Booking Host", rows, pluck="starts_at"))


class Life:
	"""A team of these hosts, which is used at random. `run` leaves everybody enabled and connected."""

	def __init__(self, hosts: list[Host], dice: random.Random):
		self.hosts, self.dice, self.now = hosts, dice, NOW
		self.page = make_team_page([host.user for host in hosts])
		self.type = make_meeting_type(self.page, duration_minutes=60, assignment="Round Robin")
		frappe.db.commit()

	def run(self, rounds: int = 6) -> None:
		for _round in range(rounds):
			for _action in range(self.dice.randint(1, 6)):
				self._act()
			self._jobs(self.dice.choice([60, HOUR, DAY]) if self.dice.random() < 0.7 else 0)
		for host in self.hosts:
			self._set_enabled(host, True)
			self._connect(host)
		for _attempt in range(4):
			self._jobs(2 * HOUR)

	def assert_outside_is_as_booked(self) -> None:
		for host in self.hosts:
			assert host.written() == host.hosted()
			(connection,) = host.connections()
			assert not frappe.db.count("Calendar Busy Time", {"connection": connection})
		open_tasks = {"kind": "calendar_event", "status": ("in", ("Pending", "Failed"))}
		assert not frappe.get_all("Outbox Task", open_tasks)

	def _act(self) -> None:
		host = self.dice.choice(self.hosts)
		acts: list[tuple[Callable[[], Any], int]] = [
			(lambda: door.book(payload(self.page, self.type, self._start()), self.now), 5),
			(lambda: self._any(lambda one: bookings.cancel_by_token(manage_token(one), "Ill", self.now)), 2),
			(lambda: self._any(self._move), 3),
			(lambda: self._any(self._reassign), 2),
			(lambda: self._set_enabled(host, not host.is_enabled), 3),
			(lambda: self._connect(host), 2),
		]
		try:
			self.dice.choices([act for act, _weight in acts], [weight for _act, weight in acts])[0]()
			frappe.db.commit()
		except SchedulingError:
			frappe.db.rollback()  # taken, nobody is enabled, or no such booking

	def _any(self, act: Callable[[Any], Any]) -> None:
		of_team = {"scheduling_page": self.page.name, "status": "Scheduled"}
		if live := frappe.get_all("Booking", of_team, pluck="name", order_by="name"):
			act(frappe.get_doc("Booking", self.dice.choice(live)))

	def _move(self, booking: Any) -> None:
		new = bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(self._start()), self.now)
		hosts = frappe.get_all("Booking Host", {"parent": new.id}, pluck="user")
		assert all(frappe.db.get_value("User", user, "enabled") for user in hosts)

	def _reassign(self, booking: Any) -> None:
		other = next(host.user for host in self.hosts if host.user != booking.host)
		bookings.reassign(booking.name, other, self.now)

	def _set_enabled(self, host: Host, wanted: bool) -> None:
		frappe.get_doc("User", host.user).update({"enabled": int(wanted)}).save()

	def _connect(self, host: Host) -> None:
		if host.is_enabled:
			host.reconnect()

	def _start(self) -> int:
		return NINE + 7 * DAY + self.dice.randrange(3) * DAY + self.dice.randrange(8) * HOUR

	def _jobs(self, later: int) -> None:
		"""Let time pass. With 0 the jobs are late, so that a person comes back before the tokens are revoked."""
		frappe.db.commit()
		if not later:
			return
		self.now += later
		for name in left_connections(self.now):
			leave(name, self.now)
		# Messages have tests of their own.
		others = {"kind": ("!=", "calendar_event"), "status": "Pending"}
		frappe.db.set_value("Outbox Task", others, "status", "Skipped")
		for host in self.hosts:
			for name in host.connections():
				if frappe.db.get_value("Calendar Connection", name, "status") != "Reconnect needed":
					sync(name, self.now)
		frappe.db.commit()
		outbox.run_due_tasks(lambda: self.now, 30)
		frappe.db.rollback()
