"""A real SMTP server for tests, and a site that sends through it."""

import json
import queue
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from tests.support.server import free_port
from tests.support.site import Site

_DIGITS = re.compile(r"\b\d{6}\b")


class Inbox:
	"""Keeps the messages that arrive. While `refusing` is set, it answers each message with a temporary failure.

	While `is_down` is set, it turns everybody away. It has no mailbox with the address `refuses`.
	"""

	refuses = ""

	def __init__(self) -> None:
		self.arrived: queue.Queue[tuple[list[str], EmailMessage]] = queue.Queue()
		self.refused: queue.Queue[str] = queue.Queue()
		self.refusing = self.is_down = False

	async def handle_MAIL(self, server, session, envelope, address, options) -> str:
		if self.is_down:
			return "421 4.3.2 The system is down"
		envelope.mail_from = address
		return "250 OK"

	async def handle_RCPT(self, server, session, envelope, address, options) -> str:
		if address == self.refuses:
			return "550 5.1.1 No such mailbox"
		envelope.rcpt_tos.append(address)
		return "250 OK"

	async def handle_DATA(self, server, session, envelope) -> str:
		if self.refusing:
			self.refused.put(envelope.rcpt_tos[0])
			return "451 4.3.0 Try again later"
		self.arrived.put((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=policy.default)))
		return "250 OK"

	def take(self, count: int, seconds: float = 30) -> dict[str, EmailMessage]:
		"""Return the next messages by recipient. Waits at most `seconds` for each."""
		taken = {}
		for _each in range(count):
			recipients, message = self.arrived.get(timeout=seconds)
			taken[recipients[0]] = message
		return taken

	def take_code(self) -> str:
		"""Return the six digits of the next message that has some in its subject. Others may come before it."""
		subjects = (message["Subject"] for _each in range(50) for message in self.take(1).values())
		return next(found[0] for found in map(_DIGITS.search, subjects) if found)


@contextmanager
def sending_to_inbox(site: Site, inbox: Inbox | None = None) -> Iterator[Inbox]:
	"""Start an SMTP server, and set it in the site's configuration until the end."""
	inbox = inbox or Inbox()
	port = free_port()
	controller = Controller(inbox, hostname="127.0.0.1", port=port)
	controller.start()
	config = site.folder / "site_config.json"
	before = config.read_text()
	mail = {
		"mail_server": "127.0.0.1",
		"mail_port": port,
		"disable_mail_smtp_authentication": 1,
		"auto_email_id": "scheduler@site.example",
	}
	try:
		config.write_text(json.dumps({**json.loads(before), **mail}))
		yield inbox
	finally:
		config.write_text(before)
		controller.stop()
