"""Sees the mails that Frappe's incoming e-mail accounts receive, before Frappe takes them apart.

Frappe keeps attachments with a name. The answer that Outlook sends is a part of the mail without one, so it would be lost.
`ReadsReplies` extends Frappe's Email Account (hooks.py). If reading an answer fails, the mail is received all the same.
"""

from typing import Any

import frappe

from scheduler_integration.platform import clock
from scheduler_integration.platform.queue import queue_after_commit
from scheduler_integration.replies.mails import take_mail

JOB = "scheduler_integration.jobs.read_mail_replies"


class ReadsReplies:
	"""Extends Email Account: each new mail is looked at once it is stored."""

	def get_inbound_mails(self, *args: Any, **kwargs: Any) -> list[Any]:
		"""Return the new mails, each with a `process` that also reads an answer to an invitation."""
		mails: list[Any] = super().get_inbound_mails(*args, **kwargs)  # type: ignore[misc]  # That of Email Account.
		if frappe.get_cached_doc("Scheduler Settings").read_mail_replies:
			for mail in mails:
				_watch(mail)
		return mails


def _watch(mail: Any) -> None:
	process = mail.process

	def process_and_read() -> Any:
		communication = process()
		if communication and mail.flags.is_new_communication:
			_take(mail.raw_message)
		return communication

	mail.process = process_and_read


def _take(raw: bytes | str) -> None:
	frappe.db.savepoint("reply")
	try:
		if take_mail(raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace"), clock.now()):
			queue_after_commit(JOB, "short", job_id=JOB, deduplicate=True)
	except Exception:
		frappe.db.rollback(save_point="reply")
		frappe.log_error("A mail could not be looked at", frappe.get_traceback())
