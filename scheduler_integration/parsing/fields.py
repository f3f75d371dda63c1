"""Reads single fields of a request. Every function raises InvalidRequest that names the wrong field."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

from frappe import _
from frappe.model.document import Document

from scheduler_integration.engine import FIRST_DATE, LAST_DATE
from scheduler_integration.exceptions import InvalidDate, InvalidRequest
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import SHORT, Refused, paragraph, whole_number
from scheduler_integration.platform.one_line import is_control

T = TypeVar("T")
D = TypeVar("D")

# `date.fromisoformat` alone would also read week dates such as 2026-W48-1.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOLD = re.compile(r"[0-9a-zA-Z]{32}")


def parse_field(field: str, value: object, parse: Callable[[object], T]) -> T:
	"""Return `parse(value)`. A Refused becomes an InvalidRequest that names the field."""
	try:
		return parse(value)
	except Refused as refused:
		raise InvalidRequest(details={field: str(refused)}) from None


def parse_form_field(doc: Document, field: str, parse: Callable[[object], T]) -> T:
	"""Return the value of a record's field, read with `parse`. A Refused becomes an InvalidRequest that names the label.

	For DocType controllers: the desk shows only the sentence, and not the details.
	"""
	try:
		return parse(doc.get(field))
	except Refused as refused:
		label = _(doc.meta.get_label(field))
		raise InvalidRequest(_("{0}: {1}").format(label, refused), details={field: str(refused)}) from None


def parse_name(value: object) -> str:
	"""Return a slug, a token or a record's name. Anything but text becomes an empty name, which no record has."""
	return value if isinstance(value, str) else ""


def parse_choice(field: str, value: object) -> str:
	"""Return a name that was chosen from a list; empty if it is missing. The caller checks that the name exists."""
	if value is not None and not isinstance(value, str):
		raise InvalidRequest(details={field: _("This must be text.")})
	# No record's name is longer or has a control character, and no database looks for one.
	if len(value or "") > SHORT or any(is_control(char) for char in value or ""):
		raise InvalidRequest(details={field: _("Please choose another.")})
	return value or ""


def parse_hold_key(value: object) -> str | None:
	"""Return the key of a hold, 32 letters and digits. Anything else returns None. An unknown hold isn't an error."""
	return value if isinstance(value, str) and _HOLD.fullmatch(value) else None


def parse_reason(value: object) -> str:
	"""Return the reason for cancelling or declining a meeting; empty if it is missing."""
	return parse_field("reason", value, paragraph)


def parse_date(field: str, value: object) -> date:
	"""Return a date that is written as YYYY-MM-DD. Raises InvalidDate, an InvalidRequest."""
	try:
		if not isinstance(value, str) or not _DATE.fullmatch(value):
			raise ValueError
		day = date.fromisoformat(value)
	except ValueError:
		raise InvalidDate(details={field: _("Write it as 2026-11-23.")}) from None
	if not FIRST_DATE <= day <= LAST_DATE:
		raise InvalidDate(details={field: _("This date is too far away.")})
	return day


def parse_date_or(field: str, value: object, default: D) -> date | D:
	"""Return a date, or the default if none was sent. Raises InvalidDate."""
	return default if value in (None, "") else parse_date(field, value)


def parse_dates(start_date: object, end_date: object) -> tuple[date | None, date | None]:
	"""Return the first and the last date of a range; a missing one is None. Raises InvalidDate if they are reversed."""
	first = parse_date_or("start_date", start_date, None)
	last = parse_date_or("end_date", end_date, None)
	if first and last and last < first:
		raise InvalidDate(_("The last day is before the first."), {"end_date": _("Choose a later date or time.")})
	return first, last


def parse_instant_of(field: str, value: object) -> int:
	"""Return the epoch seconds of an instant in ISO 8601."""
	return parse_field(field, value, parse_instant)


def parse_instants(**fields: object) -> list[int]:
	"""Return the epoch seconds of several instants, in order. The error names every wrong one."""
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
	"""Return a whole number, or None if it is missing."""
	return None if value in (None, "") else parse_field(field, value, whole_number)


def parse_flag(field: str, value: object) -> bool:
	"""Return True for true or 1, and False for false or 0. A missing value is False."""
	if value in (None, "", False, 0, "0", "false"):
		return False
	if value in (True, 1, "1", "true"):
		return True
	raise InvalidRequest(details={field: _("This must be 1 or 0.")})


def parse_json(field: str, value: Any, kind: type) -> Any:
	"""Return a value of the type `kind`, list or dict, or None if it is missing. Forms send it as JSON text."""
	if value in (None, ""):
		return None
	if isinstance(value, str):
		try:
			value = json.loads(value)
		except (ValueError, RecursionError):
			raise InvalidRequest(details={field: _("This is not JSON.")}) from None
	if not isinstance(value, kind):
		raise InvalidRequest(details={field: _("This value has the wrong type.")})
	return value


class Reader:
	"""Reads fields of a request, and collects in `details` a sentence for each wrong one. `get` returns what was sent, by name."""

	def __init__(self, get: Callable[[str], Any]):
		self._get = get
		self.details: dict[str, str] = {}

	def value(self, field: str, parse: Callable[[Any], T], default: D) -> T | D:
		"""Return `parse` of what was sent, or the default if it is wrong."""
		try:
			return parse(self._get(field))
		except Refused as refused:
			self.details[field] = str(refused)
		except InvalidRequest as error:
			self.details[field] = error.details.get(field) or error.message
		return default

	def needed(self, field: str, parse: Callable[[Any], T], default: D, missing: str) -> T | D:
		"""Return the same. If nothing was sent, or nothing is left of it, `missing` is the sentence."""
		value = default if self._get(field) in (None, "") else self.value(field, parse, default)
		if self._get(field) in (None, "") or value == "":
			self.details.setdefault(field, missing)
		return value

	def check(self) -> None:
		"""Raise InvalidRequest if something was wrong."""
		if self.details:
			raise InvalidRequest(details=self.details)
