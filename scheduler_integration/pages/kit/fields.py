"""The fields of forms: their views, and the values in a submitted form."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from frappe import _
from werkzeug.datastructures import MultiDict

from scheduler_integration.catalogue.public import Condition, PublicQuestion
from scheduler_integration.parsing.answers import missing_answer

# The form shows at most this many characters of a refused value again.
_LONGEST_ECHO = 5000
_ANSWER = "answer_"
_TICKED = ("1", "true", "yes", "on")


def field_view(name: str, values: dict[str, Any], errors: dict[str, str], **about: Any) -> dict:
	"""Return the view of one field for templates/scheduling/fields.html. `about` are its label, type and so on."""
	return {
		"name": name,
		"type": "text",
		"required": False,
		"autocomplete": "off",
		"help": None,
		"placeholder": None,
		"choices": [],
		"condition": None,
		"missing": None,
		"value": values.get(name) or "",
		"error": errors.get(name),
		**about,
	}


def question_views(
	questions: Sequence[PublicQuestion], values: dict[str, Any], errors: dict[str, str]
) -> list[dict[str, Any]]:
	"""Return the views of a meeting type's questions. Errors are named `answers.<id>`, as in a refused request."""
	labels, views = {question.id: question.label for question in questions}, []
	for question in questions:
		about = {key: getattr(question, key) for key in ("label", "type", "required", "help", "placeholder")}
		view = field_view(_ANSWER + question.id, values, {}, choices=question.options, **about)
		view["error"] = errors.get(f"answers.{question.id}") or errors.get(question.id)
		view["autocomplete"] = "tel" if question.type == "phone" else "off"
		view["condition"] = question.show_if and _condition_view(question.show_if, labels)
		view["missing"] = missing_answer(question.type)
		views.append(view)
	return views


def _condition_view(condition: Condition, labels: dict[str, str]) -> dict[str, Any]:
	"""Return the field and the answers on which a question depends. `text` says it if there is no script."""
	after, answers = labels.get(condition.question, ""), condition.answers
	text = _("Only if you answered “{0}” with: {1}").format(after, ", ".join(answers))
	return {
		"field": _ANSWER + condition.question,
		"answers": json.dumps(answers),
		"text": text if answers else _("Only if you answered “{0}”").format(after),
	}


def field_names(questions: Sequence[PublicQuestion]) -> dict[str, str]:
	"""Return the names of the questions' fields, by the keys that links use."""
	return {question.key: _ANSWER + question.id for question in questions}


def link_answers(questions: Sequence[PublicQuestion], carried: Mapping[str, str]) -> dict[str, Any]:
	"""Return the values of questions that a link fills in, by field name. Several choices are separated by commas."""
	values: dict[str, Any] = {}
	for question in questions:
		text = carried.get(question.key, "")
		if question.type == "multi_select":
			values[_ANSWER + question.id] = [part.strip() for part in text.split(",") if part.strip()]
		elif question.type == "checkbox":
			values[_ANSWER + question.id] = text.lower() in _TICKED
		else:
			values[_ANSWER + question.id] = text
	return values


def earlier_answers(questions: Sequence[PublicQuestion], answers: Mapping[str, str]) -> dict[str, Any]:
	"""Return the values of questions as they were answered before, by field name. `answers` are by the question's id."""
	values: dict[str, Any] = {}
	for question in questions:
		text = answers.get(question.id, "")
		values[_ANSWER + question.id] = text.splitlines() if question.type == "multi_select" else text
	return values


def read_answers(form: MultiDict[str, str], questions: Sequence[PublicQuestion]) -> dict[str, object]:
	"""Return the answers in a submitted form by the question's id, unchecked, without empty ones."""
	return {question.id: answer for question in questions if (answer := _answer(form, question))}


def typed_values(
	form: MultiDict[str, str], names: Sequence[str], questions: Sequence[PublicQuestion]
) -> dict[str, Any]:
	"""Return the values to show again in a refused form, by field name."""
	values: dict[str, Any] = {name: echo(form.get(name, "")) for name in names}
	for question in questions:
		name = _ANSWER + question.id
		several = question.type == "multi_select"
		values[name] = [echo(value) for value in form.getlist(name)] if several else echo(form.get(name, ""))
	return values


def new_key() -> str:
	"""Return a new idempotency key: the form can be sent again without booking twice."""
	return str(uuid.uuid4())


def split_addresses(text: str) -> list[str]:
	"""Split a line of e-mail addresses at commas, semicolons and blanks."""
	return text.replace(",", " ").replace(";", " ").split()


def plain_number(text: str) -> str:
	"""Return `1,5` as `1.5`. Text with more than one separator is returned as it is."""
	return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def echo(text: str) -> str:
	"""Return typed text as the form may show it again: not too long, without control characters."""
	return "".join(character for character in text[:_LONGEST_ECHO] if character.isprintable() or character in "\r\n\t")


def _answer(form: MultiDict[str, str], question: PublicQuestion) -> str | list[str] | bool | None:
	name = _ANSWER + question.id
	if question.type == "multi_select":
		return form.getlist(name)
	if question.type == "checkbox":
		return name in form
	if question.type == "number":
		return plain_number(form.get(name, ""))
	return form.get(name)
