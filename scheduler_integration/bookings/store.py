"""Stores bookings. Several bookings of a session or a series are stored together, with as many statements as one.

Frappe itself stores a single booking, and notes a version of it. For several it has no such function. Each `save` takes
about twenty statements, all under the hosts' locks. So their rows are written here. Other apps' hooks run for each booking
in both cases. The notes on the bookings' timelines say what was changed.
"""

from collections.abc import Sequence

import frappe
from frappe.model.document import Document, bulk_insert

from scheduler_integration.blank_records import reuse_blank_records
from scheduler_integration.bookings import guard
from scheduler_integration.platform.sql import update_rows

# The fields that a change of a whole session can change, of the booking and of its hosts.
_FIELDS = (
	"status",
	"sequence",
	"host",
	"subject",
	"session",
	"address_status",
	"cancelled_by",
	"cancelled_at",
	"cancel_reason",
	"payment_status",
	"amount_paid",
)
_HOST_FIELDS = ("user", "session", "is_live", "buffer_before_minutes", "buffer_after_minutes")


def save(*bookings: Document) -> None:
	"""Store a changed booking, or several of a session or series. The caller has checked that the command is allowed."""
	for booking in bookings:
		# If the Event or Contact was deleted, the link to it is broken. The booking can be changed all the same.
		booking.flags.ignore_links = True
	if len(bookings) == 1:
		# No role may change a booking's facts by hand, and an attendee with the manage link has no rights on the record.
		bookings[0].save(ignore_permissions=True)
		return
	_run_hooks(bookings, "before_validate", "validate", "before_save")
	update_rows("Booking", {booking.name: {field: booking.get(field) for field in _FIELDS} for booking in bookings})
	hosts = [row for booking in bookings for row in booking.hosts]
	update_rows("Booking Host", {row.name: {field: row.get(field) for field in _HOST_FIELDS} for row in hosts})
	_finish(bookings, "on_update", "on_change")


def insert(*bookings: Document) -> None:
	"""Store a new booking, or several of a session or series. The caller has checked that the command is allowed."""
	for booking in bookings:
		# Links and hosts' Users aren't read again: this transaction has read them. Frappe compares a record with its earlier
		# version, and a new booking has none.
		booking.flags.update(ignore_links=True, ignore_version=True)
	reuse_blank_records()
	if len(bookings) == 1:
		# The attendee has no rights on Booking, and no role may create bookings by hand.
		bookings[0].insert(ignore_permissions=True)
	else:
		for booking in bookings:
			booking._set_defaults()
			booking.set_new_name()
			booking.set_parent_in_children()
		_run_hooks(bookings, "before_insert", "before_validate", "validate", "before_save")
		bulk_insert("Booking", bookings)
		for booking in bookings:
			booking.set("__islocal", False)
		_finish(bookings, "after_insert", "on_update", "on_change")
	for booking in bookings:
		booking.flags.update(ignore_links=False, ignore_version=False)


def _finish(bookings: Sequence[Document], *hooks: str) -> None:
	guard.store_buckets(*bookings)
	for booking in bookings:
		booking.flags.has_stored_time = True
		frappe.clear_document_cache("Booking", booking.name)
	_run_hooks(bookings, *hooks)


def _run_hooks(bookings: Sequence[Document], *hooks: str) -> None:
	for booking in bookings:
		for hook in hooks:
			booking.run_method(hook)
