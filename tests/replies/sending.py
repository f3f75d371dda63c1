"""Replies as gateways send them, and when meetings are."""

import base64
import hashlib
import hmac
import json
import time

import frappe

from scheduler_integration.platform import clock

PATH = "/api/method/scheduler_integration.api.webhooks.sms"
TOKEN = "t0ken-of-twilio"
KEY = "k3y-of-another"
NUMBER = "+4930901820"
ADDRESS = "https://proxy.example/texts"
DAY = 86400


def set_up(gateway="Twilio", **fields):
	"""Let the site read replies. Commits."""
	settings = frappe.get_doc("Scheduler Settings")
	secrets = {"Twilio": {"sms_auth_token": TOKEN}, "Another gateway": {"sms_signing_key": KEY}}[gateway]
	settings.update(
		{
			"sms_enabled": 1,
			"sms_replies": gateway,
			"sms_reply_url": ADDRESS,
			"sms_can_receive": 1,
			"sms_reply_words": "1 and 9",
			**secrets,
			**fields,
		}
	)
	settings.save()
	frappe.db.commit()


def twilio_form(body, number=NUMBER, **fields):
	sid = f"SM{frappe.generate_hash(length=32)}"
	return {
		"MessageSid": sid,
		"AccountSid": "AC1",
		"From": number,
		"To": "+14155550100",
		"Body": body,
		"NumMedia": "0",
		**fields,
	}


def signed_by_twilio(form, token=TOKEN, address=ADDRESS):
	"""Return Twilio's signature as its documentation says."""
	text = address + "".join(f"{name}{form[name]}" for name in sorted(form))
	return base64.b64encode(hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()).decode()


def send_twilio(client, form, **signing):
	return client.post(PATH, data=form, headers={"X-Twilio-Signature": signed_by_twilio(form, **signing)})


def send_other(client, message, key=KEY, at=None):
	body = json.dumps(message).encode()
	stamp = str(int(time.time()) if at is None else at)
	code = hmac.new(key.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
	headers = {"X-Scheduler-Signature": f"t={stamp},v1={code}", "Content-Type": "application/json"}
	return client.post(PATH, data=body, headers=headers)


def coming(days=3):
	"""Return 09:00 UTC on a weekday some days from now."""
	midnight = clock.now() // DAY * DAY
	start = midnight + days * DAY + 9 * 3600
	weekday = (start // DAY + 3) % 7
	return start + (DAY * (7 - weekday) if weekday > 4 else 0)
