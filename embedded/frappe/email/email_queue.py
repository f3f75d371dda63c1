"""One queued e-mail: sent to each of its recipients, tried again a few times when that fails."""

import json
import smtplib
from email.parser import Parser
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any

import frappe
from frappe.context import local
from frappe.email import message as mime
from frappe.model.document import Document
from frappe.utils import cint


class EmailQueue(Document):
	def update_status(self, status: str, **values: Any) -> None:
		frappe.db.set_value("Email Queue", self.name, {"status": status, **values})
		frappe.db.commit()

	def can_send_now(self) -> bool:
		suspended = cint(frappe.db.get_default("suspend_email_queue")) == 1
		return self.status in ("Not Sent", "Partially Sent") and not suspended and not frappe.are_emails_muted()

	def send(self, force_send: bool = False) -> None:
		"""Commits as it goes, so that a message isn't sent twice."""
		if not self.can_send_now() and not force_send:
			return
		self.update_status("Sending")
		try:
			with _Transport() as transport:
				for row in self.recipients:
					if row.status != "Sent":
						message = self.build_message(row.recipient)
						transport.send(self.sender, row.recipient, message)
						row.status = "Sent"
						frappe.db.set_value("Email Queue Recipient", row.name, "status", "Sent")
						frappe.db.commit()
			self.update_status("Sent")
		except Exception:
			error = frappe.get_traceback()
			if self.retry < (cint(frappe.get_system_settings("email_retry_limit")) or 3):
				partly = any(row.status == "Sent" for row in self.recipients)
				self.update_status("Partially Sent" if partly else "Not Sent", retry=self.retry + 1, error=error)
			else:
				self.update_status("Error", error=error)
			raise

	def build_message(self, recipient: str) -> bytes:
		"""The stored message addressed to this recipient, with the files that were attached by name."""
		shown = recipient if self.expose_recipients != "header" else ""
		message = Parser(policy=SMTP).parsestr(self.message.replace(mime.RECIPIENT_MARK, shown))
		for attachment in json.loads(self.attachments or "[]"):
			file = frappe.get_doc("File", attachment.get("fid") or {"file_url": attachment["file_url"]})
			mime.add_attachment(file.file_name, file.get_content(), parent=message)
		return message.as_bytes()

	def on_trash(self) -> None:
		if local.session.user != "Administrator":
			frappe.throw(frappe._("Only Administrator can delete Email Queue"))


class _Transport:
	"""The configured mail server; nothing in tests, as in Frappe, and nothing without a server: the outbox shows it."""

	def __enter__(self) -> "_Transport":
		self.server = None
		conf = local.conf
		if conf.mail_server and (not local.flags.in_test or local.flags.testing_email):
			self.server = smtplib.SMTP(conf.mail_server, cint(conf.mail_port) or 25, timeout=30)
			if conf.use_tls:
				self.server.starttls()
			if conf.mail_login:
				self.server.login(conf.mail_login, conf.mail_password or "")
		return self

	def send(self, sender: str, recipient: str, message: bytes) -> None:
		if self.server:
			self.server.sendmail(parseaddr(sender)[1], parseaddr(recipient)[1], message)
		elif local.flags.in_test:
			local.flags.sent_mail = message

	def __exit__(self, *_: Any) -> None:
		if self.server:
			self.server.quit()
