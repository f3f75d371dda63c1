"""Calls webhooks: a signed POST of JSON.

The header `X-Scheduler-Signature` is `t=<epoch seconds>,v1=<hex>`. The hex is the HMAC-SHA256 of the time, a full stop
and the body, with the automation's secret as its key. A receiver that checks the time refuses repeated requests.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from frappe import _

from scheduler_integration.exceptions import AddressRefused, UnexpectedAnswer
from scheduler_integration.http.addresses import site_guard
from scheduler_integration.http.client import Client, Limits
from scheduler_integration.outbox.outcomes import Done, Never, Outcome

GONE = 410


def post_signed(url: str, body: dict[str, Any], secret: str, now: int) -> Outcome:
	"""Post the body and return the outcome. `now` (epoch seconds) is part of the signature.

	Any status from 200 to 299 is success, and 410 means that the receiver no longer exists. Raises OutsideError for
	everything else.
	"""
	content = json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
	headers = {"Content-Type": "application/json", "X-Scheduler-Signature": signature(content, secret, now)}
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
	return Done()


def signature(content: bytes, secret: str, now: int) -> str:
	"""Return the value of the header X-Scheduler-Signature."""
	code = hmac.new(secret.encode(), f"{now}.".encode() + content, hashlib.sha256).hexdigest()
	return f"t={now},v1={code}"
