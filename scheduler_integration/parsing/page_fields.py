"""Reads the fields of a scheduling page that the API sends. The result has the names of the record's fields."""

from collections.abc import Mapping
from typing import Any

from scheduler_integration.parsing.fields import parse_json
from scheduler_integration.parsing.payload import (
	Fields,
	flag,
	needed,
	nested,
	number,
	one_of,
	parse_payload,
	rows,
	text,
	time_zone,
	title,
)
from scheduler_integration.parsing.text import label, prose

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


_BRANDING: Fields = {
	"brand_color": ("brand_color", text),
	"logo": ("logo", text),
	"welcome_message": ("welcome_message", prose),
}
_HOST: Fields = {
	"user": ("user", needed),
	"weight": ("weight", number),
	"priority": ("priority", number),
	"is_required": ("is_required", flag("is_required")),
	"is_active": ("is_active", flag("is_active")),
}
_NEW_HOST = {"user": None, "weight": 5, "is_required": 1, "is_active": 1}
_PAGE: Fields = {
	"name": ("title", title(LONGEST_TITLE)),
	"slug": ("slug", text),
	"page_type": (
		"page_type",
		lambda value: one_of(PAGE_TYPES)(value.lower() if isinstance(value, str) else value),
	),
	"user_id": ("user", needed),
	"organization": ("organization", label),
	"description": ("description", prose),
	"is_active": ("is_active", flag("is_active")),
	"show_taken_times": ("show_taken_times", flag("show_taken_times")),
	"timezone": ("timezone", time_zone),
	"branding": ("branding", lambda value: nested(parse_json("branding", value, dict) or {}, _BRANDING)),
	"hosts": ("hosts", rows("hosts", _HOST, _NEW_HOST)),
}
