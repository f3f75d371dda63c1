"""Sends text messages through the gateway that Frappe's SMS Settings name.

Frappe's own `send_sms` waits for the gateway without a time limit and reports a failure to nobody, so this sends the
same request with limits, and returns the outcome.
"""

from __future__ import annotations

from typing import Any

import frappe
import phonenumbers
from babel.core import get_global
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import TooManyRequests
from scheduler_integration.outbox.outcomes import Done, Never, NotNeeded, Outcome, RetryLater
from scheduler_integration.outside.client import Client, Limits


def send_text(number: str, text: str, *, region_zone: str) -> Outcome:
	"""Send the text to the number, as somebody typed it.

	A number without a country code belongs to the country of `region_zone`, an IANA zone: "030 123456" in Europe/Berlin
	is +4930123456. Raises OutsideError if the gateway doesn't answer, and RetryLater if it asks to wait.
	"""
	settings = frappe.get_cached_doc("SMS Settings")
	if not frappe.get_cached_doc("Scheduler Settings").sms_enabled or not settings.sms_gateway_url:
		return NotNeeded(_("Text messages are switched off."))
	receiver = international(number, region_zone)
	if not receiver:
		return Never(_("“{0}” is not a telephone number.").format(number))
	answer = _send(settings, receiver, text)
	if not 200 <= answer.status < 300:
		return Never(_("The gateway refused the message with status {0}.").format(answer.status))
	return Done()


def international(number: str, region_zone: str) -> str | None:
	"""Return the number in E.164, such as +4930123456, or None if it isn't one."""
	region = get_global("zone_territories").get(region_zone)
	try:
		parsed = phonenumbers.parse(number, region)
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
	try:
		if headers.get("Content-Type") == "application/json":
			return client.send("POST", settings.sms_gateway_url, json=values, headers=headers)
		if settings.use_post:
			return client.send("POST", settings.sms_gateway_url, form=values, headers=headers)
		return client.send("GET", settings.sms_gateway_url, params=values, headers=headers)
	except TooManyRequests as error:
		raise RetryLater(error.message, error.after or 0) from None
	finally:
		client.close()
