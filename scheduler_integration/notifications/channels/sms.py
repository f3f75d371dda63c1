"""The channel SMS: a text message through the gateway that Frappe's SMS Settings name.

Frappe's own `send_sms` waits for the gateway without a time limit and reports no failure. This module sends the same
request with limits, and returns the outcome.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.translate import print_language

from scheduler_integration.exceptions import OutsideError
from scheduler_integration.http.client import Client, Limits
from scheduler_integration.meetings.policy import cancel_refusal
from scheduler_integration.notifications.channels.channel import Action, Channel, Preview, text_of
from scheduler_integration.notifications.readers import hosts_of
from scheduler_integration.notifications.rules import Automation
from scheduler_integration.notifications.text_opt_outs import is_stopped
from scheduler_integration.notifications.wording import Reader
from scheduler_integration.outbox.outcomes import Done, Never, NotNeeded, Outcome, down_by
from scheduler_integration.outbox.tasks import Planned, Task, plan
from scheduler_integration.parsing.phone_numbers import international

# The kind of the tasks that answer a text message of an attendee. After these seconds nobody waits for the answer.
ANSWER = "sms_answer"
ANSWER_SECONDS = 3600


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
			return send_text(action.target, _text(action, now), zones=zones)
		except OutsideError as error:
			return down_by(self.kind, error)

	def preview(self, action: Action) -> Preview:
		"""Return the text with the line about replies that a reader long before the meeting would get."""
		return replace(super().preview(action), text=_text(action, 0))

	def asks(self, action: Action) -> bool:
		"""Whether the text has the link, or says that a reply confirms."""
		with print_language(action.reader.words):
			words = reply_hint(action.booking, 0) if _replies_confirm() else ""
		return super().asks(action) or bool(words and words in _text(action, 0))

	def may_ask(self, automation: Automation) -> bool:
		"""Whether the text can have the link, or say that a reply confirms."""
		own = automation.text or ""
		return super().may_ask(automation) or (_replies_confirm() and (not own or "reply_hint" in own))


def _replies_confirm() -> bool:
	"""Whether attendees can confirm by replying to a text message."""
	settings = frappe.get_cached_doc("Scheduler Settings")
	is_read = settings.sms_enabled and settings.sms_replies and settings.sms_can_receive
	return bool(is_read) and settings.sms_reply_words != "CANCEL"


def _text(action: Action, now: int) -> str:
	with print_language(action.reader.words):
		hint = reply_hint(action.booking, now) if action.reader.is_attendee else ""
	return text_of(action, reply_hint=hint)


def reply_hint(booking: Document, now: int) -> str:
	"""Return the sentence that says what the attendee can reply at `now`, epoch seconds, in the current language.

	It is empty if replies don't arrive here, or could change nothing.
	"""
	settings = frappe.get_cached_doc("Scheduler Settings")
	is_read = settings.sms_enabled and settings.sms_replies and settings.sms_can_receive
	if not is_read or not booking.phone_e164 or booking.status != "Scheduled":
		return ""
	may_cancel = not cancel_refusal(booking, frappe.get_cached_doc("Meeting Type", booking.meeting_type), now)
	if settings.sms_reply_words == "CANCEL":
		return _("Reply CANCEL to cancel.") if may_cancel else ""
	return _("Reply 1 to confirm, 9 to cancel.") if may_cancel else _("Reply 1 to confirm.")


def plan_answer(booking: str, number: str, text: str, now: int) -> None:
	"""Plan the answer to a text message of an attendee. `number` is in E.164, `now` in epoch seconds."""
	key = f"{frappe.generate_hash(length=32)}@reply"
	planned = Planned(
		kind=ANSWER,
		purpose=ANSWER,
		target=number,
		key=key,
		due_at=now,
		expires_at=now + ANSWER_SECONDS,
		payload={"text": text},
	)
	plan(booking, [planned], now)


def send_answer(task: Task, now: int) -> Outcome:
	"""Send the answer to a text message of an attendee."""
	try:
		return send_text(task.target, task.payload["text"], zones=["UTC"])
	except OutsideError as error:
		return down_by(TextMessage.kind, error)


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
	if is_stopped(receiver):
		return NotNeeded(_("This number wants no text messages."))
	answer = _send(settings, receiver, text)
	if not 200 <= answer.status < 300:
		return Never(_("The gateway refused the message with status {0}.").format(answer.status))
	return Done()


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
