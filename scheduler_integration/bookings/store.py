"""Stores bookings. Several bookings of a session or a series are stored together, with as many statements as one.

Frappe itself stores a single booking, and notes a version of it. For several it has no such function. Each `save` takes
about twenty statements, all under the hosts' locks. So their rows are written here. Other apps' hooks run for each booking
in both cases. The notes on the bookings' timelines say what was changed.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import frappe
from frappe.model.document import Document, bulk_insert

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


def save(*bookings: Document, also: Iterable[str] = ()) -> None:
	"""Store a changed booking, or several of a session or series. The caller has checked that the command is allowed.

	For several bookings, it stores only the fields in `_FIELDS` and those named in `also`.
	"""
	for booking in bookings:
		# If the Event or Contact was deleted, the link to it is broken. The booking can be changed all the same.
		booking.flags.ignore_links = True
	if len(bookings) == 1:
		# No role may change a booking's facts by hand, and an attendee with the manage link has no rights on the record.
		bookings[0].save(ignore_permissions=True)
		return
	_run_hooks(bookings, "before_validate", "validate", "before_save")
	fields = dict.fromkeys((*_FIELDS, *also))
	update_rows("Booking", {booking.name: {field: booking.get(field) for field in fields} for booking in bookings})
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


# Frappe's blank records are kept from request to request. For each DocType that a request inserts, child tables without rows
# too, Frappe makes a blank record with the default of each field. In Frappe 15.101 that takes one query each: a booking takes
# 33 statements and 31.5 ms of the processor with the kept ones, 42 and 35.7 ms without them (median of 220 pairs in one run
# on MariaDB). In Frappe 16.4.1 it takes 26 statements and 18.4 ms, 27 and 19.5 ms without them. Guest's blank records depend
# only on the DocType's fields and the site's defaults, so each is kept until one of them changes.
#
# The DocTypes of which a visitor's booking inserts records as Guest. Event is missing, because the host inserts it.
BLANK_DOCTYPES = (
	"Booking", "Booking Host", "Booking Guest", "Booking Answer", "Contact", "Contact Email", "Contact Phone",
	"Dynamic Link",
)  # fmt: skip
_kept: dict[tuple[str, str], tuple[object, dict[str, Any]]] = {}


def reuse_blank_records() -> None:
	"""Give this request the blank records that an earlier request made. Does nothing for signed-in users."""
	# The embedded site needs no queries for a blank record, so it makes a new one each time.
	if frappe.db.db_type != "mariadb" or frappe.session.user != "Guest":
		return
	from frappe.defaults import get_defaults
	from frappe.model.create_new import make_new_doc

	blanks = frappe.local.new_doc_templates
	defaults = tuple(sorted((name, str(value)) for name, value in get_defaults().items()))
	for doctype in BLANK_DOCTYPES:
		if doctype in blanks:
			continue
		fields = frappe.get_meta(doctype).fields
		made_from = (tuple((each.fieldname, each.fieldtype, each.options, each.default) for each in fields), defaults)
		blank = _kept.get((frappe.local.site, doctype))
		if not blank or blank[0] != made_from:
			# Frappe copies a blank record before it fills it in, so all requests can share it.
			blank = _kept[frappe.local.site, doctype] = (made_from, make_new_doc(doctype))
		blanks[doctype] = blank[1]
