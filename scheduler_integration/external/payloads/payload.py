"""Reads single values of a webhook's payload.

A scheduler can't correct a name that its customer typed. So text that the app's own form would refuse is cleaned or
left out, while a payload without the facts that a booking needs is refused.
"""

from collections.abc import Mapping
from typing import Any

from frappe import _

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused, email, phone
from scheduler_integration.parsing.web_address import web_address
from scheduler_integration.platform.formulas import without_formula_start
from scheduler_integration.platform.one_line import header_text

LONGEST_ID = 200


def event(body: object, name: str) -> tuple[dict[str, Any], str]:
	"""Return the body and the kind of event in it; an empty kind if it has none."""
	fields = body if isinstance(body, dict) else {}
	kind = fields.get(name)
	return fields, kind if isinstance(kind, str) else ""


def section(payload: object, name: str) -> dict[str, Any]:
	"""Return an inner object. Raises InvalidRequest if it is missing."""
	value = payload.get(name) if isinstance(payload, dict) else None
	if not isinstance(value, dict):
		raise InvalidRequest(details={name: _("This is needed.")})
	return value


def identifier(payload: Mapping[str, Any], name: str) -> str:
	"""Return an ID. Raises InvalidRequest if it is missing or longer than LONGEST_ID."""
	value = payload.get(name)
	text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
	if not text or len(text) > LONGEST_ID or not text.isprintable():
		raise InvalidRequest(details={name: _("This is needed.")})
	return text


def optional_identifier(payload: Mapping[str, Any], name: str) -> str | None:
	return identifier(payload, name) if payload.get(name) not in (None, "") else None


def instant(payload: Mapping[str, Any], name: str) -> int:
	"""Return an ISO 8601 instant as epoch seconds. Raises InvalidRequest if it is missing or wrong."""
	try:
		# The time with at most six decimals: Calendly sends six, and some schedulers seven or nine.
		value = payload.get(name)
		if not isinstance(value, str) or "." not in value:
			full_zone = value
		else:
			whole, _dot, rest = value.partition(".")
			decimals = "".join(char for char in rest[:9] if char.isdigit())
			full_zone = f"{whole}.{decimals[:6]}{rest[len(decimals) :]}"
		return parse_instant(full_zone)
	except Refused as refused:
		raise InvalidRequest(details={name: str(refused)}) from None


def minutes(payload: Mapping[str, Any], name: str) -> int:
	"""Return a duration in minutes, from 1 to a month. Raises InvalidRequest."""
	value = payload.get(name)
	text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
	if not (text.isascii() and text.isdigit() and len(text) < 6 and 0 < int(text) <= 31 * 24 * 60):
		raise InvalidRequest(details={name: _("This is needed.")})
	return int(text)


def words(value: object, longest: int = 140) -> str:
	"""Return one line of harmless text, without markup, control characters, and signs that begin a formula."""
	if not isinstance(value, str):
		return ""
	text = header_text(value).replace("<", "").replace(">", "")
	return without_formula_start(text)[:longest].strip()


def address(value: object) -> str:
	"""Return an e-mail address, or "" if it isn't one."""
	try:
		return email(value) if isinstance(value, str) else ""
	except Refused:
		return ""


def web_link(value: object) -> str:
	"""Return the address of a video call, or "" if it isn't a web address of at most 500 characters."""
	try:
		address = web_address(value, 500)
	except Refused:
		return ""
	return address.text if address else ""


def number(value: object) -> str:
	"""Return a telephone number, or "" if it isn't one."""
	try:
		return phone(value) if isinstance(value, str) else ""
	except Refused:
		return ""
