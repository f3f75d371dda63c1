"""E-mail addresses, phone numbers, URLs and HTML: what Frappe takes for valid, and how it cleans."""

import html as html_
import json
import re
from email.utils import parseaddr
from functools import lru_cache
from typing import Any
from urllib.parse import urlparse

import frappe

_LOCAL = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_EMAIL = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@(?:{_LABEL}\.)+{_LABEL}", re.IGNORECASE)
_LOOSE_EMAIL = re.compile(r"[\w.+-]+@[a-zA-Z0-9-]+\.[a-zA-Z0-9-.]+", re.ASCII)
_PHONE = re.compile(r"([0-9 +_\-,.*#()]){1,20}$")
_SEPARATOR = re.compile(r'[,\n](?=(?:[^"]|"[^"]*")*$)')
_TAG = re.compile(r"<[^>]+>")
_TAG_OR_COMMENT = re.compile(r"(<!--.*?-->|<[^>]*>)", re.DOTALL)
_RELATIVE_URL = re.compile(r"""((?:href|src)\s*=\s*['"]?)((?!http|mailto|data:|tel:|cid:|#|<!--)[^'" >]+)""")


def is_html(text: Any) -> bool:
	return isinstance(text, str) and bool(_TAG.search(text))


def strip_html_tags(text: str) -> str:
	return re.sub(r"<[^>]*>", "", text)


def strip_html(text: str) -> str:
	return _TAG_OR_COMMENT.sub("", text)


def escape_html(text: Any) -> Any:
	if not isinstance(text, str):
		return text
	return html_.escape(text, quote=True).replace("&#x27;", "&apos;")


def unescape_html(value: str) -> str:
	return html_.unescape(value)


def is_json(text: str) -> bool:
	try:
		json.loads(text)
	except ValueError:
		return False
	return True


def sanitize_html(html: Any, linkify: bool = False, always_sanitize: bool = False) -> Any:
	"""Escape tags and drop attributes that could run code. JSON and text without a tag stay as they are."""
	import bleach
	from bs4 import BeautifulSoup

	if not isinstance(html, str):
		return html
	if not always_sanitize and (is_json(html) or not BeautifulSoup(html, "html.parser").find()):
		return html
	return bleach.clean(
		html, tags=_allowed_tags(), attributes=_is_harmless, css_sanitizer=_css_sanitizer(), strip_comments=False,
		protocols={"cid", "http", "https", "mailto"},
	)  # fmt: skip


@lru_cache
def _allowed_tags() -> frozenset[str]:
	"""html5lib's safe elements, and the few that Frappe adds."""
	from bleach._vendor.html5lib.filters.sanitizer import allowed_elements

	more = {"html", "head", "meta", "link", "body", "style", "o:p", "mark", "summary"}
	return frozenset({name for _, name in allowed_elements} - {"wbr"} | more)


def _is_harmless(tag: str, name: str, value: str) -> bool:
	from bleach._vendor.html5lib.filters.sanitizer import allowed_attributes

	return name.startswith("data-") or name in {attribute for _, attribute in allowed_attributes}


@lru_cache
def _css_sanitizer() -> Any:
	from bleach.css_sanitizer import CSSSanitizer
	from bleach_allowlist import bleach_allowlist

	return CSSSanitizer(allowed_css_properties=bleach_allowlist.all_styles)


def parse_addr(email_string: str) -> tuple[str | None, str]:
	name, email = parseaddr(email_string)
	if "@" in email and email.rindex("@") > 0 and "." in email.rpartition("@")[2] and len(email.rpartition("@")[2]) > 3:
		return name, email
	found = _LOOSE_EMAIL.findall(email_string)
	return (name, found[0]) if found else (None, email)


def validate_email_address(email_str: str, throw: bool = False) -> str:
	"""The valid addresses of a comma-separated text; a wrong one is left out, or raised about."""
	valid = []
	for entry in filter(None, (email_str or "").strip().split(",")):
		entry = entry.strip()
		if "undisclosed-recipient" in entry:
			continue
		email = None if not entry or (" " in entry and "<" not in entry) else parse_addr(entry)[1]
		if email and _EMAIL.match(email):
			valid.append(email)
		elif throw:
			message = frappe._("{0} is not a valid Email Address").format(escape_html(entry))
			frappe.throw(message, frappe.InvalidEmailAddressError)
	return ", ".join(valid)


def split_emails(text: Any) -> list[str]:
	flat = re.sub(r"[\t\n\r]", " ", frappe.utils.cstr(text))
	return [entry for entry in (part.strip() for part in _SEPARATOR.split(flat)) if entry]


def validate_phone_number(phone_number: str, throw: bool = False) -> bool:
	if not phone_number:
		return False
	match = _PHONE.match(phone_number.strip())
	if not match and throw:
		message = frappe._("{0} is not a valid Phone Number").format(phone_number)
		frappe.throw(message, frappe.InvalidPhoneNumberError)
	return bool(match)


def validate_url(txt: str, throw: bool = False, valid_schemes: Any = None) -> bool:
	"""An absolute URL, or a path on this site."""
	url = urlparse(txt)
	valid = bool(url.scheme and (url.netloc or url.path)) or bool(txt and txt.startswith("/"))
	if valid_schemes:
		valid = valid and url.scheme in ([valid_schemes] if isinstance(valid_schemes, str) else valid_schemes)
	if not valid and throw:
		frappe.throw(frappe._("'{0}' is not a valid URL").format(frappe.bold(txt)))
	return valid


def expand_relative_urls(html: str) -> str:
	"""Links and images of an e-mail need the site's address."""
	base = frappe.utils.get_url().rstrip("/")
	return _RELATIVE_URL.sub(lambda match: f"{match[1]}{base}/{match[2].lstrip('/')}", html)


scrub_urls = expand_relative_urls


def md_to_html(markdown_text: str) -> str:
	from markdown2 import markdown

	extras = {"fenced-code-blocks": None, "tables": None, "header-ids": None}
	return markdown(markdown_text or "", extras=extras)


markdown = md_to_html


def html2text(html: str, strip_links: bool = False, wrap: bool = True) -> str:
	"""HTML as Markdown, which is what Frappe sends as the plain text of an e-mail."""
	from markdownify import markdownify

	return markdownify(html or "", heading_style="ATX", strip=["a"] if strip_links else None, wrap=wrap)


to_markdown = html2text
