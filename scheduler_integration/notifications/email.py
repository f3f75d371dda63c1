"""Puts messages into Frappe's Email Queue, and sends them from there."""

import smtplib
from dataclasses import dataclass
from datetime import timedelta

import frappe
from frappe import _
from frappe.translate import print_language
from frappe.utils import now_datetime

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.messages import Message
from scheduler_integration.notifications.templates import render
from scheduler_integration.outbox.outcomes import Unavailable
from scheduler_integration.parsing.email_address import is_header_safe

# Frappe's own job doesn't send the row for this long, because the outbox sends it, and both could do so at the same
# moment. If the outbox hasn't sent the row by then, Frappe does.
OURS_FOR = timedelta(hours=1)
_GONE = (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected)


@dataclass(frozen=True, slots=True)
class EmailRow:
	"""A row of the Email Queue."""

	name: str
	status: str


def find_row(message_id: str, booking: str) -> EmailRow | None:
	"""Return the row with this message id, or None if the message was never queued."""
	known = {"message_id": message_id, "reference_name": booking}
	found = frappe.db.get_value("Email Queue", known, ["name", "status"])
	return EmailRow(*found) if found else None


def queue_email(message: Message) -> EmailRow | None:
	"""Queue the message and return its row.

	Returns None if Frappe sends nothing because the reader unsubscribed from all messages of the site. Raises
	InvalidRequest if the reader's address isn't safe in a header.
	"""
	if not is_header_safe(message.reader.email):
		raise InvalidRequest(_("“{0}” is not an e-mail address.").format(message.reader.email))
	with print_language(message.reader.language):
		subject, body = render(message.template, message.variables(), message.email_template)
		queued = frappe.sendmail(
			recipients=[message.reader.email],
			subject=subject,
			message=body,
			# The message can be sent without this header, but not with a broken one.
			reply_to=message.reply_to if is_header_safe(message.reply_to) else None,
			attachments=[each for each in (message.invitation(),) if each],
			reference_doctype="Booking",
			reference_name=message.booking,
			message_id=message.message_id,
			add_unsubscribe_link=0,
			send_after=now_datetime() + OURS_FOR,
			delayed=True,
		)
	return EmailRow(queued.name, queued.status or "Not Sent") if queued else None


def send_row(row: EmailRow) -> str:
	"""Send the row now and return its status then. The caller has committed. Raises the mail server's error.

	Raises Unavailable if the server can't be reached. The row's status and retries are reset first: an attempt that was
	killed leaves the row as Sending, and Frappe makes it an Error after three attempts, but the outbox tries for 17 hours.
	"""
	fields: dict[str, object] = {"send_after": now_datetime() + OURS_FOR, "retry": 0}
	if row.status in ("Sending", "Error"):
		fields["status"] = "Not Sent"
	frappe.db.set_value("Email Queue", row.name, fields)
	frappe.db.commit()
	try:
		frappe.get_doc("Email Queue", row.name).send()
	except Exception as error:
		if _is_unreachable(error):
			raise Unavailable(_("The mail server can't be reached: {0}").format(error)) from error
		raise
	return frappe.db.get_value("Email Queue", row.name, "status")


def _is_unreachable(error: Exception) -> bool:
	"""Whether no server answered, as opposed to one that refused the message.

	For a refused connection, Frappe raises an error of its own; Python's error is its `__context__`.
	"""
	return any(
		isinstance(each, _GONE) or (isinstance(each, OSError) and not isinstance(each, smtplib.SMTPException))
		for each in (error, error.__context__)
	)
