import frappe

from scheduler_integration.documents import Form


class RoundRobinTurn(Form):
	"""The ledger entry of one host in one round robin (see bookings/ledger.py)."""


def on_doctype_update():
	frappe.db.add_unique("Round Robin Turn", ["meeting_type", "user"], constraint_name="unique_turn_of_host")
