"""Checks host names and web addresses that people type into settings."""

import re
from urllib.parse import urlsplit

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)


def is_hostname(text: str) -> bool:
	"""Return whether the text is a host name (RFC 1123, section 2.1) without scheme, port and path."""
	return len(text) <= 253 and bool(_HOSTNAME.fullmatch(text))


def is_host(text: str) -> bool:
	"""Return whether the text is a host name, with a port or without."""
	name, colon, port = text.partition(":")
	return is_hostname(name) and (not colon or (port.isascii() and port.isdigit() and 0 < int(port) < 65536))


def is_web_address(text: object) -> bool:
	"""Return whether a browser may be sent to this address: http or https, with a host name."""
	try:
		parts = urlsplit(str(text))
		return parts.scheme in ("http", "https") and bool(parts.hostname)
	except ValueError:
		return False
