"""Which additional guests may get messages.

Anybody can type anybody's address into the form. So guests hear of a meeting only if its attendee is somebody: the request
carried a code from the address's mailbox or came from somebody who is signed in, or the host has agreed to the meeting.
"""

from frappe.model.document import Document

UNCONFIRMED, KNOWN, CONFIRMED = "Unconfirmed", "Known", "Confirmed"


def is_unconfirmed(booking: Document) -> bool:
	"""Whether nobody has shown that the attendee owns the address, also if it has booked before."""
	return bool(booking.get("address_status") == UNCONFIRMED)


def invited_guests(booking: Document) -> list[str]:
	"""Return the addresses of the additional guests who may get messages and invitations."""
	return [] if is_unconfirmed(booking) else [row.email for row in booking.guests]
