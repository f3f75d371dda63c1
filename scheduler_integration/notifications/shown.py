"""Renders a message to be looked at, without sending it."""

from dataclasses import dataclass

from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.notifications.readers import attendee_of
from scheduler_integration.notifications.templates import render
from scheduler_integration.notifications.variables import variables_for


@dataclass(frozen=True, slots=True)
class ShownMessage:
	"""A message as its reader would get it. `html` is its body."""

	to: str
	subject: str
	html: str


def confirmation_of(booking: Document) -> ShownMessage:
	"""Return the message that the attendee gets after booking: the confirmation, or that the request was received."""
	reader = attendee_of(booking)
	key = "attendee_requested" if booking.status == "Pending" else "attendee_confirmed"
	with print_language(reader.words):
		words = render(key, variables_for(booking, reader))
	return ShownMessage(reader.email, words.subject, words.html)
