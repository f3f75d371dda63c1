"""The booking form: makes its view, and reads the payload of a submitted form."""

from __future__ import annotations

import json
from typing import Any

from frappe import _
from werkzeug.datastructures import MultiDict

from scheduler_integration.catalogue.public import PublicMeetingType
from scheduler_integration.entry.admission import NO_PROOF
from scheduler_integration.exceptions import CodeNeeded, SchedulingError, WrongCode
from scheduler_integration.pages.kit.fields import (
	field_view,
	link_answers,
	new_key,
	question_views,
	read_answers,
	split_addresses,
	typed_values,
)
from scheduler_integration.pages.kit.query import PREFILLED, Query
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


def read_payload(form: MultiDict[str, str], meeting: PublicMeetingType, query: Query) -> dict[str, object]:
	"""Return the fields of a BookingPayload that a submitted form and its address contain, unchecked."""
	return {
		**query.origin,
		**{name: text for name in OWN_FIELDS if (text := form.get(name))},
		"answers": read_answers(form, meeting.questions),
		"guests": split_addresses(form.get("guests", "")),
		"code": form.get("code"),
		# Only a script can prove work. Without one, a code is sent.
		"proof": form.get("proof") or NO_PROOF,
		"prefill": {key: query.carried[key] for key in meeting.hidden_keys if key in query.carried},
		"duration": query.duration,
	}


def typed_again(form: MultiDict[str, str], meeting: PublicMeetingType, error: SchedulingError | None) -> dict[str, Any]:
	"""Return the values of a form that was refused with this error. If a code is needed, there is a field for it."""
	code = {"code": ""} if isinstance(error, (CodeNeeded, WrongCode)) else {}
	return {**typed_values(form, OWN_FIELDS, meeting.questions), **code}


def linked_values(meeting: PublicMeetingType, query: Query) -> dict[str, Any]:
	"""Return the values that a link has for a new form, without empty ones."""
	own = {field: query.carried.get(name) for name, field in PREFILLED.items()}
	linked = {**own, **link_answers(meeting.questions, query.carried)}
	return {name: value for name, value in linked.items() if value} | {"idempotency_key": new_key()}


def form_view(
	meeting: PublicMeetingType,
	values: dict[str, Any],
	errors: dict[str, str],
	*,
	asks_phone: bool = False,
	has_guests: bool = True,
) -> dict[str, Any]:
	"""Return the view of the form.

	`values` are by field name. `errors` maps the names of a BookingPayload's fields, and of questions, to sentences.
	`asks_phone`: the number isn't among the fields that are folded.
	"""
	phone = _phone(meeting)
	asked: dict[str, dict[str, Any]] = {
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
	}
	if len(meeting.locations) > 1:
		choices = [{"value": place.id, "label": place.label} for place in meeting.locations]
		about = {"label": _("Where would you like to meet?"), "type": "radio", "required": True, "choices": choices}
		asked["location"] = {**about, "value": values.get("location") or meeting.locations[0].id}
	folded: dict[str, dict[str, Any]] = {"attendee_company": {"label": _("Company"), "autocomplete": "organization"}}
	if has_guests:
		folded["guests"] = {"label": _("Invite others"), "help": _("E-mail addresses, separated by commas.")}
	folded["notes"] = {"label": _("Anything your host should know?"), "type": "long_text"}
	# If the host calls, the number is needed. Otherwise it is one of the optional things.
	if asks_phone or "required" in phone:
		asked["attendee_phone"] = phone
	else:
		folded = {"attendee_phone": phone, **folded}
	return _form(
		[
			*(field_view(name, values, errors, **about) for name, about in asked.items()),
			*question_views(meeting.questions, values, errors),
		],
		values,
		errors,
		folded=[field_view(name, values, errors, **about) for name, about in folded.items()],
		code=field_view("code", {}, errors, **code_field()) if "code" in values else None,
	)


def _phone(meeting: PublicMeetingType) -> dict[str, Any]:
	"""Return what the field of the telephone number is like. The host may call at all places, or at some of them."""
	phone: dict[str, Any] = {"label": _("Phone"), "type": "phone", "autocomplete": "tel"}
	calling = [place for place in meeting.locations if place.needs_phone]
	if calling:
		phone |= {"required": True, "help": _("Your host calls you at this number.")}
		phone["missing"] = missing_field("attendee_phone")
	if 0 < len(calling) < len(meeting.locations):
		text = _("Only for: {0}").format(" · ".join(place.label for place in calling))
		answers = json.dumps([place.id for place in calling])
		phone["condition"] = {"field": "location", "answers": answers, "text": text}
	return phone


def moving_form_view(reason: str, values: dict[str, Any], errors: dict[str, str]) -> dict[str, Any]:
	"""Return the view of the form that moves a meeting. `reason` is `optional`, `required` or `not_asked`."""
	about = {"label": _("Let your host know why"), "type": "long_text", "required": reason == "required"}
	fields = [field_view("reason", values, errors, missing=_("Please say why."), **about)]
	return _form([] if reason == "not_asked" else fields, values, errors)


def _form(
	fields: list[dict],
	values: dict[str, Any],
	errors: dict[str, str],
	folded: list[dict] | None = None,
	code: dict | None = None,
) -> dict[str, Any]:
	placed = {field["error"] for field in (*fields, *(folded or []), code or {"error": None})}
	return {
		"fields": fields,
		"folded": folded,
		"code": code,
		"unfolds": any(field["error"] or field["value"] for field in folded or []),
		"other_errors": [sentence for sentence in dict.fromkeys(errors.values()) if sentence not in placed],
		"idempotency_key": values.get("idempotency_key", ""),
	}


def code_field() -> dict[str, Any]:
	"""Return what the field is like in which attendees enter the code that was sent to them."""
	return {
		"label": _("Code from the e-mail"),
		"type": "code",
		"required": True,
		"autocomplete": "one-time-code",
		"missing": _("Please enter the code."),
	}
