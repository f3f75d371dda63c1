"""The channel to-do: an entry in the list of each host in the desk."""

import frappe

from scheduler_integration.notifications.channels.channel import Action, Channel, text_of
from scheduler_integration.outbox.outcomes import Done, Outcome


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
			}
		)
		# The outbox acts here, for no user.
		return Done(todo.insert(ignore_permissions=True).name)
