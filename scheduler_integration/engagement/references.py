"""References: signed strings that identify the link, and the report, that somebody followed.

A reference is `<facts>.<signature>`, both in base64url. The facts are the names of the meeting type and the assessment,
the channel, and for reports that aren't about an assessment the client's phase. The signature is the first half of an HMAC-SHA256 (RFC 2104) with the site's encryption key; half of it
is enough (RFC 2104, section 5), and external schedulers give back short values only.

A reference is part of addresses, so it contains no secret and no person's name. It doesn't prove who uses it.
"""

import base64
import binascii
import hmac
from dataclasses import dataclass

from scheduler_integration.parsing.references import REFERENCE
from scheduler_integration.platform.signing import keyed_hash

CHANNELS = ("report", "pdf", "email", "widget")
_SIGNATURE_BYTES = 16
_PURPOSE = "scheduler reference"


@dataclass(frozen=True, slots=True)
class Reference:
	"""The names of a meeting type and a Client Assessment, and the channel. Each name may be empty.

	`phase` is the client's, if there is no assessment that knows it.
	"""

	meeting_type: str
	assessment: str
	channel: str
	phase: str = ""


def written(reference: Reference) -> str:
	"""Return the reference as signed text."""
	parts = (reference.meeting_type, reference.assessment, reference.channel, *filter(None, [reference.phase]))
	facts = "\n".join(parts)
	return f"{_encoded(facts.encode())}.{_signature(facts)}"


def read(text: str | None) -> Reference | None:
	"""Return the reference in the text, or None if this site didn't sign it."""
	if not text or not REFERENCE.fullmatch(text):
		return None
	body, _dot, signature = text.partition(".")
	try:
		facts = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
	except (binascii.Error, UnicodeDecodeError):
		return None
	parts = facts.split("\n")
	if len(parts) not in (3, 4) or not hmac.compare_digest(signature, _signature(facts)):
		return None
	return Reference(*parts)


def _signature(facts: str) -> str:
	return _encoded(bytes.fromhex(keyed_hash(_PURPOSE, facts))[:_SIGNATURE_BYTES])


def _encoded(data: bytes) -> str:
	return base64.urlsafe_b64encode(data).decode().rstrip("=")
