"""`frappe.sendmail`: an Email Queue row in the caller's transaction, sent by the scheduler or at once."""

import json
from typing import Any

import frappe
from frappe.email import message as mime
from frappe.model.document import Document
from frappe.utils import add_to_date, md_to_html, nowdate, split_emails
from frappe.utils.jinja import get_email_from_template


def sendmail(
	recipients: Any = None, sender: str = "", subject: str = "No Subject", message: str = "No Message",
	as_markdown: bool = False, delayed: bool = True, reference_doctype: str | None = None,
	reference_name: str | None = None, unsubscribe_method: str | None = None, unsubscribe_params: Any = None,
	unsubscribe_message: str | None = None, add_unsubscribe_link: int = 1, attachments: Any = None,
	content: str | None = None, doctype: str | None = None, name: str | None = None, reply_to: str | None = None,
	queue_separately: bool = False, cc: Any = None, bcc: Any = None, message_id: str | None = None,
	in_reply_to: str | None = None, send_after: Any = None, expose_recipients: str | None = None, send_priority: int = 1,
	communication: str | None = None, retry: int = 1, now: bool | None = None, read_receipt: Any = None,
	is_notification: bool = False, inline_images: Any = None, template: str | None = None, args: dict | None = None,
	header: Any = None, print_letterhead: bool = False, with_container: bool = False,
	email_read_tracker_url: str | None = None, x_priority: int = 3,
) -> Document | None:  # fmt: skip
	refused = {
		"unsubscribe_method": unsubscribe_method, "unsubscribe_params": unsubscribe_params, "read_receipt": read_receipt,
		"unsubscribe_message": unsubscribe_message, "queue_separately": queue_separately, "in_reply_to": in_reply_to,
		"inline_images": inline_images, "print_letterhead": print_letterhead, "is_notification": is_notification,
		"email_read_tracker_url": email_read_tracker_url,
	}  # fmt: skip
	for option, value in refused.items():
		if value:
			raise NotImplementedError(f"sendmail({option}=...) on the embedded site")
	text = None
	if template:
		message, text = get_email_from_template(template, args)
	message = content or message
	if as_markdown:
		message = md_to_html(message)
	to, copies, hidden = (_addresses(group) for group in (recipients, cc, bcc))
	to, copies = _without_unsubscribed(to), _without_unsubscribed(copies)
	if not to + copies:
		return []
	attachments = [attachments] if isinstance(attachments, dict) else attachments or []
	try:
		built = mime.build(
			recipients=to, sender=None if sender == "Administrator" else sender, subject=subject, content=message, text=text,
			attachments=attachments, reply_to=reply_to, cc=copies, header=header, with_container=with_container,
			expose_recipients=expose_recipients, message_id=message_id, in_reply_to=None, x_priority=x_priority,
		)  # fmt: skip
	except frappe.InvalidEmailAddressError:
		frappe.log_error("Invalid email address", f"{sender} {to}\n{frappe.get_traceback()}")
		return []
	queue = frappe.new_doc("Email Queue")
	queue.update(
		{
			"priority": send_priority, "message_id": built["Message-Id"].strip("<>"), "message": mime.as_text(built),
			"sender": built["From"], "reference_doctype": doctype or reference_doctype,
			"reference_name": name or reference_name, "add_unsubscribe_link": add_unsubscribe_link,
			"expose_recipients": expose_recipients, "communication": communication, "show_as_cc": ",".join(copies),
			"attachments": json.dumps([a for a in attachments if a.get("fid") or a.get("file_url")]),
			"send_after": add_to_date(nowdate(), days=send_after) if isinstance(send_after, int) else send_after,
		}
	)  # fmt: skip
	for address in dict.fromkeys(to + copies + hidden):
		queue.append("recipients", {"recipient": address, "status": "Not Sent"})
	queue.insert(ignore_permissions=True)
	if now or not delayed:
		queue.send()
	return queue


def _without_unsubscribed(addresses: list[str]) -> list[str]:
	gone = frappe.get_all("Email Unsubscribe", {"email": ["in", addresses], "global_unsubscribe": 1}, pluck="email")
	return [address for address in addresses if address not in gone]


def _addresses(emails: Any) -> list[str]:
	entries = split_emails(emails) if isinstance(emails, str) else emails or []
	return list(dict.fromkeys(entry for entry in entries if entry and entry not in frappe.STANDARD_USERS))
