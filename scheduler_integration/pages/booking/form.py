"""The booking form: its view, and the payload in a submitted form."""

from __future__ import annotations

import uuid
from typing import Any

from frappe import _
from werkzeug.datastructures import MultiDict

from scheduler_integration.catalogue.public import PublicMeetingType, PublicQuestion

# How many characters of a refused value the form shows again.
_LONGEST_ECHO = 5000
_ANSWER = "answer_"

_OWN_FIELDS = (
	"attendee_name",
	"attendee_email",
	"attendee_phone",
	"attendee_company",
	"location",
	"notes",
	"guests",
	"idempotency_key",
	"website",
)


def read_payload(form: MultiDict[str, str], meeting: PublicMeetingType) -> dict[str, object]:
	"""Return the fields of a BookingPayload that a submitted form contains, unchecked."""
	payload: dict[str, object] = {name: text for name in _OWN_FIELDS if (text := form.get(name))}
	payload["answers"] = {question.id: answer for question in meeting.questions if (answer := _answer(form, question))}
	if guests := form.get("guests"):
		payload["guests"] = split_addresses(guests)
	return payload


def new_key() -> str:
	"""Return a new idempotency key: the form can be sent again without booking twice."""
	return str(uuid.uuid4())


def split_addresses(text: str) -> list[str]:
	"""Split a line of e-mail addresses at commas, semicolons and blanks."""
	return text.replace(",", " ").replace(";", " ").split()


def typed_values(form: MultiDict[str, str], meeting: PublicMeetingType) -> dict[str, Any]:
	"""Return the values to show again in a refused form, by field name."""
	values: dict[str, Any] = {name: _echo(form.get(name, "")) for name in _OWN_FIELDS}
	for question in meeting.questions:
		name = _ANSWER + question.id
		several = question.type == "multi_select"
		values[name] = [_echo(value) for value in form.getlist(name)] if several else _echo(form.get(name, ""))
	return values


def form_view(meeting: PublicMeetingType, values: dict[str, Any], errors: dict[str, str]) -> dict:
	"""Return the view of the form.

	`values` are by field name. `errors` maps the names of a BookingPayload's fields, and of questions, to sentences.
	"""
	by_phone = any(place.type == "phone" for place in meeting.locations)
	own = {name: _field(name, values, errors, **about) for name, about in _own_fields(by_phone).items()}
	questions = [_question(question, values, errors) for question in meeting.questions]
	phone = [own["attendee_phone"]] if by_phone else []
	asked = [own["attendee_name"], own["attendee_email"], *_place_field(meeting, values, errors), *phone, *questions]
	folded = [field for field in own.values() if field not in asked]
	shown = {field["error"] for field in (*asked, *folded)}
	return {
		"fields": asked,
		"folded": folded,
		"unfolds": any(field["error"] or field["value"] for field in folded),
		"other_errors": [sentence for sentence in dict.fromkeys(errors.values()) if sentence not in shown],
		"idempotency_key": values.get("idempotency_key", ""),
		"submit": _("Request this time") if meeting.requires_confirmation else _("Book this time"),
	}


def _place_field(meeting: PublicMeetingType, values: dict[str, Any], errors: dict[str, str]) -> list[dict]:
	"""Return the choice of a place; empty unless there are several."""
	if len(meeting.locations) < 2:
		return []
	field = _field(
		"location",
		values,
		errors,
		label=_("Where would you like to meet?"),
		type="radio",
		required=True,
		choices=[{"value": place.id, "label": place.label} for place in meeting.locations],
	)
	return [{**field, "value": field["value"] or meeting.locations[0].id}]


def _own_fields(by_phone: bool) -> dict[str, dict[str, Any]]:
	return {
		"attendee_name": {"label": _("Your name"), "required": True, "autocomplete": "name"},
		"attendee_email": {
			"label": _("E-mail"),
			"type": "email",
			"required": True,
			"autocomplete": "email",
			"help": _("We send the confirmation to this address."),
		},
		"attendee_phone": {
			"label": _("Phone"),
			"type": "phone",
			"autocomplete": "tel",
			"help": _("The number on which you can be reached.") if by_phone else None,
		},
		"attendee_company": {"label": _("Company"), "autocomplete": "organization"},
		"guests": {"label": _("Invite others"), "help": _("E-mail addresses, separated by commas.")},
		"notes": {"label": _("Anything your host should know?"), "type": "long_text"},
	}


def _field(name: str, values: dict[str, Any], errors: dict[str, str], **about: Any) -> dict:
	return {
		"name": name,
		"type": "text",
		"required": False,
		"autocomplete": "off",
		"help": None,
		"placeholder": None,
		"choices": [],
		"value": values.get(name) or "",
		"error": errors.get(name),
		**about,
	}


def _question(question: PublicQuestion, values: dict[str, Any], errors: dict[str, str]) -> dict:
	name = _ANSWER + question.id
	error = errors.get(f"answers.{question.id}") or errors.get(question.id)
	return _field(
		name,
		values,
		{name: error} if error else {},
		label=question.label,
		type=question.type,
		required=question.required,
		help=question.help,
		placeholder=question.placeholder,
		choices=question.options,
		autocomplete="tel" if question.type == "phone" else "off",
	)


def _answer(form: MultiDict[str, str], question: PublicQuestion) -> str | list[str] | bool | None:
	name = _ANSWER + question.id
	if question.type == "multi_select":
		return form.getlist(name)
	if question.type == "checkbox":
		return name in form
	if question.type == "number":
		return plain_number(form.get(name, ""))
	return form.get(name)


def plain_number(text: str) -> str:
	"""Return `1,5` as `1.5`. Text with more than one separator is returned as it is."""
	return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _echo(text: str) -> str:
	return "".join(character for character in text[:_LONGEST_ECHO] if character.isprintable() or character in "\r\n\t")
