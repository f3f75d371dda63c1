"""Methods for consultants: read and change their meeting types."""

from typing import Annotated, Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.api.as_json import Like, Parts, as_json, flag, made, maybe, shown, stored, written
from scheduler_integration.api.consultants import consultant_of
from scheduler_integration.api.door import Message, Who, door
from scheduler_integration.catalogue.consultant_types import ConsultantType, types_of_consultant, types_of_page
from scheduler_integration.catalogue.durations import parse_durations
from scheduler_integration.catalogue.edit_pages import readable_page
from scheduler_integration.catalogue.edit_types import create_type, delete_type, update_type
from scheduler_integration.catalogue.questions import choices_of, lines_of
from scheduler_integration.catalogue.reminders import parse_reminders
from scheduler_integration.catalogue.type_templates import create_starter_types
from scheduler_integration.domains.links import page_url
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.kinds import MeetingTypeId, PageId, User
from scheduler_integration.parsing.meeting_type_fields import (
	MEETING_TYPE,
	parse_meeting_type,
	parse_new_meeting_type,
	setting_fields,
)
from scheduler_integration.permissions import may_see_report_fields

# The fields of permission level 1.
_OF_REPORTS = ("scheduler_event_url", "recommended_phases", "priority")


def _choice(names: str) -> Parts:
	"""Fields of type Select: the option as programs write it, such as `in_person`."""
	return written(names, lambda value, _zone: frappe.scrub(value) if value else None, str | None)


# Fields of a meeting type that is booked on this site, besides those of every type.
shown(
	"Meeting Type",
	"scheduling_page_id=scheduling_page slug",
	made(
		"url",
		lambda doc: page_url(frappe.get_cached_value("Scheduling Page", doc.scheduling_page, "slug"), doc.slug),
		str,
	),
	made("duration_options", lambda doc: parse_durations(doc.duration_options), [int]),
	maybe("color"),
	_choice("location_type"),
	maybe("location_details"),
	"locations=places questions hosts",
	maybe("confirmation_message redirect_url event_title event_description"),
	"display_order=sort_order",
	flag("is_unlisted"),
	made("settings", lambda doc: {field.fieldname: _setting(doc, field) for field in setting_fields()}, dict[str, Any]),
	stored("updated_at=modified"),
)
shown("Meeting Type Place", _choice("type=place_type"), maybe("label details"))
shown(
	"Meeting Type Question",
	"label",
	_choice("type=question_type"),
	flag("required"),
	made("options", choices_of, [str]),
	maybe("placeholder help=help_text"),
	made(
		"show_if",
		lambda row: {"question": row.show_if, "answers": lines_of(row.show_if_answers)} if row.show_if else None,
		Annotated[dict[str, Any], Like(question=str, answers=[str])] | None,
	),
	maybe("key=prefill_key"),
	flag("hidden=is_hidden"),
	maybe("crm_field"),
	flag("crm_replaces"),
)
shown("Meeting Type Host", "user", flag("is_required"))
# A type that is booked on this site has the fields of its record too, and hides some from other hosts.
_HIDDEN: dict[str, Any] = {"recommended_phases": tuple[str, ...] | None, "priority": int | None}
TypeShown = Annotated[dict[str, Any], Like(ConsultantType, optional=("Meeting Type",), **_HIDDEN)]
Types = Annotated[dict[str, Any], Like(meeting_types=[TypeShown])]


@door("GET", who=Who.HOSTS)
def list(consultant: User | None = None, page: PageId | None = None) -> Types:
	"""Return all meeting types of the consultant, or of a page (its id), inactive ones too."""
	user = consultant_of(consultant)
	types = (
		types_of_page(readable_page(parse_name(page)).name) if page else types_of_consultant(user, only_active=False)
	)
	return {"meeting_types": [_answer(meeting_type) for meeting_type in types]}


@door("POST", who=Who.HOSTS, status=201, fields=MEETING_TYPE)
def create(consultant: User | None = None, **fields: Any) -> TypeShown:
	"""Create a meeting type and return it."""
	user = consultant_of(consultant)
	return _answer(create_type(user, parse_new_meeting_type(fields)))


@door("PUT", "PATCH", "POST", who=Who.HOSTS, fields=MEETING_TYPE)
def update(meeting_type: MeetingTypeId, **fields: Any) -> TypeShown:
	"""Change those fields of a meeting type that are sent, and return it. `meeting_type` is its id."""
	return _answer(update_type(parse_name(meeting_type), parse_meeting_type(fields)))


@door("DELETE", "POST", who=Who.HOSTS)
def delete(meeting_type: MeetingTypeId) -> Message:
	"""Delete a meeting type that was never booked."""
	delete_type(parse_name(meeting_type))
	return Message(_("Meeting type deleted successfully"))


@door("POST", who=Who.HOSTS, status=201)
def create_starter_set(consultant: User | None = None) -> Types:
	"""Create the starter set: a meeting type for each phase. Those that exist already are kept as they are."""
	created = create_starter_types(consultant_of(consultant))
	return {"meeting_types": [_answer(meeting_type) for meeting_type in created]}


def _answer(meeting_type: ConsultantType) -> TypeShown:
	"""A meeting type of a page has further fields. Only its consultant and the page's owner see those for reports."""
	answer = as_json(meeting_type)
	if not meeting_type.scheduling_page:
		return answer
	doc = frappe.get_cached_doc("Meeting Type", meeting_type.name)
	hidden = {} if may_see_report_fields(doc) else dict.fromkeys(_OF_REPORTS)
	return {**answer, **hidden, **as_json(doc)}


def _setting(doc: Document, field: frappe._dict) -> Any:
	value = doc.get(field.fieldname)
	if field.fieldname == "reminders":
		return parse_reminders(value) if value else None
	if field.fieldtype == "Check":
		return bool(value)
	if field.fieldtype in ("Int", "Currency"):
		return value or (0 if field.fieldtype == "Int" else 0.0)
	return (frappe.scrub(value) if field.fieldtype == "Select" else str(value)) if value else None
