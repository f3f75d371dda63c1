"""Manage links: whoever holds one may see and cancel that one booking.

A token is `<booking>.<signature>`, the signature an HMAC-SHA256 (RFC 2104) of the booking's name and its own random
`manage_key` under the site's encryption key. A new `manage_key` makes all earlier links useless.
"""

import hashlib
import hmac
import re

import frappe
from frappe.model.document import Document
from frappe.utils import get_url
from frappe.utils.password import get_encryption_key

from scheduler_integration.exceptions import BookingNotFound

_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}")
_TOKEN = re.compile(rf"({_NAME.pattern})\.([0-9a-f]{{64}})")


def new_manage_key() -> str:
	return frappe.generate_hash(length=32)


def manage_token(booking: Document) -> str:
	"""The token of the booking's manage link."""
	return f"{booking.name}.{_signature(booking)}"


def manage_url(booking: Document) -> str:
	"""The absolute address at which the attendee sees and cancels the booking."""
	return get_url(f"/schedule/manage/{manage_token(booking)}")


def find_by_token(token: str, *, for_update: bool = False) -> Document:
	"""The booking that the token is for. Raises BookingNotFound for any other token."""
	match = _TOKEN.fullmatch(token)
	if not match or not is_booking(match[1]):
		raise BookingNotFound
	booking = frappe.get_doc("Booking", match[1], for_update=for_update)
	if not hmac.compare_digest(match[2], _signature(booking)):
		raise BookingNotFound
	return booking


def is_booking(name: str) -> bool:
	"""Whether there is a booking of this name."""
	# Frappe answers for a DocType's own name too, as if it were a Single.
	looks_right = name != "Booking" and bool(_NAME.fullmatch(name))
	return looks_right and bool(frappe.db.exists("Booking", name))


def _signature(booking: Document) -> str:
	message = f"{booking.name}\n{booking.manage_key}".encode()
	return hmac.new(get_encryption_key().encode(), message, hashlib.sha256).hexdigest()
