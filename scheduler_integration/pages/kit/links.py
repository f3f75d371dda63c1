"""Addresses that pages show as links."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from scheduler_integration.catalogue.hostnames import is_web_address


def web_address(text: str | None) -> str | None:
	"""Return the text, trimmed, if it is an http or https address, or None. A place may be an address or a sentence."""
	address = (text or "").strip()
	return address if is_web_address(address) and " " not in address else None


def local_address(address: str | None) -> str | None:
	"""Return the address without its host name, so that links stay on the host name in the visitor's address bar."""
	parts = urlsplit(address or "")
	return (parts.path + (f"?{parts.query}" if parts.query else "")) or None


def phone_address(number: str) -> str:
	"""Return the address of a telephone number (RFC 3966): `tel:+4930123;ext=4` for `+49 (0)30 123 ext. 4`."""
	main, *extension = re.split(r"ext\.?|x", re.sub(r"\s", "", number.lower()), maxsplit=1)
	if main.startswith("+"):
		main = main.replace("(0)", "")
	digits = re.sub(r"[^0-9+]", "", main)
	return f"tel:{digits};ext={extension[0]}" if extension else f"tel:{digits}"
