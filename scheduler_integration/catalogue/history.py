"""Leaves the fields for reports out of a meeting type's history, because the page's other hosts can read the history."""

import json

import frappe
from frappe.model.document import Document

_RESERVED = frozenset({"scheduler_event_url", "priority", "recommended_phases"})


def leave_out_report_fields(version: Document, method: str | None = None) -> None:
	"""Hook that runs before Frappe stores the changes of a save. Leaves out the reserved fields of a Meeting Type.

	In `data`, "changed" has rows of field, old and new value, and "added", "removed" and "row_changed" begin with the
	field of the table.
	"""
	if version.ref_doctype != "Meeting Type" or not version.data:
		return
	changes = json.loads(version.data)
	for kind in ("changed", "added", "removed", "row_changed"):
		changes[kind] = [each for each in changes.get(kind) or [] if each[0] not in _RESERVED]
	version.data = frappe.as_json(changes, indent=None)
