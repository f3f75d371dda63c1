"""Random lives of bookings: sequences of commands and passing time, compared with a simple model after each step.

The model knows bookings as plain records and decides by itself whether a command must succeed. After each step the
database must agree with it: states, buckets, seats, Events, sequences, ledger and links.
"""

from collections import Counter
from dataclasses import dataclass, field

import frappe
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from scheduler_integration import bookings
from scheduler_integration.bookings.commands.cancel import decline_unanswered
from scheduler_integration.bookings.commands.outcome import complete_past
from scheduler_integration.bookings.guard import BUCKET_SECONDS
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.status import LIVE, OPEN
from scheduler_integration.meetings.tokens import find_by_token, manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_team_page, make_user, payload

HOUR = 3600
# Monday 06:00, before the hours begin.
BEGIN = at("2026-03-02 06:00")
STARTS = [at(f"2026-03-0{day} {9 + half // 2:02}:{half % 2 * 30:02}") for day in (2, 3, 4) for half in range(5)]
SEATS = 3
MOST_A_DAY = 2

starts = st.sampled_from(STARTS)
numbers = st.integers(0, 30)


@dataclass
class Meeting:
	"""A booking in the model. `links` are the tokens that must lead to it."""

	kind: str
	start: int
	host: str
	status: str
	sequence: int = 0
	links: list = field(default_factory=list)

	@property
	def end(self):
		return self.start + HOUR

	@property
	def is_live(self):
		return self.status in LIVE

	@property
	def is_open(self):
		return self.status in OPEN


class Life(RuleBasedStateMachine):
	def __init__(self):
		super().__init__()
		frappe.db.savepoint("life")
		self.now = BEGIN
		self.users = [make_user("Ann"), make_user("Ben")]
		self.page = make_team_page(self.users)
		shared = {"assignment": "Round Robin", "duration_minutes": 60, "slot_interval": 30, "reminders": "60, 15"}
		self.types = {
			"pool": make_meeting_type(self.page, daily_limit=MOST_A_DAY, **shared),
			"workshop": make_meeting_type(self.page, seats=SEATS, **shared),
			"request": make_meeting_type(self.page, requires_confirmation=1, **shared),
		}
		self.meetings: dict[str, Meeting] = {}

	def teardown(self):
		frappe.db.rollback(save_point="life")

	# The model's own rules

	def live(self, besides=()):
		return [each for name, each in self.meetings.items() if each.is_live and name not in besides]

	def session(self, kind, start, host, besides=()):
		"""Return the model's live bookings of the workshop that begins then."""
		if kind != "workshop":
			return []
		return [each for each in self.live(besides) if (each.kind, each.start, each.host) == (kind, start, host)]

	def can_join(self, kind, start, host, besides=()):
		return 0 < len(self.session(kind, start, host, besides)) < SEATS

	def is_free(self, kind, start, host, besides=()):
		others = [each for each in self.live(besides) if each.host == host]
		if any(each.start < start + HOUR and start < each.end for each in others):
			return False
		that_day = [each for each in others if each.kind == kind and each.start // 86400 == start // 86400]
		return kind != "pool" or len(that_day) < MOST_A_DAY

	def can_take(self, kind, start, host, besides=()):
		return self.can_join(kind, start, host, besides) or self.is_free(kind, start, host, besides)

	# Running commands

	def attempt(self, expected, command):
		"""Run the command. It must succeed exactly if the model expects it to. Returns its result, or None."""
		frappe.db.savepoint("step")
		result = refused = None
		try:
			result = command()
		except SchedulingError as error:
			frappe.db.rollback(save_point="step")
			refused = f"{error.code}: {error.message}"
		assert bool(expected) == (refused is None), refused or "should have been refused"
		return result

	def pick(self, number, *statuses):
		"""Return the name of a booking in one of these states, or in any; None if there is none."""
		names = [name for name, each in self.meetings.items() if not statuses or each.status in statuses]
		return names[number % len(names)] if names else None

	def record(self, name, kind, start, links=()):
		status, host, sequence = frappe.db.get_value("Booking", name, ["status", "host", "sequence"])
		token = manage_token(frappe.get_doc("Booking", name))
		self.meetings[name] = Meeting(kind, start, host, status, sequence, [*links, token])
		return self.meetings[name]

	def changed(self, name, status=None, host=None):
		"""Note a change that everybody is told about. The sequence must grow."""
		meeting = self.meetings[name]
		meeting.status, meeting.host = status or meeting.status, host or meeting.host
		before, meeting.sequence = meeting.sequence, frappe.db.get_value("Booking", name, "sequence")
		assert meeting.sequence > before

	def moved(self, old, new, start, status):
		was = self.meetings[old]
		meeting = self.record(new, was.kind, start, was.links)
		assert (meeting.host, meeting.status) == (was.host, status)
		assert meeting.sequence > was.sequence
		was.links = []
		self.changed(old, "Rescheduled")

	# Actions of people

	@rule(kind=st.sampled_from(["pool", "workshop", "workshop", "request"]), start=starts)
	def book(self, kind, start):
		able = [host for host in self.users if self.can_take(kind, start, host)]
		joinable = [host for host in able if self.can_join(kind, start, host)]
		wish = payload(self.page, self.types[kind], start)
		made = self.attempt(start >= self.now and able, lambda: door.book(wish, self.now))
		if made:
			meeting = self.record(made.id, kind, start)
			assert meeting.host in (joinable or able)
			assert meeting.status == ("Pending" if kind == "request" else "Scheduled")

	@initialize(chosen=st.lists(starts, min_size=4, max_size=4, unique=True))
	def some_are_booked(self, chosen):
		for kind, start in zip(["workshop", "workshop", "pool", "request"], [chosen[0], *chosen[:3]], strict=True):
			self.book(kind, start)

	@rule(number=numbers, start=starts)
	def attendee_reschedules(self, number, start):
		if not (name := self.pick(number)):
			return
		meeting = self.meetings[name]
		if not meeting.links:
			return
		can = meeting.is_open and meeting.start > self.now and start >= self.now and start != meeting.start
		can = can and self.can_take(meeting.kind, start, meeting.host, [name])
		token = meeting.links[number % len(meeting.links)]
		made = self.attempt(can, lambda: bookings.reschedule_by_token(token, RescheduleRequest(start), self.now))
		if made:
			self.moved(name, made.id, start, "Pending" if meeting.kind == "request" else "Scheduled")

	@rule(number=numbers, start=starts)
	def host_reschedules(self, number, start):
		if not (name := self.pick(number)):
			return
		meeting = self.meetings[name]
		can = meeting.is_open and meeting.end > self.now and start > self.now and start != meeting.start
		can = can and self.can_take(meeting.kind, start, meeting.host, [name])
		made = self.attempt(can, lambda: bookings.reschedule_by_host(name, RescheduleRequest(start), self.now))
		if made:
			self.moved(name, made.id, start, "Scheduled")

	@rule(number=numbers, start=starts)
	def host_reschedules_all(self, number, start):
		names = [name for name, each in self.meetings.items() if each.kind == "workshop"]
		if not names:
			return
		name = names[number % len(names)]
		meeting = self.meetings[name]
		same = [
			other
			for other, each in self.meetings.items()
			if each.is_open and (each.kind, each.start, each.host) == (meeting.kind, meeting.start, meeting.host)
		]
		can = meeting.is_open and meeting.end > self.now and start > self.now and start != meeting.start
		can = can and self.is_free(meeting.kind, start, meeting.host, same)
		request = RescheduleRequest(start)
		if self.attempt(can, lambda: bookings.reschedule_by_host(name, request, self.now, for_all=True)):
			for other in same:
				new = frappe.db.get_value("Booking", {"rescheduled_from": other}, "name")
				self.moved(other, new, start, "Scheduled")

	@rule(number=numbers)
	def manager_reassigns(self, number):
		if not (name := self.pick(number)):
			return
		meeting = self.meetings[name]
		(other,) = {*self.users} - {meeting.host}
		can = meeting.is_open and meeting.end > self.now and self.is_free(meeting.kind, meeting.start, other)
		if self.attempt(can, lambda: bookings.reassign(name, other, self.now)):
			if meeting.kind == "workshop":
				together = self.session(meeting.kind, meeting.start, meeting.host)
			else:
				together = [meeting]
			for each in [one for one, known in self.meetings.items() if known in together]:
				self.changed(each, host=other)

	@rule(number=numbers)
	def attendee_cancels(self, number):
		name = self.pick(number)
		if name and (meeting := self.meetings[name]).links:
			can = meeting.is_open and self.now <= meeting.start
			if self.attempt(can, lambda: bookings.cancel_by_token(meeting.links[0], "", self.now)):
				self.changed(name, "Cancelled")

	@rule(number=numbers)
	def host_cancels(self, number):
		if name := self.pick(number):
			meeting = self.meetings[name]
			can = meeting.is_open and self.now < meeting.end
			if self.attempt(can, lambda: bookings.cancel_by_host(name, "", self.now)):
				self.changed(name, "Cancelled")

	@rule(number=numbers, confirms=st.booleans())
	def host_answers(self, number, confirms):
		if name := self.pick(number, "Pending"):
			can = self.now < self.meetings[name].end
			answer = bookings.confirm if confirms else lambda name, now: bookings.decline(name, "", now)
			if self.attempt(can, lambda: answer(name, self.now)):
				self.changed(name, "Scheduled" if confirms else "Declined")

	@rule(number=numbers, came=st.booleans())
	def host_says_who_came(self, number, came):
		if not (name := self.pick(number)):
			return
		meeting, after = self.meetings[name], "Completed" if came else "No Show"
		begun = meeting.status == "Scheduled" and meeting.start <= self.now
		corrected = {meeting.status, after} == {"Completed", "No Show"}
		say = bookings.complete if came else lambda name, now: bookings.mark_no_show(name, "", now)
		if self.attempt(begun or corrected, lambda: say(name, self.now)):
			meeting.status = after

	@rule(seconds=st.sampled_from([-1800, 0, 600, HOUR, HOUR + 900]))
	def time_passes(self, seconds):
		"""Let the time come that lies this many seconds after the start of the next meeting."""
		moments = [each.start + seconds for each in self.live() if each.start + seconds > self.now]
		self.now = min(moments, default=self.now)

	@rule()
	def jobs_run(self):
		for name, meeting in self.meetings.items():
			decline_unanswered(name, self.now) if meeting.start <= self.now else None
			complete_past(name, self.now) if meeting.end + 900 <= self.now else None
			if meeting.status == "Pending" and meeting.start <= self.now:
				self.changed(name, "Declined")
			elif meeting.status == "Scheduled" and meeting.end + 900 <= self.now:
				meeting.status = "Completed"

	# Rules that hold after each step

	@invariant()
	def states_and_hosts_agree(self):
		rows = frappe.get_all(
			"Booking", {"scheduling_page": self.page.name}, ["name", "status", "host", "starts_at", "sequence"]
		)
		assert {row.name: (row.status, row.host, row.starts_at, row.sequence) for row in rows} == {
			name: (each.status, each.host, each.start, each.sequence) for name, each in self.meetings.items()
		}

	@invariant()
	def the_guard_holds_what_is_live(self):
		slots = frappe.get_all("Booking Slot", {"host": ["in", self.users]}, ["host", "bucket"])
		wanted = {
			(each.host, each.start // BUCKET_SECONDS + index)
			for each in self.live()
			for index in range(HOUR // BUCKET_SECONDS)
		}
		assert Counter((row.host, row.bucket) for row in slots) == Counter(wanted)
		rows = frappe.get_all(
			"Booking Host", {"user": ["in", self.users], "is_live": 1}, pluck="parent", parent_doctype="Booking"
		)
		assert sorted(rows) == sorted(name for name, each in self.meetings.items() if each.is_live)

	@invariant()
	def seats_are_those_of_live_attendees(self):
		seats = frappe.get_all("Booking Seat", {"booking": ["in", [*self.meetings, ""]]}, pluck="booking")
		assert sorted(seats) == sorted(
			name for name, each in self.meetings.items() if each.is_live and each.kind == "workshop"
		)

	@invariant()
	def each_live_meeting_has_one_event(self):
		events = {}
		for name, each in self.meetings.items():
			if each.is_live:
				meeting = (each.kind, each.start, each.host) if each.kind == "workshop" else name
				events.setdefault(meeting, set()).add(frappe.db.get_value("Booking", name, "event"))
		assert all(len(found) == 1 for found in events.values())
		shown = [event for found in events.values() for event in found]
		assert len(shown) == len(set(shown))
		there = frappe.get_all("Event", {"owner": ["in", self.users], "status": ["!=", "Cancelled"]}, pluck="name")
		assert sorted(there) == sorted(shown)

	@invariant()
	def every_link_leads_to_the_last_booking(self):
		for name, each in self.meetings.items():
			assert all(find_by_token(token).name == name for token in each.links)

	@invariant()
	def no_reminder_is_an_orphan(self):
		waiting = {"booking": ["in", [*self.meetings, ""]], "purpose": "reminder", "status": "Pending"}
		for task in frappe.get_all("Outbox Task", waiting, ["booking", "target", "due_at"]):
			meeting = self.meetings[task.booking]
			# Before the meeting people are reminded of it, and an hour after it they are thanked.
			assert task.due_at in (meeting.start - HOUR, meeting.start - 900, meeting.end + HOUR)
			assert meeting.status == "Scheduled" or (meeting.status == "Completed" and task.due_at > meeting.end)
			assert task.target == meeting.host or task.target not in self.users

	@invariant()
	def the_ledgers_are_even(self):
		for kind in self.types.values():
			assert sum(frappe.get_all("Round Robin Turn", {"meeting_type": kind.name}, pluck="credit")) == 0


def test_random_lives_agree_with_the_model():
	run_state_machine_as_test(
		Life,
		settings=settings(
			max_examples=6,
			stateful_step_count=25,
			deadline=None,
			derandomize=True,
			suppress_health_check=list(HealthCheck),
		),
	)
