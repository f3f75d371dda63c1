"""Reads the fields of a meeting type that the API and the pages send.

The fields have the API's names, the result has the names of the record's fields. `settings` are declared by the DocType alone.
Some fields have a second name, which other schedulers use: `duration`, `active`, `confirmationMsg`, `display_order`.
"""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _

from scheduler_integration.catalogue.phases import PHASES
from scheduler_integration.parsing.fields import parse_json
from scheduler_integration.parsing.payload import (
	BY_TYPE,
	Fields,
	Parser,
	declared,
	nested,
	number,
	parse_payload,
	rows,
	text,
)
from scheduler_integration.parsing.text import Refused, label

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
	parsed = parse_payload(payload, MEETING_TYPE, _READ_ONLY)
	return {**parsed, **parsed.pop("settings", {})}


def parse_new_meeting_type(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the fields of a new Meeting Type. Raises InvalidRequest, also if the name or the duration is missing."""
	missing: dict[str, object] = {} if "name" in payload else {"name": None}
	if "duration_minutes" not in payload and "duration" not in payload:
		missing["duration_minutes"] = None
	return parse_meeting_type({**payload, **missing})


def parse_type_form(payload: Mapping[str, object]) -> dict[str, Any]:
	"""Return the same of a form, which has the fields of `settings` beside the others."""
	return parse_payload(payload, {**MEETING_TYPE, **_settings_parsers()}, _READ_ONLY)


def priority(value: object) -> int:
	"""Return the priority of a recommendation, 0 to 10."""
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


QUESTION: Fields = {
	**declared(
		"Meeting Type Question",
		"label required placeholder crm_field crm_replaces",
		type="question_type",
		help="help_text",
		key="prefill_key",
		hidden="is_hidden",
	),
	"options": ("options", _options),
	"show_if": ("condition", _condition),
}
_question_rows = rows("questions", "Meeting Type Question", QUESTION, ("id",))
_LOCATION = declared("Meeting Type Place", "label details", type="place_type")
_HOST = declared("Meeting Type Host", "user is_required")


# All fields that aren't `settings`.
def _settings(value: object) -> dict[str, Any]:
	return nested(parse_json("settings", value, dict) or {}, _settings_parsers(), ("id",))


_settings.object_of = lambda: _settings_parsers()  # type: ignore[attr-defined]  # For `field_schema`.
MEETING_TYPE: Fields = {
	**declared(
		"Meeting Type",
		"duration_minutes description color location_type location_details confirmation_message redirect_url event_title"
		" event_description scheduler_event_url is_active is_unlisted sort_order scheduling_page",
		name="title",
		duration="duration_minutes",
		confirmationMsg="confirmation_message",
		active="is_active",
		display_order="sort_order",
		scheduling_page_id="scheduling_page",
	),
	"slug": ("slug", text),
	"duration_options": ("duration_options", _minutes("duration_options")),
	"locations": ("places", rows("locations", "Meeting Type Place", _LOCATION, ("id",))),
	"questions": (
		"questions",
		lambda value: [{**row, **row.pop("condition", {})} for row in _question_rows(value)],
	),
	"hosts": ("hosts", rows("hosts", "Meeting Type Host", _HOST, ("id",))),
	"recommended_phases": ("recommended_phases", _phases),
	"priority": ("priority", priority),
	"settings": ("settings", _settings),
}


def setting_fields() -> list[frappe._dict]:
	"""Return the fields that the API calls `settings`: all of the record that people set, and that have no other place here."""
	beside = {"consultant", *(fieldname for fieldname, _parser in MEETING_TYPE.values())}
	return [
		field
		for field in frappe.get_meta("Meeting Type").fields
		if field.fieldtype in BY_TYPE and field.fieldname not in beside and not field.get("is_custom_field")
	]


def _settings_parsers() -> Fields:
	names = " ".join(field.fieldname for field in setting_fields())
	return {**declared("Meeting Type", names), "reminders": ("reminders", _reminders)}
