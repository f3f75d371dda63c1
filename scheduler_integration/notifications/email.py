"""Hands one message to Frappe's Email Queue."""

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.messages import Message
from scheduler_integration.notifications.templates import render
from scheduler_integration.parsing.email_address import is_header_safe


def queue_email(message: Message) -> str | None:
	"""Puts the message into the Email Queue and answers its name there; one that is there already is not put twice.

	None where Frappe sends nothing to this reader, who unsubscribed from all of the site's messages. Raises InvalidRequest if
	the reader's address can't stand in a header.
	"""
	if not is_header_safe(message.reader.email):
		raise InvalidRequest(_("“{0}” is not an e-mail address.").format(message.reader.email))
	known = {"message_id": message.message_id, "reference_name": message.booking}
	if earlier := frappe.db.get_value("Email Queue", known):
		return earlier
	with print_language(message.reader.language):
		subject, body = render(message.template, message.variables())
		queued = frappe.sendmail(
			recipients=[message.reader.email],
			subject=subject,
			message=body,
			# A message without this header still says everything; with a broken one it would never leave.
			reply_to=message.reply_to if is_header_safe(message.reply_to) else None,
			attachments=[message.invitation()],
			reference_doctype="Booking",
			reference_name=message.booking,
			message_id=message.message_id,
			add_unsubscribe_link=0,
			delayed=True,
		)
	return queued.name if queued else None


def send_queued(name: str) -> None:
	"""Sends an Email Queue entry now. What the mail server refuses stays in the queue, which tries again by itself."""
	try:
		frappe.get_doc("Email Queue", name).send()
	except Exception:
		frappe.log_error(title=f"E-mail {name} not sent yet")
