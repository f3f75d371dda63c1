"""`/scheduling/types/<name>`: the editor of a meeting type. Each group of fields is a form with a button of its own.

The forms send `group` and their fields by the API's names; with `action=impact` nothing is saved, and the page shows what it
would do.
"""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils.jinja import get_template

from scheduler_integration.availability.hours_change import validated
from scheduler_integration.availability.impact import impact_of_types
from scheduler_integration.availability.recurrence import rule_zone
from scheduler_integration.catalogue.edit_types import change_type, editable_type
from scheduler_integration.catalogue.lookup import page_of
from scheduler_integration.entry.errors import refusals
from scheduler_integration.exceptions import ChangedMeanwhile, MeetingTypeNotFound, SchedulingError
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.questions import typed_rows
from scheduler_integration.pages.host.type_form import PATH, Typed, impact_view, stored_value, type_view
from scheduler_integration.pages.host.type_sent import group_of, sent_fields
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.respond import (
	Answer,
	argument,
	respond,
	submitted,
	to_your_meetings,
	wants_json,
)
from scheduler_integration.pages.kit.saving import Conflict, Saved, answer_form, take_back, toast_of
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.meeting_type_fields import parse_type_form
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0

_IMPACT = "scheduler_integration/templates/scheduling/hours/impact.html"


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=lambda: f"{PATH}/{argument('type')}", way_out=to_your_meetings)


def _view() -> dict:
	doc = editable_type(argument("type"))
	if not doc.scheduling_page:
		raise MeetingTypeNotFound
	typed = _answer(doc) if submitted() else Typed()
	if typed.group:
		doc = editable_type(doc.name)
	house = open_house(frappe.session.user, current_visitor(), now(), PATH)
	status = 400 if typed.errors or typed.message else 200
	toast = toast_of(_sentences())
	address = {"address": f"{PATH}/{doc.name}"}
	return {**type_view(house, doc, typed), "toast": toast and toast | address, "status": status}


def _answer(doc: Document) -> Typed:
	if argument("action") == "impact":
		return _weighed(doc)
	error = answer_form(lambda: _save(doc), f"{PATH}/{doc.name}", _sentences())
	return _typed(doc, error) if error else Typed()


def _weighed(doc: Document) -> Typed:
	"""Return the form as it was typed, with what it would do to the next four weeks. Saves nothing."""
	try:
		with refusals():
			change_type(doc, parse_type_form(sent_fields(doc, frappe.form_dict, current_visitor().locale)))
			validated(doc)
			impact = impact_of_types([doc], rule_zone(doc.consultant or frappe.session.user), now())
	except SchedulingError as error:
		if wants_json():
			raise Answer(
				{"saved": False, "message": error.message, "errors": error.details}, error.http_status_code
			) from None
		return _typed(doc, error)
	if wants_json():
		view = impact_view(impact)
		words = get_template(_IMPACT).render({"impact": view})
		raise Answer({"saved": False, "errors": {}, "message": view["summary"], "impact": words, "sure": ""}, 200)
	return Typed(argument("group"), _echoed(), impact=impact)


def _save(doc: Document) -> Saved:
	if key := argument("undo"):
		facts = take_back(key)
		change_type(doc, facts["fields"], version=facts["modified"])
		doc.save()
		return Saved("undone", modified=str(doc.modified))
	try:
		former = change_type(
			doc,
			parse_type_form(sent_fields(doc, frappe.form_dict, current_visitor().locale)),
			version=argument("modified"),
		)
	except ChangedMeanwhile:
		raise Conflict(str(doc.modified), _theirs(doc)) from None
	doc.save()
	undo = {"fields": former, "modified": str(doc.modified)}
	return Saved("saved", modified=str(doc.modified), undo=undo)


def _theirs(doc: Document) -> dict[str, str]:
	group = group_of(doc, argument("group"), current_visitor().locale)
	return {field.name: stored_value(doc, field, page_of(doc)) for field in group.fields} if group else {}


def _typed(doc: Document, error: SchedulingError) -> Typed:
	details = error.details
	group = group_of(doc, argument("group"), current_visitor().locale)
	names = {field.name for field in group.fields} if group else set()
	beside = {name: text for name, text in details.items() if name in names}
	rest = [text for name, text in details.items() if name not in names]
	message = "" if beside and not rest else " ".join([error.message, *rest])
	rows = typed_rows(frappe.form_dict) if argument("group") == "questions" else None
	return Typed(argument("group"), _echoed(), beside, message, questions=rows)


def _echoed() -> dict[str, str]:
	return {name: echo(value) for name, value in frappe.form_dict.items() if isinstance(value, str)}


def _sentences() -> dict[str, str]:
	return {"saved": _("Saved"), "undone": _("Undone.")}
