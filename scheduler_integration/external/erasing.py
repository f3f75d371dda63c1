"""Erases a person from the records of bookings that were made on external schedulers."""

import frappe


def delete_outside_bookings(address: str) -> int:
	"""Delete the Outside Bookings of the person with this address, with their Events. Returns how many there were.

	The external scheduler keeps its own records. A webhook about a later change makes a new one.
	"""
	rows = frappe.get_all("Outside Booking", {"attendee_email": address}, ["name", "event"])
	for row in rows:
		# The person who asks isn't signed in.
		frappe.delete_doc("Outside Booking", row.name, ignore_permissions=True, force=True, delete_permanently=True)
		if row.event and frappe.db.exists("Event", row.event):
			frappe.delete_doc("Event", row.event, ignore_permissions=True, force=True, delete_permanently=True)
	return len(rows)
