"""Tickets: proofs that somebody reads the mails of an address. Who typed the code gets one, and every form sends it along.

A ticket is `<end>.<address>.<signature>`, with the address in base64url. The signature is an HMAC-SHA256 (RFC 2104) with the
site's encryption key. Nothing is stored.
"""

import base64
import binascii
import hashlib
import hmac

from frappe import _
from frappe.utils.password import get_encryption_key

from scheduler_integration.exceptions import LinkExpired

# Long enough to read everything, and short enough for a shared computer.
MINUTES = 20


def new_ticket(address: str, now: int) -> str:
	"""Return a ticket for the address, which is valid for MINUTES from `now` (epoch seconds)."""
	payload = f"{now + MINUTES * 60}.{base64.urlsafe_b64encode(address.encode()).decode()}"
	return f"{payload}.{_signature(payload)}"


def address_of(ticket: str, now: int) -> str:
	"""Return the address of a ticket. Raises LinkExpired if it is forged or no longer valid."""
	payload, _dot, signed = ticket.rpartition(".")
	end, _dot, encoded = payload.partition(".")
	# The signature is compared as bytes: `compare_digest` takes no text beyond ASCII.
	is_ours = hmac.compare_digest(signed.encode(), _signature(payload).encode())
	if not is_ours or int(end) <= now:
		raise LinkExpired(_("For your safety this page closes after some minutes. Please ask for a new code."))
	try:
		return base64.urlsafe_b64decode(encoded).decode()
	except (binascii.Error, UnicodeDecodeError) as error:
		raise LinkExpired from error


def _signature(payload: str) -> str:
	key = get_encryption_key().encode()
	return hmac.new(key, f"privacy ticket\n{payload}".encode(), hashlib.sha256).hexdigest()
