"""The channel webhook: a signed POST of JSON about the booking.

The header `X-Scheduler-Signature` is `t=<epoch seconds>,v1=<hex>`. The hex is the HMAC-SHA256 of the time, a full stop
and the body, with the automation's secret as its key. A receiver that checks the time refuses repeated requests.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any
from urllib.parse import urlsplit

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import AddressRefused, InvalidRequest, OutsideError, UnexpectedAnswer
from scheduler_integration.http.addresses import callable_address, site_guard
from scheduler_integration.http.client import Client, Limits
from scheduler_integration.notifications.channels.channel import Action, Channel, Preview
from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.rules import Automation
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.outcomes import Done, Never, Outcome, down_by
from scheduler_integration.outbox.tasks import Task
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.records import picked, set_or_none

GONE = 410


class Webhook(Channel):
	"""A call of another program, once for each booking."""

	name = "Webhook"
	kind = "webhook"
	# The program still needs the news after it was down for a week.
	days = 14
	is_once_per_session = False
	needs_text = False

	def passed_on(self) -> tuple[str, str, str, str] | None:
		"""Return what the called program gets."""
		return (
			_("The facts of the booking"),
			_("To pass them on to another system of the organisation"),
			_("As that system keeps them"),
			_("The organisation's other systems"),
		)

	def readers(self, automation: Automation, booking: Document) -> list[Reader]:
		"""Return one host: the program is called once."""
		return hosts_of(booking)[:1]

	def target(self, automation: Automation, booking: Document, reader: Reader) -> str:
		"""Return the host name of the address. The address may hold a secret, and hosts may read the task."""
		return urlsplit(automation.webhook_url or "").hostname or ""

	def is_reader_of(self, task: Task, reader: Reader) -> bool:
		"""Always true: whoever hosts the meeting now, the program is the same."""
		return True

	def run(self, action: Action, now: int) -> Outcome:
		"""Call the program. After an error, all calls of this automation wait until the receiver works again."""
		automation = action.automation
		row = frappe.get_doc("Meeting Automation", automation.name)
		try:
			secret = row.get_password("webhook_secret", raise_exception=False) or ""
			return post_signed(automation.webhook_url or "", self.body(action), secret, action.key, now)
		except OutsideError as error:
			return down_by(automation.name, error)

	def preview(self, action: Action) -> Preview:
		"""Return the JSON, indented, and the whole address: the preview is for managers."""
		body = json.dumps(self.body(action), indent=2, ensure_ascii=False)
		return Preview(action.automation.webhook_url or "", None, None, body)

	def body(self, action: Action) -> dict[str, Any]:
		"""Return the JSON that is posted."""
		automation = action.automation
		return webhook_body(frappe.scrub(automation.trigger), action.booking, action.key, automation=automation.name)

	def check_fields(self, row: Document) -> None:
		"""Raise InvalidRequest if the address can't be called."""
		try:
			row.webhook_url = callable_address((row.webhook_url or "").strip())
		except AddressRefused:
			raise InvalidRequest(_("Enter the webhook's address. It begins with https://.")) from None


def post_signed(url: str, body: dict[str, Any], secret: str, delivery: str, now: int) -> Outcome:
	"""Post the body and return the outcome. `now` (epoch seconds) is part of the signature.

	`delivery` is the same for each attempt, for a receiver that ignores repetitions. Any status from 200 to 299 is success, and 410 means that the receiver no longer exists. Raises OutsideError for
	everything else.
	"""
	content = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
	headers = {
		"Content-Type": "application/json",
		"X-Scheduler-Delivery": delivery,
		"X-Scheduler-Signature": signature(content, secret, now),
	}
	client = Client(guard=site_guard(), limits=Limits(read=10, whole=15, attempts=1))
	try:
		answer = client.send("POST", url, body=content, headers=headers, redirect_methods=())
	except AddressRefused as error:
		return Never(error.message)
	finally:
		client.close()
	if answer.status == GONE:
		return Never(_("The receiver said that this address is gone."))
	if not 200 <= answer.status < 300:
		raise UnexpectedAnswer(answer.status, host=answer.host)
	return Done(external_id=str(answer.status))


def signature(content: bytes, secret: str, now: int) -> str:
	"""Return the value of the header X-Scheduler-Signature."""
	code = hmac.new(secret.encode(), f"{now}.".encode() + content, hashlib.sha256).hexdigest()
	return f"t={now},v1={code}"


def webhook_body(event: str, booking: Document, request_id: str, **by: str) -> dict[str, Any]:
	"""Return the body of a webhook. Instants are ISO 8601 in UTC. `request_id` is the same for each attempt.

	`by` is the automation or the subscription that asks for it.

	The body has no manage link, because only the attendee may have the link.
	"""
	return {
		"id": request_id,
		"event": event,
		**by,
		"booking": {
			"id": booking.name,
			"status": booking.status,
			"title": booking.subject,
			"start": iso(booking.starts_at, "UTC"),
			"end": iso(booking.ends_at, "UTC"),
			"meeting_type": frappe.db.get_value("Meeting Type", booking.meeting_type, "slug"),
			"page": frappe.db.get_value("Scheduling Page", booking.scheduling_page, "slug"),
			"hosts": [host.email for host in hosts_of(booking)],
			"attendee": {
				"name": booking.attendee_name,
				"email": booking.attendee_email,
				"phone": booking.attendee_phone or None,
				"company": booking.attendee_company or None,
				"timezone": booking.timezone,
			},
			"guests": [row.email for row in booking.guests],
			"answers": [picked(row, "question", "answer") for row in booking.answers],
			**set_or_none(booking, "location", "meeting_link"),
			"source": booking.source,
		},
	}
