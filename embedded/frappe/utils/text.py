"""Stands in for frappe.utils and frappe.utils.html_utils: checks addresses, phone numbers and URLs; cleans HTML."""

import html as html_
import json
import re
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import urlparse

import bleach
import frappe
from bleach._vendor.html5lib.filters.sanitizer import allowed_attributes, allowed_elements
from bleach.css_sanitizer import CSSSanitizer
from bleach_allowlist import bleach_allowlist
from bs4 import BeautifulSoup
from markdownify import markdownify

_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_EMAIL = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@(?:{_LABEL}\.)+{_LABEL}", re.IGNORECASE)
_PHONE = re.compile(r"([0-9 +_\-,.*#()]){1,20}$")
_TAG_OR_COMMENT = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_RELATIVE_URL = re.compile(r"""((?:href|src)\s*=\s*['"]?)((?!http|mailto|data:|tel:|cid:|#|<!--)[^'" >]+)""")


def strip_html(text: str) -> str:
	return _TAG_OR_COMMENT.sub("", text)


def escape_html(text: Any) -> Any:
	return html_.escape(text, quote=True).replace("&#x27;", "&apos;") if isinstance(text, str) else text


def _is_json(text: str) -> bool:
	try:
		json.loads(text)
	except ValueError:
		return False
	return True


def sanitize_html(html: Any, always_sanitize: bool = False) -> Any:
	"""Escape tags and drop attributes that could run code. JSON and text without a tag don't change."""
	if not always_sanitize and ("<" not in html or _is_json(html) or not BeautifulSoup(html, "html.parser").find()):
		return html
	return _cleaned(html)


@lru_cache
def _cleaned(html: str) -> str:
	return bleach.clean(
		html, tags=_allowed_tags(), attributes=_is_harmless, css_sanitizer=_css_sanitizer(), strip_comments=False,
		protocols={"cid", "http", "https", "mailto"},
	)  # fmt: skip


@lru_cache
def _allowed_tags() -> frozenset[str]:
	"""Return html5lib's safe elements, and the few that Frappe adds."""
	more = {"html", "head", "meta", "link", "body", "style", "o:p", "mark", "summary"}
	return frozenset({name for _, name in allowed_elements} - {"wbr"} | more)


def _is_harmless(tag: str, name: str, value: str) -> bool:
	return name.startswith("data-") or name in {attribute for _, attribute in allowed_attributes}


@lru_cache
def _css_sanitizer() -> CSSSanitizer:
	return CSSSanitizer(allowed_css_properties=bleach_allowlist.all_styles)


def validate_email_address(email_str: str, throw: bool = False) -> str:
	"""Return the valid addresses of a comma-separated text. Leaves out an invalid one, or raises if `throw` is set."""
	return ", ".join(filter(None, (_address_of(entry.strip(), throw) for entry in (email_str or "").split(","))))


def _address_of(entry: str, throw: bool) -> str:
	"""Return the address in `Name <name@example.com>`, or in a bare address."""
	email = "" if " " in entry and "<" not in entry else _parsed_address(entry)
	if entry and not _EMAIL.match(email) and throw:
		message = frappe._("{0} is not a valid Email Address").format(escape_html(entry))
		frappe.throw(message, frappe.InvalidEmailAddressError)
	return email if _EMAIL.match(email) else ""


@lru_cache(maxsize=1024)
def _parsed_address(entry: str) -> str:
	return parseaddr(entry)[1]


def validate_phone_number(phone_number: str, throw: bool = False) -> bool:
	match = _PHONE.match(phone_number.strip())
	if not match and throw:
		message = frappe._("{0} is not a valid Phone Number").format(phone_number)
		frappe.throw(message, frappe.InvalidPhoneNumberError)
	return bool(match)


def validate_url(txt: str, throw: bool = False) -> bool:
	"""Return whether the text is an absolute URL, or a path on this site. Raises if it isn't and `throw` is set."""
	url = urlparse(txt)
	valid = bool(url.scheme and (url.netloc or url.path)) or txt.startswith("/")
	if not valid and throw:
		frappe.throw(frappe._("'{0}' is not a valid URL").format(frappe.bold(txt)))
	return valid


def expand_relative_urls(html: str) -> str:
	"""Put the site's address before relative links and images, which an e-mail needs."""
	base = frappe.utils.get_url().rstrip("/")
	return _RELATIVE_URL.sub(lambda match: f"{match[1]}{base}/{match[2].lstrip('/')}", html)


def html2text(html: str) -> str:
	"""Convert HTML to Markdown. Frappe sends this as the plain text of an e-mail."""
	return markdownify(html, heading_style="ATX", wrap=True)
