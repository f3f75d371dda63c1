"""Frappe 15 has no `extend_doctype_class`, so there a class takes the place of Email Account (hooks.py)."""

from frappe.email.doctype.email_account.email_account import EmailAccount

from scheduler_integration.replies.inbound_mail import ReadsReplies


class ReadingEmailAccount(ReadsReplies, EmailAccount):  # type: ignore[misc]  # Without types in Frappe.
	"""Email Account of Frappe 15 that also reads answers to invitations."""
