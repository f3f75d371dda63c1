import frappe

from scheduler_integration.controllers import Form


class RoundRobinTurn(Form):
	"""What one host of a round robin is owed (see bookings/turns.py)."""


def on_doctype_update():
	frappe.db.add_unique("Round Robin Turn", ["meeting_type", "user"], constraint_name="unique_turn_of_host")
