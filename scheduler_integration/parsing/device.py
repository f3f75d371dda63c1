"""Reads what a browser says when a host turns notifications on (Push API, `PushSubscription`)."""

import base64
import binascii
from dataclasses import dataclass, field

from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.fields import parse_field
from scheduler_integration.parsing.text import Refused
from scheduler_integration.parsing.web_address import web_address

# Addresses of push services have 150 to 400 characters.
_LONGEST = 1000
# Bytes: a point of the curve P-256, uncompressed, and a secret (RFC 8291, 3.1 and 3.2).
_POINT, _SECRET = 65, 16


@dataclass(frozen=True, slots=True)
class Subscription:
	"""A browser at its push service: the address, its public key and the secret that both share, in base64url."""

	endpoint: str
	p256dh: str = field(repr=False)
	auth: str = field(repr=False)


def parse_subscription(endpoint: object, p256dh: object, auth: object) -> Subscription:
	"""Return the subscription. Raises InvalidRequest that names the wrong field."""
	return Subscription(parse_endpoint(endpoint), _key("p256dh", p256dh, _POINT), _key("auth", auth, _SECRET))


def parse_endpoint(endpoint: object) -> str:
	"""Return the address at the push service. Raises InvalidRequest."""
	address = parse_field("endpoint", endpoint, lambda value: web_address(value, _LONGEST))
	if not address:
		raise InvalidRequest(details={"endpoint": _("This is missing.")})
	return address.text


def _key(name: str, value: object, size: int) -> str:
	return parse_field(name, value, lambda text: _base64url(text, size))


def _base64url(value: object, size: int) -> str:
	text = value.rstrip("=") if isinstance(value, str) else ""
	try:
		content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
	except (binascii.Error, ValueError):
		content = b""
	if len(content) != size or (size == _POINT and content[0] != 4):
		raise Refused(_("This is not the key of a browser."))
	return text
