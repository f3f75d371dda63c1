"""Receives text messages from the gateway that the site uses: verifies the signature, and reads the message.

Twilio signs the address that was entered in its console, and the form (https://www.twilio.com/docs/usage/webhooks/webhooks-security).
It signs no time, so a recorded request can only be refused because its message is known. Another gateway signs time and body.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from xml.sax.saxutils import escape

import frappe
from frappe import _
from werkzeug.wrappers import Response

from scheduler_integration.entry.limits import REQUESTS, count_request
from scheduler_integration.entry.webhooks import check_time_signature, raw_body, read_json
from scheduler_integration.exceptions import InvalidRequest, NotFound, SignatureRefused
from scheduler_integration.parsing.phone_numbers import international
from scheduler_integration.platform.site_address import site_url
from scheduler_integration.replies.texts import Text, act_on

PATH = "/api/method/scheduler_integration.api.webhooks.sms"
TWILIO, OTHER = "Twilio", "Another gateway"
SECRETS = {TWILIO: "sms_auth_token", OTHER: "sms_signing_key"}
# In characters. A text message in ten parts has 1,600.
_LONGEST = 1600
# Twilio signs names and values in one string without marks between them. An id of another form could have the fields after it
# in it, and make an old message look like a new one.
_TWILIO_ID = re.compile(r"(SM|MM)[0-9a-f]{32}")


def reply_address() -> str:
	"""Return the address that managers enter at the gateway."""
	return str(frappe.get_cached_doc("Scheduler Settings").sms_reply_url or site_url(PATH))


def take_text(now: int) -> Response | dict[str, bool]:
	"""Act on the text message in this request, and return the answer for its gateway.

	Twilio sends the text that the answer contains. For another gateway, a task of the outbox sends it. `now` is in epoch
	seconds. Raises NotFound unless replies are set up, SignatureRefused, and InvalidRequest if it is no text message.
	"""
	settings = frappe.get_cached_doc("Scheduler Settings")
	gateway = settings.sms_replies
	secret = SECRETS.get(gateway) and settings.get_password(SECRETS[gateway], raise_exception=False)
	try:
		if not secret or not settings.sms_enabled:
			raise NotFound(_("This site reads no replies to text messages."))
		text = _READ[gateway](secret, now)
	except (NotFound, SignatureRefused):
		# The limit counts only forged requests, so that no reply from the gateway is lost on a busy day.
		count_request(REQUESTS)
		raise
	answer = act_on(text, now, sends_answer=gateway == OTHER) if text else ""
	if gateway != TWILIO:
		return {"taken": text is not None}
	message = f"<Message>{escape(answer)}</Message>" if answer else ""
	body = f'<?xml version="1.0" encoding="UTF-8"?><Response>{message}</Response>'
	return Response(body, content_type="text/xml; charset=utf-8")


def _signed_by_twilio(secret: str, now: int) -> Text | None:
	raw_body()
	form = frappe.request.form
	signed = reply_address() + "".join(
		f"{name}{value}" for name in sorted(form) for value in sorted(set(form.getlist(name)))
	)
	expected = base64.b64encode(hmac.new(secret.encode(), signed.encode(), hashlib.sha1).digest())
	given = frappe.request.headers.get("X-Twilio-Signature", "")
	if not hmac.compare_digest(given.encode(), expected):
		raise SignatureRefused
	message_id = form.get("MessageSid") or form.get("SmsMessageSid") or ""
	if not _TWILIO_ID.fullmatch(message_id):
		raise SignatureRefused
	return _text(message_id, form.get("From"), form.get("Body"), form.get("OptOutType"))


def _signed_by_another(secret: str, now: int) -> Text | None:
	body = raw_body()
	check_time_signature(secret, "X-Scheduler-Signature", "v1", body, now)
	message = read_json(body)
	if not isinstance(message, dict):
		raise InvalidRequest(_("This is not JSON."))
	return _text(*(message.get(name) for name in ("id", "from", "text", "opt_out")))


_READ: dict[str, Callable[[str, int], Text | None]] = {TWILIO: _signed_by_twilio, OTHER: _signed_by_another}


def _text(message_id: object, sender: object, body: object, opt_out: object) -> Text | None:
	"""Return the message, or None if no person sent it: short codes and senders with a name have no number."""
	if not isinstance(message_id, str) or not message_id or not isinstance(sender, str):
		raise InvalidRequest(_("This is no text message."))
	number = international(sender, ["UTC"]) if sender.startswith("+") else None
	choice = opt_out.upper() if isinstance(opt_out, str) else ""
	words = body[:_LONGEST] if isinstance(body, str) else ""
	return (
		Text(id=message_id, number=number, body=words, stops=choice == "STOP", starts=choice == "START")
		if number
		else None
	)
