"""Stands in for frappe.sendmail: adds an Email Queue row in the caller's transaction; the scheduler sends it."""

from datetime import datetime
from email import policy
from typing import Any

import frappe
from frappe.context import local
from frappe.email.message import build
from frappe.model.document import Document

# Arguments of `sendmail` that have no effect here
_IGNORED = ("add_unsubscribe_link", "delayed")


def sendmail(
	recipients: list[str], sender: str = "", subject: str = "", message: str = "", attachments: list[dict] | None = None,
	reply_to: str | None = None, reference_doctype: str | None = None, reference_name: str | None = None,
	message_id: str | None = None, send_priority: int = 1, send_after: datetime | None = None, **options: Any,
) -> Document | None:  # fmt: skip
	"""Queue one row for all recipients. Returns None if nobody is left to send to, or if an address is invalid.

	Raises OutgoingEmailError if the site has no mail server. With `mute_emails`, it needs none, and mails stay in /outbox.
	"""
	for option in options:
		if option not in _IGNORED:
			raise NotImplementedError(f"sendmail({option}=...) on the embedded site")
	if not (local.conf.mail_server or local.conf.mute_emails):
		message = frappe._("Please setup default outgoing Email Account from Tools > Email Account")
		frappe.throw(message, frappe.OutgoingEmailError)
	gone = frappe.get_all("Email Unsubscribe", {"email": ["in", recipients], "global_unsubscribe": 1}, pluck="email")
	to = [address for address in dict.fromkeys(recipients) if address not in gone]
	if not to:
		return None
	try:
		built = build(
			recipients=to, sender=sender or local.conf.mail_sender or "Frappe <notifications@example.com>",
			subject=subject, content=message, attachments=attachments or [], reply_to=reply_to, message_id=message_id,
		)  # fmt: skip
	except frappe.InvalidEmailAddressError:
		frappe.log_error("Invalid email address", f"{sender} {to}\n{frappe.get_traceback()}")
		return None
	queue = frappe.new_doc(
		"Email Queue", priority=send_priority, message_id=built["Message-Id"].strip("<>"), sender=built["From"],
		message=built.as_string(policy=policy.SMTP), send_after=send_after, reference_doctype=reference_doctype, reference_name=reference_name,
		recipients=[{"recipient": address, "status": "Not Sent"} for address in to],
	)  # fmt: skip
	return queue.insert(ignore_permissions=True)
