"""`/scheduling/types`: hosts add, order, copy, switch off and delete their meeting types.

The forms send `action`: `add` (with `page` and `template`), `duplicate`, `on`, `off`, `delete` (with `name`), or an `order` of
names, with `move` if there is no script.
"""

from __future__ import annotations

from typing import Any

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.catalogue.durations import durations_of
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
from scheduler_integration.catalogue.hosts import enabled_people, hosts_of, page_users
from scheduler_integration.catalogue.lookup import meeting_types_of
from scheduler_integration.catalogue.places import place_of_page
from scheduler_integration.catalogue.type_templates import type_templates
from scheduler_integration.domains.links import page_url
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.pages.host.host_page import HostPage, Reader, message_of
from scheduler_integration.pages.host.ordering import wanted_order
from scheduler_integration.pages.host.type_form import PATH
from scheduler_integration.pages.kit.facts import length_text
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.saving import Saved
from scheduler_integration.platform.language import for_later, language_for_visitors

PAGE = HostPage(PATH, style="types")


@PAGE.action("add")
def _add() -> Saved:
	with print_language(language_for_visitors()):
		template = next((template for template in type_templates() if template.key == argument("template")), None)
	if not template:
		raise InvalidRequest(_("Choose a kind of meeting."))
	page = next((page for page in readable_pages() if page.name == argument("page")), None)
	if not page:
		raise InvalidRequest(_("Choose a page."))
	# A page can have two types of a kind, and this form has no field for a link.
	own = {"title": template.title, "slug": free_slug_on(page.name, template.title), "scheduling_page": page.name}
	made = create_type(page.user, {**own, **place_of_page(page.name), **template.fields})
	return Saved("added", address=f"{PATH}/{made.name}")


@PAGE.action("duplicate", done=for_later("The copy is switched off until you switch it on."))
def _duplicate() -> None:
	duplicate_type(argument("name"))


@PAGE.action("on", done=for_later("It can be booked now."))
@PAGE.action("off", done=for_later("It can't be booked any more. Meetings that are booked stay."))
def _switch() -> Saved:
	doc = editable_type(argument("name"))
	former = doc.is_active
	update_type(doc.name, {"is_active": int(argument("action") == "on")})
	return Saved(undo={"name": doc.name, "is_active": former})


@PAGE.action("delete", done=for_later("The meeting type is deleted."))
def _delete() -> None:
	delete_type(argument("name"))


@PAGE.action("ordered", done=for_later("The order is saved."), field="order")
def _reorder() -> Saved:
	return Saved(undo={"order": reorder_types(wanted_order(frappe.request.form.getlist("order"), argument("move")))})


@PAGE.undo
def _take_back(facts: dict[str, Any]) -> None:
	if order := facts.get("order"):
		reorder_types(sorted(order, key=lambda name: order[name]))
	else:
		update_type(facts["name"], {"is_active": facts["is_active"]})


@PAGE.view
def _view(reader: Reader) -> View:
	pages = [page for page in readable_pages() if page.has_permission("write")]
	people = enabled_people([user for page in pages for user in page_users(page)])
	listed = [(page, meeting_types_of(page, only_active=False)) for page in pages]
	return {
		"title": _("Meeting types"),
		"subtitle": _("What people can book with you. Each has a link of its own."),
		"message": message_of(reader.error),
		"pages": listed,
		"templates": type_templates(),
		"hostless": [doc.name for page, types in listed for doc in types if not hosts_of(doc, page, people)],
		"page_url": page_url,
		"length": lambda doc: length_text(durations_of(doc), doc.number_of_days, reader.locale),
	}
