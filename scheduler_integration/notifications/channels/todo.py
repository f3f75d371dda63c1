"""The channel to-do: an entry in the list of each host in the desk."""

from datetime import timedelta

import frappe

from scheduler_integration.engine import local_date
from scheduler_integration.notifications.channels.channel import Action, Channel, text_of
from scheduler_integration.outbox.outcomes import Done, Outcome

# Somebody who missed a meeting is called soon, or not at all.
_URGENT = {"priority": "High"}
_SATURDAY = 5


class Todo(Channel):
	"""A to-do about the booking, for each host."""

	name = "To-do"
	kind = "todo"

	def run(self, action: Action, now: int) -> Outcome:
		"""Give the host a to-do. It is stored in the transaction that stores the task as done."""
		fields: dict[str, object] = {}
		if action.automation.trigger == "No Show":
			# The next day from Monday to Friday, by the reader's calendar.
			day = local_date(now, action.reader.zone) + timedelta(days=1)
			if day.weekday() >= _SATURDAY:
				day += timedelta(days=7 - day.weekday())
			fields = _URGENT | {"date": day}
		todo = frappe.get_doc(
			{
				"doctype": "ToDo",
				"allocated_to": action.reader.user,
				"description": frappe.utils.escape_html(text_of(action)),
				"reference_type": "Booking",
				"reference_name": action.booking.name,
				**fields,
			}
		)
		# The outbox acts here, for no user.
		return Done(todo.insert(ignore_permissions=True).name)
