"""Addresses that pages show as links."""

from __future__ import annotations

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
