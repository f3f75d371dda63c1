"""Stands in for frappe.email.doctype.email_queue.email_queue: sends one queued e-mail, and retries if that fails."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email.parser import Parser
from email.policy import SMTP
from email.utils import parseaddr

import frappe
from frappe.context import local
from frappe.email.message import RECIPIENT_MARK
from frappe.model.document import Document

_TRIES = 3


class _Account:
	"""Stands in for the Email Account: the site's mail server, which has no password here."""

	service = ""

	def get_smtp_server(self) -> None:
		"""Do nothing: only sending opens the server."""


class EmailQueue(Document):
	def get_email_account(self, raise_error: bool = False) -> _Account:
		return _Account()

	def update_status(self, status: str, **values: object) -> None:
		frappe.db.set_value("Email Queue", self.name, {"status": status, **values})
		frappe.db.commit()

	def send(self) -> None:
		"""Send to each recipient. Commits after each one, so that a retry doesn't send the message to them again."""
		self.update_status("Sending")
		try:
			with _server() as server:
				for row in self.recipients:
					if row.status != "Sent":
						self._send_to(row.recipient, server)
						row.status = "Sent"
						frappe.db.set_value("Email Queue Recipient", row.name, "status", "Sent")
						frappe.db.commit()
			self.update_status("Sent")
		except Exception:
			partly = any(row.status == "Sent" for row in self.recipients)
			again = "Partially Sent" if partly else "Not Sent"
			status = again if self.retry < _TRIES else "Error"
			self.update_status(status, retry=self.retry + 1, error=frappe.get_traceback())
			raise

	def _send_to(self, recipient: str, server: smtplib.SMTP | None) -> None:
		message = Parser(policy=SMTP).parsestr(self.message.replace(RECIPIENT_MARK, recipient)).as_bytes()
		if server:
			server.sendmail(parseaddr(self.sender)[1], parseaddr(recipient)[1], message)


@contextmanager
def _server() -> Iterator[smtplib.SMTP | None]:
	"""Yield the configured mail server. In tests, as in Frappe, and without a server: None; /outbox has the messages."""
	conf = local.conf
	if not conf.mail_server or (frappe.in_test and not local.flags.testing_email):
		yield None
		return
	if conf.use_tls or conf.mail_login:
		raise NotImplementedError("A mail server with TLS or a login on the embedded site")
	with smtplib.SMTP(conf.mail_server, conf.mail_port or 25, timeout=30) as server:
		yield server
