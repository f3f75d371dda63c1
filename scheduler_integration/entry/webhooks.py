"""Receives webhooks of external schedulers: verifies the signature of the raw body, and passes the change on.

The address of a webhook names the record of the consultant's settings, whose signing key verifies the body. An unknown
record, a consultant without a key and a wrong signature get the same answer, so nobody can find out who has a scheduler.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.utils.password import get_decrypted_password

from scheduler_integration.engagement.references import read
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.entry.visits import countable_visit
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, ReportLinkNotFound, SignatureRefused
from scheduler_integration.external.payloads.change import ExternalChange
from scheduler_integration.external.record import record_external
from scheduler_integration.parsing.zoom_notice import ZoomNotice, read_zoom_notice

DOCTYPE = "Consultant Scheduler Settings"
# A signed timestamp may be this many seconds old, or in the future: the clocks of schedulers and this server may differ.
WINDOW = 5 * 60
# In bytes. No scheduler sends as much, and verifying costs time for each byte.
LARGEST_BODY = 256 * 1024
# In seconds. Somebody may have recorded an older notice of Zoom and sent it again.
_ZOOM_OLDEST = 300


@dataclass(frozen=True, slots=True)
class Sender:
	"""The sender of a webhook: the name of the settings, the consultant, and the key that verifies the signature."""

	settings: str
	consultant: str
	key: str


def signed_by_time(provider: str, header: str, field: str, now: int) -> tuple[Sender, object]:
	"""Return the sender and the JSON of a request signed as `<header>: t=<epoch seconds>,<field>=<hex>`.

	The signature is the HMAC-SHA256 of `<t>.<body>`. Calendly, OnceHub and the app's own webhook sign so. Raises
	SignatureRefused, also if `t` is further than WINDOW from `now`, and InvalidRequest if the body isn't JSON.
	"""
	sender, body = _sender(provider), raw_body()
	check_time_signature(sender.key, header, field, body, now)
	return sender, read_json(body)


def check_time_signature(key: str, header: str, field: str, body: bytes, now: int) -> None:
	"""Raise SignatureRefused unless the request was signed with the key as `signed_by_time` says."""
	parts = dict(part.strip().split("=", 1) for part in _header(header).split(",") if "=" in part)
	timestamp, given = parts.get("t", ""), parts.get(field, "")
	expected = hmac.new(key.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
	is_fresh = timestamp.isascii() and timestamp.isdigit() and abs(now - int(timestamp[:12])) <= WINDOW
	if not (hmac.compare_digest(given.encode(), expected.encode()) and is_fresh):
		raise SignatureRefused


def signed_by_acuity(provider: str) -> tuple[Sender, Mapping[str, str]]:
	"""Return the sender and the form of a request that Acuity signed: the base64 HMAC-SHA256 of the body.

	Acuity signs no time. A repeated request is harmless. It only makes this site ask Acuity again.
	"""
	sender, body = _sender(provider), raw_body()
	expected = base64.b64encode(hmac.new(sender.key.encode(), body, hashlib.sha256).digest())
	if not hmac.compare_digest(_header("X-Acuity-Signature").encode(), expected):
		raise SignatureRefused
	return sender, frappe.request.form


def record(sender: Sender, change: ExternalChange, now: int) -> str:
	"""Record a change that was verified."""
	return record_external(sender.consultant, change, now)


def record_browser_message(reference: str, change: ExternalChange, now: int) -> None:
	"""Record the message of a widget in a report. Raises ReportLinkNotFound unless this site signed the reference.

	Does nothing if a person's browser can't have sent it, or if the consultant uses another scheduler.
	"""
	target_reference = read(reference)
	if not target_reference:
		raise ReportLinkNotFound
	target = find_target(target_reference.assessment, target_reference.meeting_type)
	provider = frappe.db.get_value(DOCTYPE, {"consultant": target.consultant}, "scheduler_provider")
	if provider == change.provider and countable_visit():
		record_external(target.consultant, change, now)


def _sender(provider: str) -> Sender:
	name = frappe.request.args.get("settings", "")
	row = frappe.db.get_value(DOCTYPE, {"name": name}, ["consultant", "scheduler_provider"], as_dict=True)
	key = get_decrypted_password(DOCTYPE, name, "webhook_signing_key", raise_exception=False) if row else None
	if not row or not key or row.scheduler_provider != provider:
		# The same work as for an existing sender, so that the response time gives no hint.
		hmac.new(b"nobody", raw_body(), hashlib.sha256).hexdigest()
		raise SignatureRefused
	return Sender(name, row.consultant, key)


def raw_body() -> bytes:
	"""Return the body as it was signed. Raises InvalidRequest if it is longer than LARGEST_BODY."""
	body = frappe.request.get_data(cache=True)
	if len(body) > LARGEST_BODY:
		raise InvalidRequest(_("This is too long: at most {0} characters.").format(LARGEST_BODY))
	return body


def _header(name: str) -> str:
	return frappe.request.headers.get(name, "")


def read_json(body: bytes) -> object:
	"""Return the value of a JSON text. Raises InvalidRequest if it isn't one."""
	try:
		return json.loads(body)
	except (ValueError, RecursionError):
		raise InvalidRequest(_("This is not JSON.")) from None


def signed_notice(body: bytes, timestamp: str | None, signature: str | None, now: int) -> ZoomNotice:
	"""Return the notice of Zoom in a request with this raw body and these two headers. `now` is in epoch seconds.

	Zoom signs `v0:<timestamp>:<body>` with the secret token of the app, HMAC-SHA256.

	Raises NotPermitted if Zoom didn't sign it in the last or the next _ZOOM_OLDEST seconds, and InvalidRequest if it can't be
	read.
	"""
	stamp = timestamp or ""
	if not stamp.isascii() or not stamp.isdigit() or abs(now - int(stamp[:12])) > _ZOOM_OLDEST:
		raise NotPermitted
	expected = "v0=" + _signed_by_zoom(b":".join((b"v0", stamp.encode(), body)))
	if not hmac.compare_digest(expected.encode(), (signature or "").encode()):
		raise NotPermitted
	return read_zoom_notice(body)


def answer_to(notice: ZoomNotice) -> dict[str, str]:
	"""Return the JSON that Zoom expects when it checks the address: its token with this site's signature.

	Otherwise empty.
	"""
	if notice.event != "endpoint.url_validation":
		return {}
	return {"plainToken": notice.token, "encryptedToken": _signed_by_zoom(notice.token.encode())}


def _signed_by_zoom(message: bytes) -> str:
	"""Return the signature of the message. Without a secret, nobody can sign anything."""
	secret = frappe.get_cached_doc("Scheduler Settings").get_password("zoom_webhook_secret", raise_exception=False)
	if not secret:
		raise NotPermitted
	return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
