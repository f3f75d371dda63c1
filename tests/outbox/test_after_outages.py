"""Random outages of an hour, a day or a week in any channel, while bookings are made, moved and cancelled.

When all channels work again, everything outside is as the bookings say, nothing came twice, and no message came when
nobody needed it any more. `--outages=100` is a long run.
"""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

import frappe
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from werkzeug.wrappers import Request, Response

from scheduler_integration import bookings
from scheduler_integration.calendars.notices import tell_of_trouble
from scheduler_integration.calendars.sync import sync
from scheduler_integration.conferencing.notices import tell_of_waiting_calls
from scheduler_integration.jobs import outbox
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.outbox import claims
from scheduler_integration.outbox.failures import undelivered, waiting_at
from scheduler_integration.outbox.tasks import delete_tasks_of
from tests.conferencing.conftest import connect
from tests.support.calendars import due_at
from tests.support.factories import at, fresh, make_meeting_type, make_team_page
from tests.support.histories import DAY, HALF, History, run_histories
from tests.support.outbox import actions, tasks
from tests.support.site import set_test_mode
from tests.support.smtp import Inbox, sending_to_inbox
from tests.support.vendors.connected import Google
from tests.support.vendors.google import GoogleStandIn
from tests.support.vendors.setup import leading_to, set_up
from tests.support.vendors.stand_in import serving as serving_vendor
from tests.support.vendors.zoom import SCOPES, Zoom
from tests.support.wsgi import serving

# Years ahead: the server of other tests has a scheduler, which must not find this due.
NOW = at("2037-03-02 06:00")
HOUR = 3600
FAULTS = ({"status": 503}, {"status": 500}, {"status": 429, "headers": {"Retry-After": "20000"}}, {"cut": 0.5})


@dataclass
class Receiver:
	"""Keeps the bodies that it gets, and answers with `status`."""

	url: str = ""
	status: int = 200
	got: list[Any] = field(default_factory=list)

	def __call__(self, request: Request) -> Response:
		if self.status != 200:
			return Response("down", self.status, {"Retry-After": "30000"} if self.status == 429 else None)
		self.got.append(json.loads(request.data) if request.is_json else dict(request.form))
		return Response("OK")


@dataclass
class World:
	"""The systems outside, each of which can be down."""

	google: Google
	zoom: Zoom
	inbox: Inbox
	gateway: Receiver
	hook: Receiver

	def fail(self, channel: str, kind: int) -> None:
		if channel in ("google", "zoom"):
			self._vendor(channel).fail("", times=10**9, **FAULTS[kind])
		elif channel == "mail":
			self.inbox.is_down, self.inbox.refusing = bool(kind % 2), not kind % 2
		else:
			self._receiver(channel).status = (503, 500, 429, 404 if channel == "hook" else 502)[kind]

	def mend(self, channel: str) -> None:
		if channel in ("google", "zoom"):
			self._vendor(channel).faults.clear()
		elif channel == "mail":
			self.inbox.is_down = self.inbox.refusing = False
		else:
			self._receiver(channel).status = 200

	def move_clocks(self, now: int) -> None:
		for vendor in (self.google.stand_in, self.zoom):
			vendor.clock.move_to(now)

	def begin(self) -> None:
		for channel in CHANNELS:
			self.mend(channel)
		self.move_clocks(NOW)
		self.zoom.meetings.clear()
		for vendor in (self.google.stand_in, self.zoom):
			vendor.log.clear()
		for receiver in (self.gateway, self.hook):
			receiver.got.clear()

	def _vendor(self, channel: str) -> Any:
		return self.google.stand_in if channel == "google" else self.zoom

	def _receiver(self, channel: str) -> Receiver:
		return self.gateway if channel == "sms" else self.hook


CHANNELS = ("google", "zoom", "mail", "sms", "hook")


class Outages(History):
	"""Bookings change while channels are down, and workers die."""

	first = at("2037-03-09 09:00")
	world: World

	@initialize()
	def open(self) -> None:
		self.now = NOW
		self.until: dict[str, int] = {}
		self.mails: list[tuple[int, str]] = []
		self.long_outages = 0
		frappe.db.delete("Outbox Outage")
		self.world.begin()
		self.make_hosts()
		self.page = make_team_page(self.hosts)
		self.calendars = {user: self._connect(user) for user in self.hosts}
		places = ({"location_type": "Zoom"}, {"location_type": "Zoom", "seats": 3}, {"requires_confirmation": 1})
		self.types = [make_meeting_type(self.page, assignment="Round Robin", **each) for each in places]
		frappe.db.commit()

	def _connect(self, user: str) -> Any:
		connect(self.world.zoom, user, f"{user}.zoom", "Zoom", SCOPES)
		made = self.world.google.connect(user=user, write_bookings=1)
		# Hosts can be booked while their calendars can't be read.
		values = {"when_unreadable": "Offer my times all the same", "next_sync_at": 0}
		frappe.db.set_value("Calendar Connection", made.connection, values)
		frappe.db.commit()
		assert sync(made.connection, self.now).error is None
		return made

	@rule(which=st.integers(0, 2), slot=st.integers(0, 5))
	def book(self, which: int, slot: int) -> None:
		start = self.first + (slot % 3) * HALF + slot // 3 * 9 * DAY
		guests = [f"{fresh('bob')}@guests.example"]
		self.make_booking(self.types[which], start, guests=guests, attendee_phone="+4930901820")

	@rule(
		channel=st.sampled_from(CHANNELS),
		kind=st.integers(0, 3),
		hours=st.sampled_from([1, 24, 7 * 24]),
		is_waited_for=st.booleans(),
	)
	def outage(self, channel: str, kind: int, hours: int, is_waited_for: bool) -> None:
		if channel not in self.until:
			self.until[channel] = self.now + hours * HOUR
			self.long_outages += channel == "google" and hours > 12
			self.world.fail(channel, kind)
		if is_waited_for:
			self.pass_time(self.until[channel] - self.now)

	@rule(seconds=st.sampled_from([30, 20 * 60, 5 * HOUR]))
	def time_passes(self, seconds: int) -> None:
		self.pass_time(seconds)

	@rule()
	def worker_dies_with_its_tasks(self) -> None:
		claims.claim(self.now, 3, claims.Wanted())

	def pass_time(self, seconds: int) -> None:
		"""Run the jobs, after ten minutes and then ever more seldom. Outages end when their time has come."""
		began, end = self.now, self.now + seconds
		while self.now < end:
			step = min(max(600, (self.now - began) // 3), 6 * HOUR)
			self.now = min(self.now + step, end)
			self.world.move_clocks(self.now)
			for channel in [each for each, until in self.until.items() if until <= self.now]:
				self.world.mend(channel)
				del self.until[channel]
			self.run_jobs()

	def run_jobs(self) -> None:
		outbox.run_due_tasks(lambda: self.now, 60)
		bookings.complete_past_meetings(self.now)
		for name in due_at(self.now):
			sync(name, self.now)
		tell_of_trouble(self.now)
		tell_of_waiting_calls(self.now)
		frappe.db.commit()
		inbox = self.world.inbox.arrived
		arrived = [inbox.get()[1] for _each in range(inbox.qsize())]
		self.mails += [(self.now, str(message["Message-Id"]).strip("<>")) for message in arrived]

	def teardown(self) -> None:
		try:
			self.settle()
		finally:
			self.leave()

	def leave(self) -> None:
		"""Leave nothing that the next history would run."""
		frappe.db.rollback()
		delete_tasks_of(self.booked)
		frappe.db.set_value("Calendar Connection", {"user": ["in", self.hosts]}, "is_active", 0)
		frappe.db.commit()

	def settle(self) -> None:
		for channel in list(self.until):
			self.world.mend(channel)
		self.until.clear()
		self.pass_time(8 * HOUR)
		frappe.db.commit()
		booked = [frappe.get_doc("Booking", name) for name in self.booked]
		self.check_tasks()
		self.check_calendars([each for each in booked if each.status not in (*RELEASED, "Rescheduled")])
		self.check_calls([each for each in booked if each.status == "Scheduled"])
		self.check_messages()
		self.check_readers(booked)
		self.check_hosts()

	def check_tasks(self) -> None:
		assert undelivered(self.booked, self.now) == {}
		assert waiting_at([each.connection for each in self.calendars.values()], self.now) == {}
		states = Counter(task.status for name in self.booked for task in all_tasks(name) if task.due_at <= self.now)
		assert set(states) <= {"Sent", "Skipped"}, states

	def check_calendars(self, live: list[Any]) -> None:
		for user, connected in self.calendars.items():
			diary = connected.diary
			entries = [diary.occurrence_at(entry, None) for entry in diary.entries.values() if not entry.removed]
			there = Counter((entry.starts_at, entry.ends_at) for entry in entries)
			wanted = {(row.starts_at, row.ends_at) for each in live for row in each.hosts if row.user == user}
			assert set(there.values()) <= {1}
			assert {span for span in wanted if span[1] > self.now} <= set(there) <= wanted

	def check_calls(self, live: list[Any]) -> None:
		meetings = self.world.zoom.meetings
		online = [each for each in live if each.location_type == "Zoom"]
		assert all(each.meeting_link for each in online)
		at_zoom = {each.meeting_id: each for each in online if each.video_provider == "Zoom"}
		ours = {number for number, each in meetings.items() if each["owner"].removesuffix(".zoom") in self.hosts}
		over = frappe.get_all("Booking", {"name": ["in", self.booked], "status": "Completed"}, pluck="meeting_id")
		assert set(at_zoom) <= ours <= {*at_zoom, *over}
		for number, booking in at_zoom.items():
			start = datetime.strptime(meetings[number]["start_time"], "%Y-%m-%dT%H:%M:%SZ")
			assert int(start.replace(tzinfo=timezone.utc).timestamp()) == booking.starts_at
			assert meetings[number]["owner"] == f"{booking.host}.zoom"

	def check_messages(self) -> None:
		found = {task.key: task for name in self.booked for task in all_tasks(name)}
		mailed = [(when, key) for when, key in self.mails if key in found]
		called = [each["id"] for each in self.world.hook.got]
		for keys in ([key for _when, key in mailed], called):
			assert set(Counter(keys).values()) <= {1}
		for when, key in mailed:
			assert not found[key].expires_at or when <= found[key].expires_at
		sent = [task for task in found.values() if task.status == "Sent"]
		assert {key for _when, key in mailed} == {task.key for task in sent if task.kind == "email"}
		assert set(called) == {task.key for task in sent if task.kind == "webhook"}
		assert len(self.world.gateway.got) == len([task for task in sent if task.kind == "sms"])
		assert all(not task.expires_at or task.done_at <= task.expires_at for task in sent)
		# A program wants to know of a change, also after a week.
		overdue = [task for task in found.values() if task.status == "Skipped" and "moment has passed" in task.error]
		assert [task for task in overdue if task.kind == "webhook"] == []

	def check_readers(self, booked: list[Any]) -> None:
		"""Attendees and guests of meetings to come got the message about the last state."""
		for booking in booked:
			if booking.status != "Rescheduled" and booking.ends_at > self.now:
				for reader in (booking.attendee_email, *(row.email for row in booking.guests)):
					told = tasks(booking.name, kind="email", target=reader, status="Sent")
					assert booking.sequence in [json.loads(task.payload)["sequence"] for task in told], reader

	def check_hosts(self) -> None:
		"""Each host got one mail for each long outage of their calendar."""
		for connected in self.calendars.values():
			assert frappe.db.count("Email Queue", {"reference_name": connected.connection}) <= self.long_outages


def all_tasks(booking: str) -> list[Any]:
	return [*tasks(booking), *actions(booking)]


@contextmanager
def _world(site: Any) -> Iterator[World]:
	with ExitStack() as stack:
		inbox = stack.enter_context(sending_to_inbox(site))
		site.connect()
		set_test_mode(False)
		google, zoom = GoogleStandIn(), Zoom()
		for key, vendor in (("google", google), ("zoom", zoom)):
			stack.enter_context(serving_vendor(vendor))
			stack.enter_context(leading_to(key, vendor))
			set_up(key, vendor)
		gateway, hook = Receiver(), Receiver()
		gateway.url, hook.url = (stack.enter_context(serving(each)) for each in (gateway, hook))
		yield World(Google(google), zoom, inbox, gateway, hook)
		google.assert_sound()
		zoom.assert_sound()


@pytest.fixture
def world(site: Any, commit_clean: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
	pytest.importorskip("googleapiclient")
	with _world(site) as made:
		monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", ["127.0.0.1"])
		settings = frappe.get_doc("SMS Settings")
		gateway = {"sms_gateway_url": made.gateway.url, "message_parameter": "text", "receiver_parameter": "to"}
		settings.update({**gateway, "use_post": 1})
		settings.flags.ignore_mandatory = True
		settings.save()
		frappe.db.set_single_value("Scheduler Settings", "sms_enabled", 1)
		for trigger in ("Booked", "Cancelled", "Rescheduled"):
			hook = {"channel": "Webhook", "webhook_url": made.hook.url, "webhook_secret": "s3cret"}
			frappe.get_doc({"doctype": "Meeting Automation", "title": trigger, "trigger": trigger, **hook}).insert()
		frappe.get_doc(
			{
				"doctype": "Meeting Automation",
				"title": "Note",
				"trigger": "Booked",
				"channel": "To-do",
				"text": "Prepare",
			}
		).insert()
		frappe.db.commit()
		yield made
		frappe.db.delete("Singles", {"doctype": "SMS Settings"})
		frappe.db.commit()


@pytest.mark.long
def test_after_any_outage_everything_outside_is_as_the_bookings_say(world, request):
	Outages.world = world
	run_histories(Outages, request.config.getoption("--outages"))
