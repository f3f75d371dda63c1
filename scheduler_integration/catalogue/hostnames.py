"""Host names and web addresses as people type them into settings."""

import re
from urllib.parse import urlsplit

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)


def is_hostname(text: str) -> bool:
	"""Whether this is a host name alone (RFC 1123, section 2.1), without scheme, port or path."""
	return len(text) <= 253 and bool(_HOSTNAME.fullmatch(text))


def is_web_address(text: object) -> bool:
	"""Whether this is an address that a browser may be sent to."""
	try:
		parts = urlsplit(str(text))
		return parts.scheme in ("http", "https") and bool(parts.hostname)
	except ValueError:
		return False
