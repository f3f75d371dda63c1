"""Reads the fields of a scheduling page that the API sends. The result has the names of the record's fields."""

from collections.abc import Mapping
from typing import Any

from frappe import _

from scheduler_integration.parsing.fields import parse_flag, parse_json
from scheduler_integration.parsing.payload import Fields, Parser, parse_payload, read_payload
from scheduler_integration.parsing.text import Refused, label, prose, whole_number
from scheduler_integration.times import is_zone

LONGEST_TITLE = 255
PAGE_TYPES = {"personal": "Personal", "team": "Team"}
_READ_ONLY = frozenset({"cmd", "page", "id", "url", "created_at", "updated_at"})


def parse_page(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of a Scheduling Page that the payload sets. Raises InvalidRequest that names every wrong field.

	`branding` sets those of its fields that are sent; `hosts` replaces all rows.
	"""
	parsed = parse_payload(payload, _PAGE, _READ_ONLY)
	return {**parsed, **parsed.pop("branding", {})}


def parse_new_page(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of a new page. Its name is needed."""
	return parse_page({"name": None, **payload})


def _title(value: object) -> str:
	text = label(value, LONGEST_TITLE)
	if not text:
		raise Refused(_("Enter a name of 1 to {0} characters.").format(LONGEST_TITLE))
	return text


def _text(value: object) -> str:
	if value is not None and not isinstance(value, str):
		raise Refused(_("This must be text."))
	return (value or "").strip()


def _page_type(value: object) -> str:
	if not isinstance(value, str) or value.lower() not in PAGE_TYPES:
		raise Refused(_("Must be one of: {0}.").format(", ".join(PAGE_TYPES)))
	return PAGE_TYPES[value.lower()]


def _zone(value: object) -> str:
	if not is_zone(value):
		raise Refused(_("Choose a time zone from the list, such as Europe/Berlin."))
	return str(value)


def _branding(value: object) -> dict[str, Any]:
	return _nested(parse_json("branding", value, dict) or {}, _BRANDING)


def _hosts(value: object) -> list[dict[str, Any]]:
	return [_host(number, row) for number, row in enumerate(parse_json("hosts", value, list) or [], 1)]


def _host(number: int, row: object) -> dict[str, Any]:
	try:
		if not isinstance(row, Mapping):
			raise Refused(_("This value has the wrong type."))
		return {"weight": 5, "is_required": 1, "is_active": 1, **_nested({"user": None, **row}, _HOST)}
	except Refused as refused:
		raise Refused(_("Row {0}: {1}").format(number, refused)) from None


def _nested(given: Mapping[str, object], fields: Fields) -> dict[str, Any]:
	parsed, wrong = read_payload(given, fields)
	if wrong:
		raise Refused(" ".join(f"{name}: {sentence}" for name, sentence in wrong.items()))
	return parsed


def _user(value: object) -> str:
	text = _text(value)
	if not text:
		raise Refused(_("This is needed."))
	return text


def _flag(name: str) -> Parser:
	return lambda value: int(parse_flag(name, value))


def _number(value: object) -> int:
	if value in (None, ""):
		raise Refused(_("This is not a whole number."))
	return whole_number(value)


_PAGE: Fields = {
	"name": ("title", _title),
	"slug": ("slug", _text),
	"page_type": ("page_type", _page_type),
	"user_id": ("user", _user),
	"organization": ("organization", label),
	"description": ("description", prose),
	"is_active": ("is_active", _flag("is_active")),
	"show_taken_times": ("show_taken_times", _flag("show_taken_times")),
	"timezone": ("timezone", _zone),
	"branding": ("branding", _branding),
	"hosts": ("hosts", _hosts),
}
_BRANDING: Fields = {
	"brand_color": ("brand_color", _text),
	"logo": ("logo", _text),
	"welcome_message": ("welcome_message", prose),
}
_HOST: Fields = {
	"user": ("user", _user),
	"weight": ("weight", _number),
	"priority": ("priority", _number),
	"is_required": ("is_required", _flag("is_required")),
	"is_active": ("is_active", _flag("is_active")),
}
