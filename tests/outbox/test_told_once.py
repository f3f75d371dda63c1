"""Random changes, time and faults: when all has settled, everybody got what the last state asks for, each once."""

from collections import Counter

import frappe
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from icalendar import Calendar

from scheduler_integration import bookings
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.chain import predecessor
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.outbox import claims
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, fresh, make_meeting_type, make_team_page, make_user, payload
from tests.support.outbox import tasks
from tests.support.site import set_test_mode
from tests.support.smtp import sending_to_inbox

NOW = at("2026-03-02 06:00")
FIRST = at("2026-03-30 09:00")
DAY, HALF = 86400, 1800
REFERENCES = st.integers(0, 7)


class Changes(RuleBasedStateMachine):
	"""Bookings change while mails are refused and workers die."""

	site = inbox = None

	@initialize()
	def open(self):
		self.now, self.booked = NOW, []
		self.inbox.refusing = False
		self.hosts = [make_user(name) for name in ("Ann", "Ben", "Cem")]
		page = make_team_page(self.hosts)
		self.types = [
			make_meeting_type(page, assignment="Round Robin"),
			make_meeting_type(page, assignment="Round Robin", requires_confirmation=1),
		]
		self.page = page
		frappe.db.commit()

	@rule(which=st.integers(0, 1))
	def book(self, which):
		start = FIRST + len(self.booked) * HALF
		request = payload(self.page, self.types[which], start, guests=[f"{fresh('bob')}@guests.example"])
		self.booked.append(door.book(request, self.now).id)
		frappe.db.commit()

	@precondition(lambda self: self.booked)
	@rule(of=REFERENCES, move=st.sampled_from(["cancel", "confirm", "decline", "reassign"]), to=st.integers(0, 2))
	def change(self, of, move, to):
		name = self.booked[of % len(self.booked)]
		try:
			if move == "reassign":
				bookings.reassign(name, self.hosts[to], self.now)
			elif move == "confirm":
				bookings.confirm(name, self.now)
			else:
				{"cancel": bookings.cancel_by_host, "decline": bookings.decline}[move](name, "", self.now)
			frappe.db.commit()
		except SchedulingError:
			frappe.db.rollback()

	@precondition(lambda self: self.booked)
	@rule(of=REFERENCES, by=st.sampled_from([1, 2, 7]))
	def reschedule(self, of, by):
		name = self.booked[of % len(self.booked)]
		start = frappe.db.get_value("Booking", name, "starts_at") + by * DAY
		try:
			moved = bookings.reschedule_by_host(name, RescheduleRequest(start), self.now)
			frappe.db.commit()
		except SchedulingError:
			frappe.db.rollback()
		else:
			self.booked.append(moved.id)

	@rule(seconds=st.sampled_from([1, 90, 3600, DAY]))
	def time_passes(self, seconds):
		self.now += seconds

	@rule()
	def jobs_run(self):
		bookings.run_due_tasks(lambda: self.now, 60)

	@rule()
	def mail_server_changes_its_mind(self):
		self.inbox.refusing = not self.inbox.refusing

	@rule()
	def worker_dies_with_its_tasks(self):
		claims.claim(self.now, 3, claims.Wanted())

	def teardown(self):
		if not hasattr(self, "booked"):
			return
		self.inbox.refusing = False
		for _each in range(3):
			self.now += DAY
			bookings.run_due_tasks(lambda: self.now, 60)
		mails = [self.inbox.arrived.get() for _each in range(self.inbox.arrived.qsize())]
		for name in self.booked:
			self.check(frappe.get_doc("Booking", name), mails)

	def check(self, booking, mails):
		found = tasks(booking.name)
		assert {task.status for task in found} <= {"Sent", "Skipped"}
		sent = [task for task in found if task.status == "Sent"]
		got = Counter(str(message["Message-Id"]).strip("<>") for _to, message in mails)
		assert [got[task.key] for task in sent] == [1] * len(sent)
		if booking.status == "Rescheduled":
			# Its invitation has moved on to the booking that took its place.
			return
		is_off = booking.status in RELEASED
		present = {booking.attendee_email, *(row.email for row in booking.guests), *booking.host_users()}
		for reader in present:
			_method, last = self.last_to(reader, booking, mails)
			assert last == ("CANCEL" if is_off else "REQUEST", booking.sequence), reader
		for former in set(self.hosts) - present:
			told, last = self.last_to(former, booking, mails)
			assert not told or last[0] == "CANCEL", former

	def last_to(self, reader, booking, mails):
		"""Return the methods that the reader got for the booking, and the last one with its sequence."""
		of_booking = {task.key for name in chain(booking) for task in tasks(name, target=reader)}
		got = [message for _to, message in mails if str(message["Message-Id"]).strip("<>") in of_booking]
		entries = [calendar_of(message) for message in got]
		return [method for method, _sequence in entries], entries[-1] if entries else None


def chain(booking):
	"""Return the names of the booking and of those whose place it took."""
	while booking:
		yield booking.name
		booking = predecessor(booking)


def calendar_of(message):
	(part,) = (part for part in message.walk() if part.get_content_type() == "text/calendar")
	calendar = Calendar.from_ical(part.get_payload(decode=True))
	return str(calendar["METHOD"]), int(calendar.walk("VEVENT")[0]["SEQUENCE"])


@pytest.mark.slow
def test_everybody_gets_what_the_last_state_asks_for_once(site, commit_clean):
	with sending_to_inbox(site) as inbox:
		site.connect()
		set_test_mode(False)
		# Frappe admits 60 new users an hour.
		frappe.local.conf["throttle_user_limit"] = 1000
		Changes.site, Changes.inbox = site, inbox
		checks = [HealthCheck.too_slow, HealthCheck.filter_too_much]
		run_state_machine_as_test(
			Changes,
			settings=settings(
				max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=checks, database=None
			),
		)
