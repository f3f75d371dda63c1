"""Random changes, time and faults: when all has settled, everybody got what the last state asks for, each once."""

from collections import Counter

import frappe
import pytest
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule
from icalendar import Calendar

from scheduler_integration.jobs import outbox
from scheduler_integration.meetings.chain import predecessor
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.outbox import claims
from tests.support.factories import at, fresh, make_meeting_type, make_team_page
from tests.support.histories import DAY, HALF, History, run_histories
from tests.support.outbox import tasks
from tests.support.site import set_test_mode
from tests.support.smtp import sending_to_inbox

NOW = at("2026-03-02 06:00")


class Messages(History):
	"""Bookings change while mails are refused and workers die."""

	first = at("2026-03-30 09:00")
	inbox = None

	@initialize()
	def open(self):
		self.now = NOW
		self.inbox.refusing = False
		self.make_hosts()
		self.page = make_team_page(self.hosts)
		self.types = [
			make_meeting_type(self.page, assignment="Round Robin"),
			make_meeting_type(self.page, assignment="Round Robin", requires_confirmation=1),
		]
		frappe.db.commit()

	@rule(which=st.integers(0, 1))
	def book(self, which):
		start = self.first + len(self.booked) * HALF
		self.make_booking(self.types[which], start, guests=[f"{fresh('bob')}@guests.example"])

	@rule(seconds=st.sampled_from([1, 90, 3600, DAY]))
	def time_passes(self, seconds):
		self.now += seconds

	@rule()
	def jobs_run(self):
		outbox.run_due_tasks(lambda: self.now, 60)

	@rule()
	def mail_server_changes_its_mind(self):
		self.inbox.refusing = not self.inbox.refusing

	@rule()
	def worker_dies_with_its_tasks(self):
		claims.claim(self.now, 3, claims.Wanted())

	def teardown(self):
		self.inbox.refusing = False
		for _each in range(3):
			self.now += DAY
			outbox.run_due_tasks(lambda: self.now, 60)
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
		is_on = booking.status not in RELEASED | {"Pending"}
		present = {booking.attendee_email, *(row.email for row in booking.guests), *booking.host_users()}
		for reader in present:
			_methods, last = self.last_to(reader, booking, mails)
			if is_on:
				method = "PUBLISH" if reader == booking.host else "REQUEST"
				assert last == (method, booking.sequence), reader
			else:
				# A request that was never confirmed is in nobody's calendar.
				assert not last or last[0] == "CANCEL", reader
		for former in set(self.hosts) - present:
			told, last = self.last_to(former, booking, mails)
			assert not told or last[0] == "CANCEL", former

	def last_to(self, reader, booking, mails):
		"""Return the methods that the reader got for the booking, and the last one with its sequence."""
		of_booking = {task.key for name in chain(booking) for task in tasks(name, target=reader)}
		got = [message for _to, message in mails if str(message["Message-Id"]).strip("<>") in of_booking]
		entries = [calendar for message in got if (calendar := calendar_of(message))]
		return [method for method, _sequence in entries], entries[-1] if entries else None


def chain(booking):
	"""Return the names of the booking and of those whose place it took."""
	while booking:
		yield booking.name
		booking = predecessor(booking)


def calendar_of(message):
	"""Return the method and the sequence of the invitation, None if the message has none."""
	parts = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
	if not parts:
		return None
	calendar = Calendar.from_ical(parts[0].get_payload(decode=True))
	return str(calendar["METHOD"]), int(calendar.walk("VEVENT")[0]["SEQUENCE"])


@pytest.mark.long
def test_everybody_gets_what_the_last_state_asks_for_once(site, commit_clean):
	with sending_to_inbox(site) as inbox:
		site.connect()
		set_test_mode(False)
		Messages.inbox = inbox
		run_histories(Messages, 8)
