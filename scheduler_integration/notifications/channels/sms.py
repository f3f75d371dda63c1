"""The channel SMS: a text message through the gateway that Frappe's SMS Settings name.

Frappe's own `send_sms` waits for the gateway without a time limit and reports no failure. This module sends the same
request with limits, and returns the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import frappe
import phonenumbers
from babel.core import get_global
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.http.client import Client, Limits
from scheduler_integration.notifications.channels.channel import Action, Channel, text_of
from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.rules import Automation
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.outcomes import Done, Never, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.tasks import Task


class TextMessage(Channel):
	"""A text message to a telephone number."""

	name = "SMS"
	kind = "sms"
	has_recipients = True

	def passed_on(self) -> tuple[str, str, str, str] | None:
		"""Return what the gateway gets, if text messages are switched on."""
		if not frappe.get_cached_doc("Scheduler Settings").sms_enabled:
			return None
		return (
			_("Telephone number, and the text of reminders"),
			_("To remind people by text message"),
			_("As the provider's own notice says"),
			_("The organisation's provider of text messages"),
		)

	def target(self, automation: Automation, booking: Document, reader: Reader) -> str:
		"""Return the reader's telephone number as it was typed, or an empty text. Additional guests have none."""
		if reader.is_attendee:
			return booking.attendee_phone or ""
		if reader.role == "host":
			return frappe.db.get_value("User", reader.user, "mobile_no") or ""
		return reader.email if reader.role == "other" else ""

	def is_reader_of(self, task: Task, reader: Reader) -> bool:
		"""Whether the task was planned for this reader. Its target is a number, which may have changed meanwhile."""
		user = task.payload["user"]
		return reader.role == task.payload["role"] and (not user or reader.user == user)

	def run(self, action: Action, now: int) -> Outcome:
		"""Send the text. If the gateway can't be used, all text messages wait."""
		zones = (action.reader.zone, hosts_of(action.booking)[0].zone)
		try:
			return send_text(action.target, text_of(action), zones=zones)
		except OutsideError as error:
			return down_by(self.kind, error)


def send_text(number: str, text: str, *, zones: Sequence[str]) -> Outcome:
	"""Send the text to the number, which is as somebody typed it. See `international` for `zones`.

	Raises OutsideError if the gateway doesn't answer or asks to wait.
	"""
	settings = frappe.get_cached_doc("SMS Settings")
	if not frappe.get_cached_doc("Scheduler Settings").sms_enabled or not settings.sms_gateway_url:
		return NotNeeded(_("Text messages are switched off."))
	receiver = international(number, zones)
	if not receiver:
		return Never(_("“{0}” is not a telephone number.").format(number))
	answer = _send(settings, receiver, text)
	if not 200 <= answer.status < 300:
		return Never(_("The gateway refused the message with status {0}.").format(answer.status))
	return Done()


def international(number: str, zones: Sequence[str]) -> str | None:
	"""Return the number in E.164, such as +4930123456, or None if it isn't one.

	A number without a country code belongs to the first country in which it is valid. The countries are those of
	`zones`, IANA names: the reader's zone, then the host's. "030 901820" is +4930901820 for a reader in Berlin, and also
	for one whose zone is UTC if the host is in Berlin.
	"""
	countries = [get_global("zone_territories").get(zone) for zone in zones]
	return next(filter(None, (_in_country(number, country) for country in countries)), None)


def _in_country(number: str, country: str | None) -> str | None:
	try:
		parsed = phonenumbers.parse(number, country)
	except phonenumbers.NumberParseException:
		return None
	if not phonenumbers.is_valid_number(parsed):
		return None
	return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)


def _send(settings: Document, receiver: str, text: str) -> Any:
	headers = {"Accept": "text/plain, text/html, */*"}
	values = {settings.message_parameter: text, settings.receiver_parameter: receiver}
	for row in settings.parameters:
		(headers if row.header else values)[row.parameter] = row.value
	client = Client(limits=Limits(read=15, whole=20, attempts=1))
	# Redirects aren't followed: the page at the other address would look as if the gateway had accepted the message.
	post, get = partial(client.send, "POST", redirect_methods=()), partial(client.send, "GET", redirect_methods=())
	try:
		if headers.get("Content-Type") == "application/json":
			return post(settings.sms_gateway_url, json=values, headers=headers)
		if settings.use_post:
			return post(settings.sms_gateway_url, form=values, headers=headers)
		return get(settings.sms_gateway_url, params=values, headers=headers)
	finally:
		client.close()
