"""Creates, changes and deletes a consultant's meeting types, with the permissions of the signed-in user."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.consultant_settings import settings_of
from scheduler_integration.catalogue.consultant_types import ConsultantType, consultant_type, next_sort_order
from scheduler_integration.catalogue.hosts import parts_of_hosts, rows_of_parts
from scheduler_integration.catalogue.lookup import find_hosted
from scheduler_integration.catalogue.slugs import first_free, slugify
from scheduler_integration.documents import check_unchanged
from scheduler_integration.exceptions import InvalidRequest, MeetingTypeNotFound, NotPermitted


def create_type(consultant: str, fields: Mapping[str, Any]) -> ConsultantType:
	"""Create a meeting type of the consultant, after their others unless `sort_order` says otherwise.

	Without `scheduling_page` it is booked on the consultant's external scheduler. A consultant whose scheduler is this
	site gets it on their oldest active personal page. Raises InvalidRequest, or NotPermitted.
	"""
	defaults = {"consultant": consultant, "sort_order": next_sort_order(consultant)}
	if not fields.get("scheduling_page") and not fields.get("scheduler_event_url"):
		settings = settings_of(consultant)
		if settings is None or settings.scheduler_provider == "Native":
			personal = {"user": consultant, "page_type": "Personal", "is_active": 1}
			pages = frappe.get_all("Scheduling Page", personal, pluck="name", order_by="creation asc", limit=1)
			defaults["scheduling_page"] = pages[0] if pages else None
	doc = frappe.new_doc("Meeting Type")
	page = fields.get("scheduling_page") or defaults.get("scheduling_page")
	doc.update({**defaults, **_with_own_rules(doc, fields), "scheduling_page": page})
	doc.insert()
	return _stored(doc.name)


def update_type(name: str, fields: Mapping[str, Any]) -> ConsultantType:
	"""Change a meeting type. Raises MeetingTypeNotFound, NotPermitted or InvalidRequest."""
	doc = _changeable(name, "write", for_update=True)
	doc.update(_with_own_rules(doc, _with_ids(doc, fields)))
	doc.save()
	return _stored(doc.name)


def editable_type(name: str) -> Document:
	"""Return a meeting type that the signed-in user may change. Raises MeetingTypeNotFound or NotPermitted."""
	return _changeable(name, "write")


def change_type(doc: Document, fields: Mapping[str, Any], *, version: str | None = None) -> dict[str, Any]:
	"""Set fields of the record without saving it, and return the former values.

	Raises ChangedMeanwhile if somebody saved the record after `version`, its `modified`, was read.
	"""
	check_unchanged(doc, version)
	fields = _with_own_rules(doc, _with_ids(doc, fields))
	former = {field: _plain(doc.get(field)) for field in fields}
	doc.update(fields)
	return former


def _with_own_rules(doc: Document, fields: Mapping[str, Any]) -> dict[str, Any]:
	"""Return the fields. A rule that is set replaces those of the hosts' schedules, or it would be stored and not used.

	`uses_host_defaults` that is sent with values that are stored already stays as it is: who reads a type and sends it back
	changes nothing.
	"""
	conditions = {field.fieldname: field.depends_on or "" for field in doc.meta.fields}
	rules = [name for name in fields if "doc.uses_host_defaults" in conditions.get(name, "")]
	differ = any(str(fields[rule] or "") != str(doc.get(rule) or "") for rule in rules)
	if not rules or (fields.get("uses_host_defaults", 0) and not (doc.uses_host_defaults and differ)):
		return dict(fields)
	return {**fields, "uses_host_defaults": 0}


def _with_ids(doc: Document, fields: Mapping[str, Any]) -> dict[str, Any]:
	"""Return the fields. A question with the same words as before keeps its id.

	With a new id, somebody who is filling in the form now would be told that the question isn't asked any more.
	"""
	ids = {row.label: row.name for row in reversed(doc.questions)}
	rows = fields.get("questions")
	if not rows:
		return dict(fields)
	kept = [{**row, "name": ids.pop(row["label"])} if row.get("label") in ids else row for row in rows]
	return {**fields, "questions": kept}


def duplicate_type(name: str) -> Document:
	"""Make an inactive copy of a meeting type, after the others of its page, and return it."""
	doc = frappe.copy_doc(_changeable(name, "write"))
	doc.update(
		{
			"title": _("{0} (copy)").format(doc.title)[:200],
			"slug": None,
			"is_active": 0,
			"sort_order": next_sort_order(doc.consultant),
		}
	)
	doc.slug = free_type_slug(doc)
	return doc.insert()


def change_hosts(page: Document, changes: Mapping[tuple[str, str], bool]) -> dict[str, dict[str, Any]]:
	"""Let hosts take part in meeting types of their page, or not: `changes` is by the type's name and the user.

	Returns by the type's name the `hosts` as they were, and the `modified` as it is now. Raises MeetingTypeNotFound,
	NotPermitted, or InvalidRequest, for example if nobody takes part.
	"""
	former, by_type = {}, defaultdict[str, dict[str, bool]](dict)
	for (name, user), takes_part in changes.items():
		by_type[name][user] = takes_part
	for name, wanted in sorted(by_type.items()):
		doc = _changeable(name, "write", for_update=True)
		parts = parts_of_hosts(doc, page)
		if doc.scheduling_page != page.name or not wanted.keys() <= parts.keys():
			raise InvalidRequest(_("Choose hosts of the page."))
		own = {row.user: "required" if row.is_required else "takes_part" for row in page.hosts}
		for user, takes_part in wanted.items():
			parts[user] = (parts[user] or own[user]) if takes_part else ""
		before = change_type(doc, {"hosts": rows_of_parts(parts, page)})
		doc.save()
		former[name] = {"hosts": before["hosts"], "modified": str(doc.modified)}
	return former


def restore_hosts(former: Mapping[str, Mapping[str, Any]]) -> None:
	"""Undo `change_hosts`. Raises ChangedMeanwhile if somebody saved one of the types since."""
	for name, facts in former.items():
		doc = _changeable(name, "write", for_update=True)
		change_type(doc, {"hosts": facts["hosts"]}, version=facts["modified"])
		doc.save()


def reorder_types(names: Sequence[str]) -> dict[str, int]:
	"""Show the meeting types of a page in this order, and return the former one."""
	types = [_changeable(name, "write") for name in dict.fromkeys(names)]
	former = {doc.name: doc.sort_order for doc in types}
	for place, doc in enumerate(types):
		if doc.sort_order != place:
			doc.sort_order = place
			doc.save()
	return former


def switch_waitlist(name: str, is_on: bool) -> None:
	"""Switch the waitlist of a meeting type on or off, as one of those who look after its bookings.

	Raises MeetingTypeNotFound, NotPermitted, and InvalidRequest if the type can't have a waitlist.
	"""
	find_hosted(name)
	doc = frappe.get_doc("Meeting Type", name, for_update=True)
	doc.has_waitlist = int(is_on)
	# The hosts of a team's page may not change its types otherwise.
	doc.save(ignore_permissions=True)


def free_type_slug(doc: Document) -> str:
	"""Return a slug for a meeting type that its page doesn't have yet: from its title, or "meeting" if that has none."""
	return free_slug_on(doc.scheduling_page, doc.title)


def free_slug_on(page: str | None, title: str) -> str:
	"""Return a slug for this title that no meeting type of the page has yet."""
	taken = frappe.get_all("Meeting Type", {"scheduling_page": page}, pluck="slug")
	return first_free(slugify(title) or "meeting", taken)


def _plain(value: Any) -> Any:
	"""Return a field's value as JSON can keep it. Rows of child tables lose what belongs to one record."""
	if not isinstance(value, list):
		return value if value is None or isinstance(value, int | float | str) else str(value)
	own = (
		"name",
		"parent",
		"parentfield",
		"parenttype",
		"doctype",
		"idx",
		"owner",
		"creation",
		"modified",
		"modified_by",
		"docstatus",
	)
	return [{field: value for field, value in row.as_dict().items() if field not in own} for row in value]


def delete_type(name: str) -> None:
	"""Delete a meeting type. Raises MeetingTypeNotFound, NotPermitted, or HasBookings if it was ever booked."""
	doc = _changeable(name, "delete")
	frappe.delete_doc("Meeting Type", doc.name)


def _stored(name: str) -> ConsultantType:
	meeting_type = consultant_type(name)
	if not meeting_type:
		raise InvalidRequest(
			_("The consultant isn't a host of this page."), details={"scheduling_page": _("Please choose another.")}
		)
	return meeting_type


def _changeable(name: str, ptype: str, *, for_update: bool = False) -> Document:
	if not name or not frappe.db.exists("Meeting Type", {"name": name}):
		raise MeetingTypeNotFound(_("There is no such meeting type."))
	doc = frappe.get_doc("Meeting Type", name, for_update=for_update)
	if not doc.has_permission(ptype):
		raise NotPermitted
	return doc
