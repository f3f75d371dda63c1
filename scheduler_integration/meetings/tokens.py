"""Manage links of attendees, and answer links of hosts.

Anybody who has a manage link can see and change its booking. Anybody who has an answer link can confirm or decline that one
request, as the host to whom the link was sent.

A token is `<booking>.<signature>`. The signature is an HMAC-SHA256 (RFC 2104) of the booking's name and its random
`manage_key`, with the site's encryption key. If the booking gets a new `manage_key`, its earlier links become invalid.

A rescheduled booking passes its `manage_key` on to the booking that takes its place. Its link leads there.
"""

import hmac
import re
from collections.abc import Callable

import frappe
from frappe.model.document import Document

from scheduler_integration.domains.links import guest_url
from scheduler_integration.exceptions import BookingNotFound
from scheduler_integration.meetings.chain import latest
from scheduler_integration.platform.signing import keyed_hash
from scheduler_integration.platform.site_address import site_url

_NAME = re.compile(r"[A-Za-z0-9_-]{1,140}")
_TOKEN = re.compile(rf"({_NAME.pattern})\.([0-9a-f]{{64}})")


def new_manage_key() -> str:
	"""Return a new random key of 32 characters."""
	return frappe.generate_hash(length=32)


def manage_token(booking: Document) -> str:
	"""Return the token of the booking's manage link."""
	return f"{booking.name}.{signature(booking.name, booking.manage_key)}"


def manage_url(booking: Document) -> str:
	"""Return the absolute address at which the attendee sees and cancels the booking."""
	return guest_url(booking.scheduling_page, f"/schedule/manage/{manage_token(booking)}")


def reschedule_url(booking: Document) -> str:
	"""Return the address at which the attendee chooses another time. Opening it changes nothing."""
	return f"{manage_url(booking)}?reschedule=1"


def cancel_url(booking: Document) -> str:
	"""Return the address at which the attendee is asked whether to cancel. Opening it changes nothing."""
	return f"{manage_url(booking)}?cancel=1#cancel"


def reconfirm_url(booking: Document) -> str:
	"""Return the address at which the attendee is asked whether they are coming. Opening it changes nothing."""
	return f"{manage_url(booking)}?coming=1"


def answer_url(booking: Document, user: str) -> str:
	"""Return the absolute address at which the host `user` confirms or declines the request."""
	return site_url(f"/schedule/answer/{booking.name}.{_answer_signature(booking, user)}")


def find_by_answer_token(token: str, *, for_update: bool = False) -> tuple[Document, str]:
	"""Return the booking that the answer link's token is for, locked with `for_update`, and the host to whom it was sent.

	Raises BookingNotFound if the token isn't valid, or the person isn't a host of the meeting any more.
	"""
	name, signed = split_token(token)
	if not is_booking(name):
		raise BookingNotFound
	booking = frappe.get_doc("Booking", name, for_update=for_update)
	users = [user for user in booking.host_users() if hmac.compare_digest(signed, _answer_signature(booking, user))]
	if not users or not frappe.db.get_value("User", users[0], "enabled"):
		raise BookingNotFound
	return booking, users[0]


def _answer_signature(booking: Document, user: str) -> str:
	return signature(booking.name, f"{booking.manage_key}\nanswer\n{user}")


def pay_url(booking: Document) -> str:
	"""Return the absolute address at which the attendee pays.

	It isn't the manage link: providers get it, and so does whoever books the same time with the same address again. It shows
	nobody's name and changes nothing but the payment.
	"""
	return guest_url(booking.scheduling_page, f"/schedule/pay/{pay_token(booking)}")


def pay_token(booking: Document) -> str:
	"""Return the token of the booking's payment link."""
	return f"{booking.name}.{_pay_signature(booking.name, booking)}"


def find_by_pay_token(token: str, *, for_update: bool = False) -> Document:
	"""Return the booking whose payment link has this token, the last one of its chain. Raises BookingNotFound."""
	return _find(token, _pay_signature, for_update)


def _pay_signature(name: str, booking: Document) -> str:
	return signature(name, f"{booking.manage_key}\npay")


def find_by_token(token: str, *, for_update: bool = False) -> Document:
	"""Return the booking that the token leads to, locked with `for_update`.

	For a booking that was rescheduled, that is the last one of its chain. Raises BookingNotFound if the token isn't
	valid.
	"""
	return _find(token, lambda name, booking: signature(name, booking.manage_key), for_update)


def _find(token: str, signed_by: Callable[[str, Document], str], for_update: bool) -> Document:
	name, signed = split_token(token)
	if not is_booking(name):
		raise BookingNotFound
	booking = latest(frappe.get_doc("Booking", name, for_update=for_update), for_update=for_update)
	# The last booking's key decides: if it is changed, the links of the whole chain become invalid.
	if not hmac.compare_digest(signed, signed_by(name, booking)):
		raise BookingNotFound
	return booking


def is_booking(name: str) -> bool:
	"""Whether a booking with this name exists."""
	# `exists` also returns a result for a DocType's own name, as if it were a Single.
	looks_right = name != "Booking" and bool(_NAME.fullmatch(name))
	return looks_right and bool(frappe.db.exists("Booking", name))


def split_token(token: str) -> tuple[str, str]:
	"""Return the name and the signature in a token; two empty texts if it isn't one."""
	match = _TOKEN.fullmatch(token)
	return (match[1], match[2]) if match else ("", "")


def signature(name: str, key: str) -> str:
	"""Return the signature of a record's name and its random key, which only this site can make."""
	return keyed_hash(name, key)
