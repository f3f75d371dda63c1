"""Receives Zoom's notices: verifies the signature of the raw body.

Each notice is signed with the secret token of the app: HMAC-SHA256 over `v0:<timestamp>:<body>`, the body as it arrived.
"""

import hashlib
import hmac

import frappe

from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.parsing.zoom_notice import ZoomNotice, read_zoom_notice

# In seconds. Somebody may have recorded an older notice and sent it again.
OLDEST = 300


def signed_notice(body: bytes, timestamp: str | None, signature: str | None, now: int) -> ZoomNotice:
	"""Return the notice in a request with this raw body and these two headers. `now` is in epoch seconds.

	Raises NotPermitted if Zoom didn't sign it in the last or the next OLDEST seconds, and InvalidRequest if it can't be
	read.
	"""
	stamp = timestamp or ""
	if not stamp.isascii() or not stamp.isdigit() or abs(now - int(stamp[:12])) > OLDEST:
		raise NotPermitted
	expected = "v0=" + _signed(b":".join((b"v0", stamp.encode(), body)))
	if not hmac.compare_digest(expected.encode(), (signature or "").encode()):
		raise NotPermitted
	return read_zoom_notice(body)


def answer_to(notice: ZoomNotice) -> dict[str, str]:
	"""Return the JSON that Zoom expects when it checks the address: its token with this site's signature.

	Otherwise empty.
	"""
	if notice.event != "endpoint.url_validation":
		return {}
	return {"plainToken": notice.token, "encryptedToken": _signed(notice.token.encode())}


def _signed(message: bytes) -> str:
	"""Return the signature of the message. Without a secret, nobody can sign anything."""
	secret = frappe.get_cached_doc("Scheduler Settings").get_password("zoom_webhook_secret", raise_exception=False)
	if not secret:
		raise NotPermitted
	return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
