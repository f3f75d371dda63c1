"""Blocks a host's time while a meeting on an external scheduler takes it."""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.platform.clock import to_site_time


def keep_blocked(booking: Document) -> None:
	"""Make, move or remove the Blocked Time of an Outside Booking, so that nobody is offered its time.

	Slots are computed from Blocked Times anyway, so no further query is needed. The time of a meeting that took place
	stays blocked, the time of a cancelled one doesn't.
	"""
	# A locking read: see `engagement.follow`. The caller has locked the Outside Booking.
	mine = {"outside_booking": booking.name}
	name = frappe.db.get_value("Blocked Time", mine, "name", order_by="creation", for_update=True)
	if booking.status in ("Cancelled", "Rescheduled") or not booking.starts_at:
		if name:
			# A webhook asks for this, so nobody is signed in.
			frappe.delete_doc("Blocked Time", name, ignore_permissions=True)
		return
	blocked = frappe.get_doc("Blocked Time", name) if name else _new(booking)
	if (blocked.starts_at, blocked.ends_at) == (booking.starts_at, booking.ends_at):
		return
	blocked.update(
		{
			"start_time": to_site_time(booking.starts_at),
			"end_time": to_site_time(booking.ends_at),
			"starts_at": booking.starts_at,
			"ends_at": booking.ends_at,
		}
	)
	# A webhook of the external scheduler caused this, so the host isn't signed in.
	blocked.flags.ignore_links = True
	blocked.save(ignore_permissions=True)


def _new(booking: Document) -> Document:
	return frappe.get_doc(
		{
			"doctype": "Blocked Time",
			"user": booking.consultant,
			"reason": _("Booked on {0}").format(booking.provider),
			"outside_booking": booking.name,
		}
	)
