"""Turns what came over the wire into what the rooms take. Raises InvalidRequest with the field that is wrong."""

import json
import re
from datetime import date
from typing import Any

from frappe import _

from scheduler_integration.engine import FIRST_DATE, LAST_DATE
from scheduler_integration.exceptions import InvalidDate, InvalidRequest
from scheduler_integration.parsing.instants import parse_instant
from scheduler_integration.parsing.text import Refused, whole_number

# `date.fromisoformat` reads week dates too.
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


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
	try:
		return parse_instant(value)
	except Refused as refused:
		raise InvalidRequest(details={field: str(refused)}) from None


def parse_instants(**fields: object) -> list[int]:
	"""Epoch seconds of several instants; all that are wrong are named at once."""
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
	if value in (None, ""):
		return None
	try:
		return whole_number(value)
	except Refused as refused:
		raise InvalidRequest(details={field: str(refused)}) from None


def parse_flag(field: str, value: object) -> bool:
	"""Yes or no, given as true and false or as 1 and 0; no for none."""
	if value in (None, "", False, 0, "0", "false"):
		return False
	if value in (True, 1, "1", "true"):
		return True
	raise InvalidRequest(details={field: _("Say 1 or 0.")})


def parse_json(field: str, value: Any, kind: type) -> Any:
	"""A list or object, given as one or, in a form, as its JSON; None for none."""
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
