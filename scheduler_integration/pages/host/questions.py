"""The questions in the editor of a meeting type: their view, and what the form sends.

Each question is a row of the form, whose fields end in the row's number: `label-0`, `type-0`. A condition names the number of
the other question, so that both can be renamed at once. Buttons send `move` ("up:2", "down:2") or `remove` ("2").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.questions import MAX_QUESTIONS, choices_of, lines_of
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.parsing.payload import choices

_BLANK_ROWS = 2
_TEXTS = ("label", "type", "options", "help", "placeholder", "show_if", "show_if_answers", "key")
_FLAGS = ("required", "hidden")
Row = dict[str, Any]


def stored_rows(doc: Document) -> list[Row]:
	"""Return the questions of the record, as rows of the form."""
	numbers = {row.label: str(number) for number, row in reversed([*enumerate(doc.questions)])}
	return [
		{
			"label": row.label,
			"type": frappe.scrub(row.question_type),
			"options": "\n".join(choices_of(row)),
			"help": row.help_text or "",
			"placeholder": row.placeholder or "",
			"show_if": numbers.get(row.show_if or "", ""),
			"show_if_answers": "\n".join(lines_of(row.show_if_answers)),
			"key": row.prefill_key or "",
			"required": bool(row.required),
			"hidden": bool(row.is_hidden),
		}
		for row in doc.questions
	]


def typed_rows(form: Mapping[str, Any]) -> list[Row]:
	"""Return the rows that a form sends, in the order that its buttons ask for. An emptied question removes its row."""
	rows: dict[str, Row] = {}
	for number in range(MAX_QUESTIONS + _BLANK_ROWS):
		texts = {name: echo(_text(form, f"{name}-{number}")) for name in _TEXTS}
		if texts["label"].strip() and str(number) != _text(form, "remove"):
			rows[str(number)] = {**texts, **{name: f"{name}-{number}" in form for name in _FLAGS}}
	order = _moved([*rows], _text(form, "move"))
	places = {number: str(place) for place, number in enumerate(order)}
	return [{**rows[number], "show_if": places.get(str(rows[number]["show_if"]), "")} for number in order]


def as_sent(rows: Sequence[Row]) -> list[Row]:
	"""Return the rows by the names of the API."""
	return [
		{
			**{name: row[name] for name in ("label", "options", "help", "placeholder", "key", *_FLAGS)},
			"type": row["type"] or "text",
			"show_if": {"question": rows[int(row["show_if"])]["label"], "answers": lines_of(row["show_if_answers"])}
			if row["show_if"]
			else None,
		}
		for row in rows
	]


def questions_view(rows: Sequence[Row], *, is_open: bool) -> dict[str, Any]:
	"""Return the view of the form with these rows, and with blank ones to add."""
	others = [(str(number), row["label"]) for number, row in enumerate(rows) if not row["hidden"]]
	blank: Row = {**dict.fromkeys(_TEXTS, ""), **dict.fromkeys(_FLAGS, False), "type": "text"}
	return {
		"is_open": is_open,
		"summary": " · ".join(row["label"] for row in rows) or _("Nothing set"),
		"types": [(key, _(name)) for key, name in choices("Meeting Type Question", "question_type").items()],
		"rows": [
			{
				**row,
				"facts": _facts(row),
				"key_hint": f"a{number + 1}",
				"others": [other for other in others if int(other[0]) < number],
				"is_first": number == 0,
				"is_last": number == len(rows) - 1,
			}
			for number, row in enumerate(rows)
		],
		"blank": [{**blank, "others": others, "key_hint": f"a{len(rows) + n + 1}"} for n in range(_BLANK_ROWS)],
	}


def _facts(row: Row) -> str:
	facts = [
		_(choices("Meeting Type Question", "question_type").get(row["type"], "Text")),
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
