"""Checks web addresses that people type in, such as the one of their scheduler.

Python and browsers read some addresses differently. Browsers take a backslash for a slash and drop tabs and line breaks;
both read "https://calendly.com@evil.example/" as a page of evil.example, but people don't. An address with such parts is
refused, so that the host that is checked is the host that a browser opens.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from frappe import _

from scheduler_integration.catalogue.hostnames import is_hostname
from scheduler_integration.parsing.text import Refused

LONGEST = 2048

# No part of an address may contain these (RFC 3986 excludes them, and whitespace).
_UNSAFE = re.compile(r"[\s\x00-\x20\x7f-\xa0\"'<>\\^`{|}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]")
_SCHEME = re.compile(r"https?://(?![/@?#])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WebAddress:
	"""An address that was checked. `host` is in lower case, without the port, and in ASCII (xn--…)."""

	text: str
	scheme: str
	host: str


def web_address(value: object, longest: int = LONGEST) -> WebAddress | None:
	"""Return the address, trimmed; None for empty text. Raises Refused unless it is http or https with a host name."""
	if value is None or value == "":
		return None
	if not isinstance(value, str):
		raise Refused(_("This must be text."))
	text = value.strip(" ")
	if len(text) > longest:
		raise Refused(_("This is too long: at most {0} characters.").format(longest))
	if not _SCHEME.match(text):
		raise Refused(_("This is not a web address. It begins with https://"))
	if _UNSAFE.search(text):
		raise Refused(_("A web address has no spaces, quotes, backslashes or brackets. Write them as %20 and so on."))
	try:
		parts = urlsplit(text)
		_port = parts.port
	except ValueError:
		raise Refused(_("This is not a web address. It begins with https://")) from None
	if "@" in parts.netloc or "%" in parts.netloc:
		raise Refused(_("Please leave out the part before the “@”: an address names only the website."))
	return WebAddress(text, parts.scheme.lower(), _host(parts))


def _host(parts: SplitResult) -> str:
	try:
		host = (parts.hostname or "").encode("idna").decode("ascii").lower().rstrip(".")
	except UnicodeError:
		host = ""
	if not host or not is_hostname(host):
		raise Refused(_("This is not a web address. It begins with https://"))
	return host
