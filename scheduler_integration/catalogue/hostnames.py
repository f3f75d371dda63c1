"""Host names as people type them into settings."""

import re

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOSTNAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)


def is_hostname(text: str) -> bool:
	"""Whether this is a host name alone (RFC 1123, section 2.1), without scheme, port or path."""
	return len(text) <= 253 and bool(_HOSTNAME.fullmatch(text))
