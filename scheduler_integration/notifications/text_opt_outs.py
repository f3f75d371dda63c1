"""Telephone numbers that want no text messages: somebody replied STOP. START takes it back.

An HMAC of the number is kept and not the number. So the choice outlives an erasure.
"""

import frappe

from scheduler_integration.platform.signing import keyed_hash

DOCTYPE = "Text Opt Out"


def stop_texts(number: str) -> None:
	"""Send no text messages to this number (E.164) any more. Doing it twice changes nothing."""
	if not is_stopped(number):
		# The sender of the text isn't signed in.
		frappe.get_doc({"doctype": DOCTYPE, "person": _person(number)}).insert(ignore_permissions=True)


def allow_texts(number: str) -> None:
	"""Send text messages to this number (E.164) again."""
	frappe.db.delete(DOCTYPE, {"person": _person(number)})


def is_stopped(number: str) -> bool:
	"""Whether somebody stopped the text messages to this number (E.164)."""
	return bool(frappe.db.exists(DOCTYPE, {"person": _person(number)}))


def _person(number: str) -> str:
	return keyed_hash(number, "text opt out")
