"""Single fields of a request, turned into what the rooms take. Raises InvalidRequest that names the wrong field."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from frappe import _

from scheduler_integration.engine import FIRST_DATE, LAST_DATE
from scheduler_integration.exceptions import InvalidDate, InvalidRequest
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused, paragraph, whole_number

T = TypeVar("T")

# `date.fromisoformat` reads week dates too.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOLD = re.compile(r"[0-9a-zA-Z]{32}")


def parse_field(field: str, value: object, parse: Callable[[object], T]) -> T:
	"""The field's value as `parse` reads it, a function that raises Refused."""
	try:
		return parse(value)
	except Refused as refused:
		raise InvalidRequest(details={field: str(refused)}) from None


def parse_name(value: object) -> str:
	"""A slug, a token or a record's name. Anything but text becomes the empty name, which no record has."""
	return value if isinstance(value, str) else ""


def parse_choice(field: str, value: object) -> str:
	"""A name that was chosen from a list; empty for none."""
	if value is not None and not isinstance(value, str):
		raise InvalidRequest(details={field: _("This must be text.")})
	return value or ""


def parse_hold_key(value: object) -> str | None:
	"""The key of a hold: 32 letters and digits. Anything else is no key: it holds nothing, and that is no error."""
	return value if isinstance(value, str) and _HOLD.fullmatch(value) else None


def parse_reason(value: object) -> str:
	"""Why a meeting is cancelled or declined, as typed; empty for none."""
	return parse_field("reason", value, paragraph)


def parse_date(field: str, value: object) -> date:
	"""A date written YYYY-MM-DD."""
	try:
		if not isinstance(value, str) or not _DATE.fullmatch(value):
			raise ValueError
		day = date.fromisoformat(value)
	except ValueError:
		raise InvalidDate(details={field: _("Write it as 2026-11-23.")}) from None
	if not FIRST_DATE <= day <= LAST_DATE:
		raise InvalidDate(details={field: _("This date is too far away.")})
	return day


def parse_instant_of(field: str, value: object) -> int:
	"""Epoch seconds of an instant in ISO 8601."""
	return parse_field(field, value, parse_instant)


def parse_instants(**fields: object) -> list[int]:
	"""Epoch seconds of several instants. The error names every wrong one."""
	instants, details = [], {}
	for field, value in fields.items():
		try:
			instants.append(parse_instant(value))
		except Refused as refused:
			details[field] = str(refused)
	if details:
		raise InvalidRequest(details=details)
	return instants


def parse_whole_number(field: str, value: object) -> int | None:
	"""A whole number; None for none."""
	return None if value in (None, "") else parse_field(field, value, whole_number)


def parse_flag(field: str, value: object) -> bool:
	"""Yes or no, as true and false or as 1 and 0; no if it is missing."""
	if value in (None, "", False, 0, "0", "false"):
		return False
	if value in (True, 1, "1", "true"):
		return True
	raise InvalidRequest(details={field: _("Must be 1 or 0.")})


def parse_json(field: str, value: Any, kind: type) -> Any:
	"""A list or an object; forms send it as JSON text. None if it is missing."""
	if value in (None, ""):
		return None
	if isinstance(value, str):
		try:
			value = json.loads(value)
		except (ValueError, RecursionError):
			raise InvalidRequest(details={field: _("This is not JSON.")}) from None
	if not isinstance(value, kind):
		raise InvalidRequest(details={field: _("This has the wrong form.")})
	return value
