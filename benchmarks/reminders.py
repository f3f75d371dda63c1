"""Measures the time that a due reminder costs one worker: in the app, and in Frappe's Email Queue. No mail leaves."""

import time
from collections.abc import Callable
from typing import Any

import frappe

from scheduler_integration.jobs import outbox
from scheduler_integration.notifications import email
from scheduler_integration.platform.clock import now
from tests.support import door
from tests.support.factories import make_meeting_type, make_page, payload
from tests.support.site import opened, undoing_commits

BOOKINGS = 45
DAY = 86400
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Clocked:
	"""Counts the processor time that a function takes, in seconds."""

	def __init__(self, function: Callable[..., Any]):
		self.function, self.seconds = function, 0.0

	def __call__(self, *args: Any, **kwargs: Any) -> Any:
		began = time.process_time()
		try:
			return self.function(*args, **kwargs)
		finally:
			self.seconds += time.process_time() - began


def main() -> None:
	"""Print the processor time for one reminder, and for 10,000 that are due at once."""
	with opened(), undoing_commits():
		# A site without a mail account refuses every mail.
		frappe.local.conf["mail_server"] = "localhost"
		names, due = _book(BOOKINGS)
		frappe.sendmail, email.send_row = Clocked(frappe.sendmail), Clocked(email.send_row)
		began = time.process_time()
		count = outbox.run_due_tasks(lambda: due, 600)
		whole = time.process_time() - began
		due_tasks = {"booking": ["in", names], "due_at": ["<=", due]}
		left = frappe.get_all(
			"Outbox Task", {**due_tasks, "status": ["!=", "Sent"]}, ["kind", "purpose", "status", "error"]
		)
		assert not left, left[0]
		framework = frappe.sendmail.seconds + email.send_row.seconds
		own = (whole - framework) / count
		print(f"reminders: {own * 1000:.1f} ms of the processor each, {own * 10_000:.0f} s for 10,000,", end=" ")
		print(f"and {framework / count * 1000:.1f} ms each in Frappe's Email Queue")


def _book(count: int) -> tuple[list[str], int]:
	"""Make bookings with three reminders each, and deliver their confirmations.

	Returns the bookings, and when all reminders are due.
	"""
	page, instant = make_page(hours={day: ["00:00-00:00"] for day in DAYS}), now()
	meeting_type, first = make_meeting_type(page, reminders="1440"), (instant // DAY + 10) * DAY
	names = []
	for index in range(count):
		guests = [f"guest-{index}@guests.example"]
		names.append(door.book(payload(page, meeting_type, first + index * 1800, guests=guests), instant).id)
	frappe.db.commit()
	outbox.run_due_tasks(lambda: instant, 600)
	return names, first - DAY + count * 1800


if __name__ == "__main__":
	main()
