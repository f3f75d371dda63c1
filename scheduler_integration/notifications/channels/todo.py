"""The channel to-do: an entry in the list of each host in the desk."""

from datetime import date, timedelta

import frappe

from scheduler_integration.engine import local_date
from scheduler_integration.notifications.channels.channel import Action, Channel, text_of
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.outcomes import Done, Outcome

# Somebody who missed a meeting is called soon, or not at all.
_URGENT = {"priority": "High"}
_SATURDAY = 5


def _next_working_day(reader: Reader, now: int) -> date:
	"""Return the next day from Monday to Friday, by the reader's calendar."""
	day = local_date(now, reader.zone) + timedelta(days=1)
	return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() >= _SATURDAY else day


class Todo(Channel):
	"""A to-do about the booking, for each host."""

	name = "To-do"
	kind = "todo"

	def run(self, action: Action, now: int) -> Outcome:
		"""Give the host a to-do. It is stored in the transaction that stores the task as done."""
		todo = frappe.get_doc(
			{
				"doctype": "ToDo",
				"allocated_to": action.reader.user,
				"description": frappe.utils.escape_html(text_of(action)),
				"reference_type": "Booking",
				"reference_name": action.booking.name,
				**(
					_URGENT | {"date": _next_working_day(action.reader, now)}
					if action.automation.trigger == "No Show"
					else {}
				),
			}
		)
		# The outbox acts here, for no user.
		return Done(todo.insert(ignore_permissions=True).name)
