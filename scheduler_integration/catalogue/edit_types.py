"""Creates, changes and deletes a consultant's meeting types, with the permissions of the signed-in user."""

from collections.abc import Mapping
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.consultant_settings import settings_of
from scheduler_integration.catalogue.consultant_types import ConsultantType, consultant_type, next_sort_order
from scheduler_integration.exceptions import InvalidRequest, MeetingTypeNotFound, NotPermitted


def create_type(consultant: str, fields: Mapping[str, Any]) -> ConsultantType:
	"""Create a meeting type of the consultant, after their others unless `sort_order` says otherwise.

	Without `scheduling_page` it is booked on the consultant's external scheduler. A consultant whose scheduler is this
	site gets it on their personal page. Raises InvalidRequest, or NotPermitted.
	"""
	defaults = {"consultant": consultant, "sort_order": next_sort_order(consultant)}
	if not fields.get("scheduling_page") and not fields.get("scheduler_event_url") and _is_native(consultant):
		defaults["scheduling_page"] = _personal_page(consultant)
	doc = frappe.new_doc("Meeting Type")
	doc.update(
		{**defaults, **fields, "scheduling_page": fields.get("scheduling_page") or defaults.get("scheduling_page")}
	)
	doc.insert()
	return _stored(doc.name)


def update_type(name: str, fields: Mapping[str, Any]) -> ConsultantType:
	"""Change a meeting type. Raises MeetingTypeNotFound, NotPermitted or InvalidRequest."""
	doc = _changeable(name, "write", for_update=True)
	doc.update(dict(fields))
	doc.save()
	return _stored(doc.name)


def delete_type(name: str) -> None:
	"""Delete a meeting type. Raises MeetingTypeNotFound, NotPermitted, or HasBookings if it was ever booked."""
	doc = _changeable(name, "delete")
	frappe.delete_doc("Meeting Type", doc.name)


def _stored(name: str) -> ConsultantType:
	found = consultant_type(name)
	if not found:
		raise InvalidRequest(
			_("The consultant isn't a host of this page."), details={"scheduling_page": _("Please choose another.")}
		)
	return found


def _changeable(name: str, ptype: str, *, for_update: bool = False) -> Document:
	if not name or not frappe.db.exists("Meeting Type", {"name": name}):
		raise MeetingTypeNotFound(_("There is no such meeting type."))
	doc = frappe.get_doc("Meeting Type", name, for_update=for_update)
	if not doc.has_permission(ptype):
		raise NotPermitted
	return doc


def _is_native(consultant: str) -> bool:
	found = settings_of(consultant)
	return found is None or found.scheduler_provider == "Native"


def _personal_page(consultant: str) -> str | None:
	"""Return the consultant's oldest active personal page, or None."""
	filters = {"user": consultant, "page_type": "Personal", "is_active": 1}
	pages = frappe.get_all("Scheduling Page", filters, pluck="name", order_by="creation asc", limit=1)
	return pages[0] if pages else None
