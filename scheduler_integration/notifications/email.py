"""Puts one message into Frappe's Email Queue."""

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.messages import Message
from scheduler_integration.notifications.templates import render
from scheduler_integration.parsing.email_address import is_header_safe


def queue_email(message: Message) -> str | None:
	"""Queue the message and return its name in the Email Queue. A message that is queued already isn't queued again.

	Returns None if Frappe sends nothing to this reader, who unsubscribed from all messages of the site. Raises
	InvalidRequest if the reader's address isn't safe in a header.
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
			# The message can do without this header. With a broken one it would never be sent.
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
	"""Send an Email Queue entry now. If the mail server refuses it, it stays in the queue, which tries again later."""
	try:
		frappe.get_doc("Email Queue", name).send()
	except Exception:
		frappe.log_error(title=f"E-mail {name} not sent yet")
