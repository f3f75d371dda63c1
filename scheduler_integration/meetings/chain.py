"""The chain of a rescheduled booking: each booking replaces the one in `rescheduled_from`.

    A  Monday 09:00, Rescheduled  <---  B  Tuesday 10:00, Rescheduled  <---  C  Friday 14:00, Scheduled

The links and the idempotency keys of A and B lead to C. A unique index on `rescheduled_from` ensures that it is a chain.
"""

import frappe
from frappe.model.document import Document


def latest(booking: Document, *, for_update: bool = False) -> Document:
	"""Return the last booking of the chain, locked with `for_update`: the booking itself if it wasn't rescheduled.

	If a host gave the time back and the attendee hasn't chosen another one yet, the last one is Rescheduled too.
	"""
	while booking.status == "Rescheduled":
		# A locking read. After the wait for the booking's lock, an ordinary read may not show the successor yet.
		name = frappe.db.get_value("Booking", {"rescheduled_from": booking.name}, "name", for_update=for_update)
		if not name:
			break
		booking = frappe.get_doc("Booking", name, for_update=for_update)
	return booking


def predecessor(booking: Document) -> Document | None:
	"""Return the booking that this one replaced, or None. It may have been deleted since."""
	name = booking.rescheduled_from
	return frappe.get_doc("Booking", name) if name and frappe.db.exists("Booking", name) else None
