"""Tickets: proofs that somebody reads the mails of an address. Who typed the code gets one, and every form sends it along.

A ticket is `<end>.<address>.<signature>`, with the address in base64url. Nothing is stored.
"""

import base64

from frappe import _

from scheduler_integration.exceptions import LinkExpired
from scheduler_integration.platform.signing import payload_of, signed

# Long enough to read everything, and short enough for a shared computer.
MINUTES = 20
_PURPOSE = "privacy ticket"


def new_ticket(address: str, now: int) -> str:
	"""Return a ticket for the address, which is valid for MINUTES from `now` (epoch seconds)."""
	return signed(f"{now + MINUTES * 60}.{base64.urlsafe_b64encode(address.encode()).decode()}", _PURPOSE)


def address_of(ticket: str, now: int) -> str:
	"""Return the address of a ticket. Raises LinkExpired if it is forged or no longer valid."""
	end, _dot, address = (payload_of(ticket, _PURPOSE) or "0").partition(".")
	if int(end) <= now:
		raise LinkExpired(_("For your safety this page closes after some minutes. Please ask for a new code."))
	return base64.urlsafe_b64decode(address).decode()
