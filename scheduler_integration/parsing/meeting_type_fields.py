"""Reads the fields of a meeting type that the API and the pages send.

The fields have the API's names, the result has the names of the record's fields. `settings` are declared by the DocType alone.
Some fields have a second name, which other schedulers use: `duration`, `active`, `confirmationMsg`, `display_order`.
"""

from collections.abc import Callable, Mapping
from typing import Any

import frappe
from frappe import _

from scheduler_integration.catalogue.phases import PHASES
from scheduler_integration.parsing.fields import parse_date, parse_json
from scheduler_integration.parsing.payload import (
	Fields,
	Parser,
	address,
	count,
	flag,
	needed,
	nested,
	number,
	one_of,
	parse_payload,
	rows,
	text,
	text_or_none,
	title,
)
from scheduler_integration.parsing.text import Refused, label, prose

LONGEST_NAME = 200
LONGEST_URL = 500
LONGEST_TEMPLATE = 140
MOST_OPTIONS = 100
_READ_ONLY = frozenset(
	{
		"cmd",
		"consultant",
		"meeting_type",
		"id",
		"consultant_id",
		"meeting_types",
		"created_at",
		"updated_at",
		"url",
		"version",
	}
)


def parse_meeting_type(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of Meeting Type that the payload sets. Raises InvalidRequest that names every wrong field.

	`settings` changes those of its fields that are sent; `questions` and `locations` replace all rows.
	"""
	parsed = parse_payload(payload, _MEETING_TYPE, _READ_ONLY)
	return {**parsed, **parsed.pop("settings", {})}


def parse_new_meeting_type(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of a new Meeting Type. Raises InvalidRequest, also if the name or the duration is missing."""
	missing: dict[str, object] = {} if "name" in payload else {"name": None}
	if "duration_minutes" not in payload and "duration" not in payload:
		missing["duration_minutes"] = None
	return parse_meeting_type({**payload, **missing})


def parse_type_form(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the same of a form, which has the fields of `settings` beside the others, and further texts."""
	texts = {name: (name, prose) for name in _ON_PAGES}
	return parse_payload(payload, {**_MEETING_TYPE, **_settings_parsers(), **texts}, _READ_ONLY)


def _amount(value: object) -> float:
	if isinstance(value, bool) or not isinstance(value, int | float | str):
		raise Refused(_("This is not an amount."))
	try:
		amount = float(value or 0)
	except ValueError:
		raise Refused(_("This is not an amount.")) from None
	if not 0 <= amount < 1e9:
		raise Refused(_("This is not an amount."))
	return amount


def _priority(value: object) -> int:
	given = number(value)
	if not 0 <= given <= 10:
		raise Refused(_("Must be between 0 and 10."))
	return given


def _phases(value: object) -> list[dict[str, str]]:
	given = parse_json("recommended_phases", value, list) or []
	if not all(isinstance(phase, str) and phase in PHASES for phase in given) or len(set(given)) != len(given):
		raise Refused(_("Must be a list of phases, each once: {0}.").format(", ".join(PHASES)))
	return [{"phase": phase} for phase in PHASES if phase in given]


def _minutes(name: str) -> Parser:
	"""Return the parser of a list of minutes, as a list or as text: [15, 30] or "15, 30"."""

	def parse(value: object) -> str:
		if isinstance(value, str) and not value.strip().startswith("["):
			return value
		return ", ".join(str(number(each)) for each in parse_json(name, value, list) or [])

	return parse


def _reminders(value: object) -> str:
	"""Return minutes before the meeting as text. None means the site's, and [] means no reminder."""
	if value is None:
		return ""
	return _minutes("reminders")(value) or ("0" if value == [] or value == "[]" else "")


def choices(doctype: str, fieldname: str) -> dict[str, str]:
	"""Return the choices of a record's field by their names in the API, such as {"in_person": "In Person"}."""
	options = frappe.get_meta(doctype).get_field(fieldname).options or ""
	return {frappe.scrub(option): option for option in options.split("\n") if option}


def select(doctype: str, fieldname: str) -> Parser:
	"""Return the parser of a choice by its name in the API. It returns the record's."""

	def parse(value: object) -> str:
		if not value and frappe.get_meta(doctype).get_field(fieldname).options.startswith("\n"):
			return ""
		return str(one_of(choices(doctype, fieldname))(value))

	return parse


def _options(value: object) -> str:
	given = (
		parse_json("options", value, list)
		if not isinstance(value, str) or value.startswith("[")
		else value.splitlines()
	)
	if len(given or []) > MOST_OPTIONS:
		raise Refused(_("At most {0} choices can be offered.").format(MOST_OPTIONS))
	return "\n".join(label(each) for each in given or [])


def _condition(value: object) -> dict[str, str]:
	"""Return the fields of a condition such as {"question": "How big is your team?", "answers": ["51+"]}, or of none."""
	given = parse_json("show_if", value, dict) or {}
	return {"show_if": text(given.get("question")), "show_if_answers": _options(given.get("answers"))}


_QUESTION: Fields = {
	"label": ("label", title(LONGEST_NAME)),
	"type": ("question_type", select("Meeting Type Question", "question_type")),
	"required": ("required", flag("required")),
	"options": ("options", _options),
	"placeholder": ("placeholder", label),
	"help": ("help_text", label),
	"show_if": ("condition", _condition),
	"key": ("prefill_key", label),
	"hidden": ("is_hidden", flag("hidden")),
}
_question_rows = rows("questions", _QUESTION, {"label": None, "type": "text"}, ("id",))
_LOCATION: Fields = {
	"type": ("place_type", select("Meeting Type Place", "place_type")),
	"label": ("label", label),
	"details": ("details", prose),
}
_HOST: Fields = {
	"user": ("user", needed),
	"is_required": ("is_required", flag("is_required")),
}
_MEETING_TYPE: Fields = {
	"name": ("title", title(LONGEST_NAME)),
	"slug": ("slug", text),
	"duration_minutes": ("duration_minutes", number),
	"duration": ("duration_minutes", number),
	"duration_options": ("duration_options", _minutes("duration_options")),
	"description": ("description", prose),
	"color": ("color", text),
	"location_type": ("location_type", select("Meeting Type", "location_type")),
	"location_details": ("location_details", prose),
	"locations": ("places", rows("locations", _LOCATION, {"type": None}, ("id",))),
	"questions": (
		"questions",
		lambda value: [{**row, **row.pop("condition", {})} for row in _question_rows(value)],
	),
	"hosts": ("hosts", rows("hosts", _HOST, {"user": None, "is_required": True}, ("id",))),
	"confirmation_message": ("confirmation_message", prose),
	"confirmationMsg": ("confirmation_message", prose),
	"redirect_url": ("redirect_url", address(LONGEST_URL)),
	"event_title": ("event_title", lambda value: label(value, LONGEST_TEMPLATE)),
	"event_description": ("event_description", prose),
	"scheduler_event_url": ("scheduler_event_url", address(LONGEST_URL)),
	"recommended_phases": ("recommended_phases", _phases),
	"priority": ("priority", _priority),
	"is_active": ("is_active", flag("is_active")),
	"active": ("is_active", flag("active")),
	"is_unlisted": ("is_unlisted", flag("is_unlisted")),
	"sort_order": ("sort_order", number),
	"display_order": ("sort_order", number),
	"scheduling_page": ("scheduling_page", text_or_none),
	"scheduling_page_id": ("scheduling_page", text_or_none),
	"settings": (
		"settings",
		lambda value: nested(parse_json("settings", value, dict) or {}, _settings_parsers(), ("id",)),
	),
}
# How `settings` are read, by the type of their field, and those that are read otherwise.
_BY_TYPE: dict[str, Callable[[str], Parser]] = {
	"Int": lambda name: count,
	"Check": flag,
	"Select": lambda name: select("Meeting Type", name),
	"Date": lambda name: lambda value: parse_date(name, value) if value else None,
	"Currency": lambda name: _amount,
	"Link": lambda name: text_or_none,
}
_OTHERWISE: dict[str, Parser] = {"reminders": _reminders}
# Fields that only pages and the desk change.
_ON_PAGES = ("fallback_details", "allowed_domains", "blocked_domains")


def setting_fields() -> list[frappe._dict]:
	"""Return the fields that the API calls `settings`: all of the record that people set, and that have no other place here."""
	beside = {"consultant", *(fieldname for fieldname, _parser in _MEETING_TYPE.values())}
	return [
		field
		for field in frappe.get_meta("Meeting Type").fields
		if (field.fieldtype in _BY_TYPE or field.fieldname in _OTHERWISE)
		and field.fieldname not in beside
		and not field.get("is_custom_field")
	]


def _settings_parsers() -> Fields:
	named = [(field.fieldname, field.fieldtype) for field in setting_fields()]
	return {name: (name, _OTHERWISE.get(name) or _BY_TYPE[kind](name)) for name, kind in named}
