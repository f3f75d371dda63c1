"""`/scheduling/types`: hosts add, order, copy, switch off and delete their meeting types.

The forms send `action`: `add` (with `page` and `template`), `duplicate`, `on`, `off`, `delete` (with `name`), or an `order` of
names, with `move` if there is no script.
"""

from collections.abc import Callable

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.consultant_types import types_of_page
from scheduler_integration.catalogue.edit_pages import readable_pages
from scheduler_integration.catalogue.edit_types import (
	create_type,
	delete_type,
	duplicate_type,
	editable_type,
	free_slug_on,
	reorder_types,
	update_type,
)
from scheduler_integration.catalogue.places import place_of_page
from scheduler_integration.catalogue.type_templates import type_templates
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.ordering import wanted_order
from scheduler_integration.pages.host.type_form import PATH
from scheduler_integration.pages.host.types_list import types_view
from scheduler_integration.pages.kit.respond import argument, respond_to_host, submitted
from scheduler_integration.pages.kit.saving import Saved, answer_form, take_back, toast_of
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond_to_host(context, _view, sign_in_for=lambda: PATH)


def _view() -> dict:
	error = answer_form(_act, PATH, _sentences()) if submitted() else None
	house = open_house(frappe.session.user, current_visitor(), now(), PATH)
	problem = " ".join([error.message, *error.details.values()]) if error else None
	view = types_view(house, _own_types(), problem)
	return {**view, "toast": toast_of(_sentences()), "status": error.http_status_code if error else 200}


def _own_types() -> list[tuple[Document, list[Document]]]:
	"""Return the pages that the user may change, with all their types in order."""
	pages = [page for page in readable_pages() if page.has_permission("write")]
	return [
		(
			page,
			sorted((frappe.get_cached_doc("Meeting Type", each.name) for each in types_of_page(page.name)), key=_order),
		)
		for page in pages
	]


def _order(doc: Document) -> tuple[int, str]:
	return doc.sort_order or 0, str(doc.creation)


def _act() -> Saved:
	if key := argument("undo"):
		return _undo(take_back(key))
	if argument("action") in _COMMANDS:
		return _COMMANDS[argument("action")]()
	if names := frappe.request.form.getlist("order"):
		return Saved("ordered", undo={"order": reorder_types(wanted_order(names, argument("move")))})
	raise InvalidRequest


def _undo(facts: dict) -> Saved:
	if order := facts.get("order"):
		reorder_types(sorted(order, key=lambda name: order[name]))
	else:
		update_type(facts["name"], {"is_active": facts["is_active"]})
	return Saved("undone")


def _add() -> Saved:
	template = next((template for template in type_templates() if template.key == argument("template")), None)
	if not template:
		raise InvalidRequest(_("Choose a kind of meeting."))
	page = frappe.db.get_value("Scheduling Page", {"name": argument("page")}, ["name", "user"], as_dict=True)
	if not page:
		raise InvalidRequest(_("Choose a page."))
	# A page can have two types of a kind, and this form has no field for a link.
	own = {"title": template.title, "slug": free_slug_on(page.name, template.title), "scheduling_page": page.name}
	create_type(page.user, {**own, **place_of_page(page.name), **template.fields})
	return Saved("added")


def _duplicate() -> Saved:
	duplicate_type(argument("name"))
	return Saved("duplicated")


def _switch(is_active: int) -> Saved:
	doc = editable_type(argument("name"))
	former = doc.is_active
	update_type(doc.name, {"is_active": is_active})
	return Saved("on" if is_active else "off", undo={"name": doc.name, "is_active": former})


def _delete() -> Saved:
	delete_type(argument("name"))
	return Saved("deleted")


_COMMANDS: dict[str, Callable[[], Saved]] = {
	"add": _add,
	"duplicate": _duplicate,
	"on": lambda: _switch(1),
	"off": lambda: _switch(0),
	"delete": _delete,
}


def _sentences() -> dict[str, str]:
	return {
		"added": _("The meeting type is added. Open it to change what you like."),
		"duplicated": _("The copy is switched off until you switch it on."),
		"on": _("It can be booked now."),
		"off": _("It can't be booked any more. Meetings that are booked stay."),
		"deleted": _("The meeting type is deleted."),
		"ordered": _("The order is saved."),
		"undone": _("Undone."),
	}
