"""The questions in the editor of a meeting type: their view, and what the form sends.

Each question is a row of the form, whose fields end in the row's number: `label-0`, `type-0`. A condition names the number of
the other question, so that both can be renamed at once. Buttons send `move` ("up:2", "down:2") or `remove` ("2").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.questions import MAX_QUESTIONS, lines_of
from scheduler_integration.crm.pipeline import record_choices
from scheduler_integration.pages.kit.controls import Field, row_of, stored
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.parsing.meeting_type_fields import QUESTION
from scheduler_integration.parsing.payload import choices, new_row

_BLANK_ROWS = 2
_DOCTYPE = "Meeting Type Question"
# The record's fields by their names in the API, in the order of the form. `show_if` has two here.
_NAMES = {
	name: QUESTION[name][0]
	for name in (
		"label",
		"type",
		"options",
		"required",
		"help",
		"placeholder",
		"key",
		"hidden",
		"crm_field",
		"crm_replaces",
	)
} | {"show_if": "show_if", "show_if_answers": "show_if_answers"}
# The values of a question as its controls have them, by the names of the API.
Row = dict[str, str]


def stored_rows(doc: Document) -> list[Row]:
	"""Return the questions of the record, as rows of the form."""
	numbers = {row.label: str(number) for number, row in reversed([*enumerate(doc.questions)])}
	return [
		{**{name: stored(row, field) for name, field in _NAMES.items()}, "show_if": numbers.get(row.show_if or "", "")}
		for row in doc.questions
	]


def typed_rows(form: Mapping[str, Any]) -> list[Row]:
	"""Return the rows that a form sends, in the order that its buttons ask for. An emptied question removes its row."""
	rows: dict[str, Row] = {}
	for number in range(MAX_QUESTIONS + _BLANK_ROWS):
		row = {name: echo(_text(form, f"{name}-{number}")) for name in _NAMES}
		if row["label"].strip() and str(number) != _text(form, "remove"):
			rows[str(number)] = row
	order = _moved([*rows], _text(form, "move"))
	places = {number: str(place) for place, number in enumerate(order)}
	return [{**rows[number], "show_if": places.get(rows[number]["show_if"], "")} for number in order]


def as_sent(rows: Sequence[Row]) -> list[dict[str, Any]]:
	"""Return the rows by the names of the API."""
	return [
		{
			**{name: row[name] for name in QUESTION if row[name] or name != "type"},
			"show_if": {"question": rows[int(row["show_if"])]["label"], "answers": lines_of(row["show_if_answers"])}
			if row["show_if"]
			else None,
		}
		for row in rows
	]


def questions_view(rows: Sequence[Row], *, is_open: bool) -> dict[str, Any]:
	"""Return the view of the form with these rows, and with blank ones to add."""
	blank: Row = {**dict.fromkeys(_NAMES, ""), **new_row(_DOCTYPE, {"type": QUESTION["type"]})}
	return {
		"is_open": is_open,
		"summary": " · ".join(row["label"] for row in rows) or _("Nothing set"),
		"rows": [(row["label"], _facts(row), _controls(row, number, rows[:number])) for number, row in enumerate(rows)],
		"blank": [_controls(blank, len(rows) + number, rows) for number in range(_BLANK_ROWS)],
	}


def _controls(row: Row, number: int, before: Sequence[Row]) -> list[Field]:
	fields = row_of(_DOCTYPE, _NAMES, number)
	others = [(str(place), other["label"]) for place, other in enumerate(before) if not other["hidden"]]
	hint = f"a{number + 1}"
	help = _("A link that ends in {0} fills in the answer.").format(f"?{row['key'] or hint}=…")
	fields["key"] = fields["key"]._replace(hint=hint, help=help)
	fields["show_if"] = fields["show_if"]._replace(kind="select", help="", choices=[("", _("Always asked")), *others])
	# The number of the first question is 0, which a script takes for none.
	fields["show_if_answers"] = fields["show_if_answers"]._replace(needs="")
	left_out = (*(() if others else ("show_if",)), *(() if record_choices() else ("crm_",)))
	return [field._replace(value=row[name]) for name, field in fields.items() if not name.startswith(left_out)]


def _facts(row: Row) -> str:
	facts = [
		_(choices(_DOCTYPE, "question_type").get(row["type"], "")),
		_("An answer is needed") if row["required"] else None,
		_("Only after another answer") if row["show_if"] else None,
		_("Hidden, from the link") if row["hidden"] else None,
	]
	return " · ".join(filter(None, facts))


def _moved(numbers: list[str], move: str) -> list[str]:
	way, _colon, number = move.partition(":")
	if number not in numbers:
		return numbers
	place = numbers.index(number)
	other = place - 1 if way == "up" else place + 1
	if 0 <= other < len(numbers):
		numbers[place], numbers[other] = numbers[other], numbers[place]
	return numbers


def _text(form: Mapping[str, Any], name: str) -> str:
	value = form.get(name)
	return value if isinstance(value, str) else ""
