"""Reads the fields of a scheduling page that the API sends. The result has the names of the record's fields."""

from collections.abc import Mapping
from typing import Any

from scheduler_integration.parsing.fields import parse_json
from scheduler_integration.parsing.payload import Fields, declared, needed, nested, number, parse_payload, rows, text

_READ_ONLY = frozenset({"cmd", "page", "id", "url", "created_at", "updated_at"})


def parse_page(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of a Scheduling Page that the payload sets. Raises InvalidRequest that names every wrong field.

	`branding` sets those of its fields that are sent; `hosts` replaces all rows.
	"""
	parsed = parse_payload(payload, PAGE, _READ_ONLY)
	return {**parsed, **parsed.pop("branding", {})}


def parse_new_page(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of a new page. Its name is needed."""
	return parse_page({"name": None, **payload})


_BRANDING = declared("Scheduling Page", "brand_color logo welcome_message")
_HOST: Fields = {
	**declared("Scheduling Page Host", "user priority is_required is_active"),
	"weight": ("weight", number),
}
_TABLE = declared(
	"Scheduling Page", "page_type organization description is_active show_taken_times timezone", name="title"
)
PAGE: Fields = {
	**_TABLE,
	"slug": ("slug", text),
	"page_type": (
		"page_type",
		lambda value: _TABLE["page_type"][1](value.lower() if isinstance(value, str) else value),
	),
	"user_id": ("user", needed),
	"branding": ("branding", lambda value: nested(parse_json("branding", value, dict) or {}, _BRANDING)),
	"hosts": ("hosts", rows("hosts", "Scheduling Page Host", _HOST)),
}
