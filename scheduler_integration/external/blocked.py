"""Blocks a host's time while a meeting on an external scheduler takes it."""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.platform.clock import to_site_time


def keep_blocked(outside: Document) -> None:
	"""Make, move or remove the Blocked Time of an Outside Booking, so that nobody is offered its time.

	Slots are computed from Blocked Times anyway, so no further query is needed. The time of a meeting that took place
	stays blocked, the time of a cancelled one doesn't.
	"""
	# A locking read: see `engagement.follow`. The caller has locked the Outside Booking.
	mine = {"outside_booking": outside.name}
	name = frappe.db.get_value("Blocked Time", mine, "name", order_by="creation", for_update=True)
	if outside.status in ("Cancelled", "Rescheduled") or not outside.starts_at:
		if name:
			frappe.delete_doc("Blocked Time", name, ignore_permissions=True)
		return
	blocked = frappe.get_doc("Blocked Time", name) if name else _new(outside)
	if (blocked.starts_at, blocked.ends_at) == (outside.starts_at, outside.ends_at):
		return
	blocked.update(
		{
			"start_time": to_site_time(outside.starts_at),
			"end_time": to_site_time(outside.ends_at),
			"starts_at": outside.starts_at,
			"ends_at": outside.ends_at,
		}
	)
	# A webhook of the external scheduler caused this, so the host isn't signed in.
	blocked.flags.ignore_links = True
	blocked.save(ignore_permissions=True)


def _new(outside: Document) -> Document:
	return frappe.get_doc(
		{
			"doctype": "Blocked Time",
			"user": outside.consultant,
			"reason": _("Booked on {0}").format(outside.provider),
			"outside_booking": outside.name,
		}
	)
