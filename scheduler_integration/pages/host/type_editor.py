"""`/scheduling/types/<name>`: the editor of a meeting type. Each group of fields is a form with a button of its own.

The forms send `group` and their fields by the API's names; with `action=impact` nothing is saved, and the page shows what it
would do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.hours_change import validated
from scheduler_integration.availability.impact import Impact, impact_of_types
from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.catalogue.edit_types import change_type, editable_type
from scheduler_integration.catalogue.lookup import page_of
from scheduler_integration.domains.links import page_url
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import ChangedMeanwhile, MeetingTypeNotFound, SchedulingError, details_of
from scheduler_integration.pages.host.host_page import HostPage, Reader, anybody, message_of
from scheduler_integration.pages.host.hours.impact import impact_sentence
from scheduler_integration.pages.host.questions import questions_view, stored_rows, typed_rows
from scheduler_integration.pages.host.share import link_view
from scheduler_integration.pages.host.type_form import PATH, Group, group_of, groups_of, sent_fields, stored_value
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.respond import Answer, View, argument, submitted, wants_json
from scheduler_integration.pages.kit.saving import Conflict, Saved, refusal
from scheduler_integration.pages.kit.templates import draw
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.meeting_type_fields import parse_type_form
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.language import for_later

# The groups whose fields decide which times are offered.
WEIGHED = ("basics", "team", "when", "limits", "seats", "series")
_IMPACT = "scheduler_integration/templates/scheduling/hours/impact.html"


def _asks_impact() -> bool:
	return submitted() and argument("action") == "impact"


def editor_path() -> str:
	return f"{PATH}/{argument('type')}"


PAGE = HostPage(
	PATH,
	style="types",
	allowed=anybody,
	here=PATH,
	address=editor_path,
	previews=_asks_impact,
	also={"added": for_later("The meeting type is added, and can be booked. Its link is below: change what you like.")},
)


def edited_type() -> Document:
	"""Return the meeting type that the address names. Raises MeetingTypeNotFound, also if it is on no page, and NotPermitted."""
	doc = editable_type(argument("type"))
	if not doc.scheduling_page:
		raise MeetingTypeNotFound
	return doc


def _sent(doc: Document) -> dict[str, Any]:
	return parse_type_form(sent_fields(doc, frappe.form_dict, current_visitor().locale))


@PAGE.action("", done=for_later("Saved"))
def _save() -> Saved:
	doc = edited_type()
	try:
		former = change_type(doc, _sent(doc), version=argument("modified"))
	except ChangedMeanwhile:
		group = group_of(doc, argument("group"), current_visitor().locale)
		theirs = {field.name: stored_value(doc, field, page_of(doc)) for field in group.fields} if group else {}
		raise Conflict(str(doc.modified), theirs) from None
	doc.save()
	return Saved(modified=str(doc.modified), undo={"fields": former, "modified": str(doc.modified)})


@PAGE.undo
def _take_back(facts: dict[str, Any]) -> Saved:
	doc = edited_type()
	change_type(doc, facts["fields"], version=facts["modified"])
	doc.save()
	return Saved(modified=str(doc.modified))


def _weighed(doc: Document) -> Impact:
	"""Return what the form would do to the next four weeks, and to a script as the answer. Saves nothing."""
	try:
		with refusals():
			change_type(doc, _sent(doc))
			validated(doc)
			impact = impact_of_types([doc], rule_zone(doc.consultant or frappe.session.user), now())
	except SchedulingError as error:
		if wants_json():
			raise Answer(refusal(error), error.http_status_code) from None
		raise
	if wants_json():
		view = _impact(impact)
		words = draw(_IMPACT, {"impact": view})
		raise Answer({"saved": False, "errors": {}, "message": view["summary"], "impact": words, "sure": ""}, 200)
	return impact


@PAGE.view
def _view(reader: Reader) -> View:
	doc, error, impact = edited_type(), reader.error, None
	if _asks_impact():
		try:
			impact = _weighed(edited_type())
		except SchedulingError as refused:
			error = refused
	page = page_of(doc)
	groups = groups_of(doc, page, reader.locale)
	typed = argument("group") if error or impact else ""
	details = details_of(error)
	url = page_url(page.slug, doc.slug)
	return {
		"title": doc.title,
		"script": "types",
		"frames": ("'self'",),
		"error": error,
		"subtitle": page.title,
		"version": str(doc.modified),
		"url": url,
		"link": link_view(page, doc, is_open=True),
		"is_active": bool(doc.is_active),
		"groups": [_group(group, doc, page, typed, details, impact) for group in groups],
		"questions": questions_view(
			typed_rows(frappe.form_dict) if error and typed == "questions" else stored_rows(doc),
			is_open=typed == "questions",
		),
		"message": message_of(error, {field.name for group in groups if group.key == typed for field in group.fields}),
	}


def _group(
	group: Group, doc: Document, page: Document, typed: str, errors: Mapping[str, str], impact: Impact | None
) -> dict[str, Any]:
	"""Return a group as it is stored, or the `typed` one as it was typed, with its errors or with what it would do."""
	is_typed = group.key == typed
	return {
		"key": group.key,
		"title": group.title,
		"summary": group.summary,
		"is_open": group.is_open or is_typed,
		"is_weighed": group.key in WEIGHED,
		"impact": _impact(impact) if is_typed and impact else None,
		"fields": [
			field._replace(value=echo(argument(field.name)), error=errors.get(field.name) or "")
			if is_typed
			else field._replace(value=stored_value(doc, field, page))
			for field in group.fields
		],
	}


def _impact(impact: Impact) -> dict[str, str]:
	"""Return what a change would do, for `hours/impact.html`."""
	return {"summary": impact_sentence(impact)}
