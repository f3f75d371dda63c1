"""The booking form: makes its view, and reads the payload of a submitted form."""

from __future__ import annotations

import json
from typing import Any

from frappe import _
from werkzeug.datastructures import MultiDict

from scheduler_integration.catalogue.public import PublicMeetingType
from scheduler_integration.pages.kit.fields import (
	field_view,
	question_views,
	read_answers,
	split_addresses,
)
from scheduler_integration.parsing.booking_request import missing_field

OWN_FIELDS = (
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
	payload: dict[str, object] = {name: text for name in OWN_FIELDS if (text := form.get(name))}
	payload["answers"] = read_answers(form, meeting.questions)
	if guests := form.get("guests"):
		payload["guests"] = split_addresses(guests)
	return payload


def form_view(meeting: PublicMeetingType, values: dict[str, Any], errors: dict[str, str]) -> dict:
	"""Return the view of the form.

	`values` are by field name. `errors` maps the names of a BookingPayload's fields, and of questions, to sentences.
	"""
	own = {name: field_view(name, values, errors, **about) for name, about in _own_fields(meeting).items()}
	questions = question_views(meeting.questions, values, errors)
	# If the host calls, the number is needed. Otherwise it is one of the optional things.
	phone = [own["attendee_phone"]] if own["attendee_phone"]["required"] else []
	asked = [own["attendee_name"], own["attendee_email"], *_place_field(meeting, values, errors), *phone, *questions]
	folded = [field for field in own.values() if field not in asked]
	if "code" in values:
		asked.append(field_view("code", {}, errors, **code_field()))
	placed = {field["error"] for field in (*asked, *folded)}
	return {
		"fields": asked,
		"folded": folded,
		"unfolds": any(field["error"] or field["value"] for field in folded),
		"other_errors": [sentence for sentence in dict.fromkeys(errors.values()) if sentence not in placed],
		"idempotency_key": values.get("idempotency_key", ""),
		"submit": _submit(meeting),
	}


def _submit(meeting: PublicMeetingType) -> str:
	if meeting.is_paid_first:
		return _("Continue to the payment")
	return _("Request this time") if meeting.requires_confirmation else _("Book this time")


def moving_form_view(reason: str, values: dict[str, Any], errors: dict[str, str], *, is_request: bool) -> dict:
	"""Return the view of the form that moves a meeting. `reason` is `optional`, `required` or `not_asked`.

	`is_request`: the host has to confirm the new time.
	"""
	about = {"label": _("Let your host know why"), "type": "long_text", "required": reason == "required"}
	about["missing"] = _("Please say why.")
	fields = [] if reason == "not_asked" else [field_view("reason", values, errors, **about)]
	placed = {field["error"] for field in fields}
	return {
		"fields": fields,
		"folded": [],
		"unfolds": False,
		"other_errors": [sentence for sentence in dict.fromkeys(errors.values()) if sentence not in placed],
		"idempotency_key": values.get("idempotency_key", ""),
		"submit": _("Request this time") if is_request else _("Move the meeting"),
	}


def _place_field(meeting: PublicMeetingType, values: dict[str, Any], errors: dict[str, str]) -> list[dict]:
	"""Return the choice of a place; empty unless there are several."""
	if len(meeting.locations) < 2:
		return []
	field = field_view(
		"location",
		values,
		errors,
		label=_("Where would you like to meet?"),
		type="radio",
		required=True,
		choices=[{"value": place.id, "label": place.label} for place in meeting.locations],
	)
	return [{**field, "value": field["value"] or meeting.locations[0].id}]


def code_field() -> dict[str, Any]:
	"""Return what the field is like in which attendees enter the code that was sent to them."""
	return {
		"label": _("Code from the e-mail"),
		"type": "code",
		"required": True,
		"autocomplete": "one-time-code",
		"missing": _("Please enter the code."),
	}


def _own_fields(meeting: PublicMeetingType) -> dict[str, dict[str, Any]]:
	return {
		"attendee_name": {
			"label": _("Your name"),
			"required": True,
			"autocomplete": "name",
			"missing": missing_field("attendee_name"),
		},
		"attendee_email": {
			"label": _("E-mail"),
			"type": "email",
			"required": True,
			"autocomplete": "email",
			"help": _("We'll send your confirmation here."),
			"missing": missing_field("attendee_email"),
		},
		"attendee_phone": {"label": _("Phone"), "type": "phone", "autocomplete": "tel", **_if_the_host_calls(meeting)},
		"attendee_company": {"label": _("Company"), "autocomplete": "organization"},
		"guests": {"label": _("Invite others"), "help": _("E-mail addresses, separated by commas.")},
		"notes": {"label": _("Anything your host should know?"), "type": "long_text"},
	}


def _if_the_host_calls(meeting: PublicMeetingType) -> dict[str, Any]:
	"""Return what the field of the telephone number adds at the places where the host calls; empty without such a place."""
	calling = [place for place in meeting.locations if place.needs_phone]
	if not calling:
		return {}
	needed = {
		"required": True,
		"help": _("Your host calls you at this number."),
		"missing": missing_field("attendee_phone"),
	}
	if len(calling) == len(meeting.locations):
		return needed
	labels = " · ".join(place.label for place in calling)
	condition = {
		"field": "location",
		"answers": json.dumps([place.id for place in calling]),
		"text": _("Only for: {0}").format(labels),
	}
	return {**needed, "condition": condition}
