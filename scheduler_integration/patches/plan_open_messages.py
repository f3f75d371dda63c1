"""Turns messages that were not sent yet into tasks of the outbox.

Before, a booking had fields of its own for the state of its messages. Their columns stay in the database, as Frappe
deletes no columns.
"""

import frappe

from scheduler_integration import clock
from scheduler_integration.meetings.changes import Change, Kind
from scheduler_integration.notifications.plan import messages
from scheduler_integration.outbox.tasks import plan


def execute() -> None:
	if not frappe.db.has_column("Booking", "delivery_status"):
		return
	now = clock.now()
	booking = frappe.qb.DocType("Booking")
	query = frappe.qb.from_(booking).select(booking.name, booking.delivery_status)
	open_ones = query.where(booking.delivery_status.isin(["Queued", "Failed"]) & (booking.ends_at > now)).run(
		as_dict=True
	)
	for row in open_ones:
		# Messages are about the present state, whatever the change was. A message in the Email Queue isn't sent twice.
		change = Change(Kind.BOOKED, frappe.get_doc("Booking", row.name), now)
		plan(row.name, messages(change), now, is_new=True)
		if row.delivery_status == "Failed":
			fields = {"status": "Failed", "error": "Not sent before the update. Try again if it is still of use."}
			frappe.db.set_value("Outbox Task", {"booking": row.name}, fields)
