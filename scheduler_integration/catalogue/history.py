"""Keeps a meeting type's fields for reports out of its history, which its page's other hosts can read."""

import json

import frappe
from frappe.model.document import Document

_RESERVED = frozenset({"scheduler_event_url", "priority", "recommended_phases"})


def leave_out_report_fields(version: Document, method: str | None = None) -> None:
	"""Hook: runs before Frappe stores what a save has changed. Leaves the reserved fields of a Meeting Type out.

	In `data`, "changed" has rows of field, old and new value, and "added", "removed" and "row_changed" begin with the
	field of the table.
	"""
	if version.ref_doctype != "Meeting Type" or not version.data:
		return
	changes = json.loads(version.data)
	for kind in ("changed", "added", "removed", "row_changed"):
		changes[kind] = [each for each in changes.get(kind) or [] if each[0] not in _RESERVED]
	version.data = frappe.as_json(changes, indent=None)
