"""A consultant's scheduler settings: which scheduler they use, and how reports show it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.platform.clock import from_site_time
from scheduler_integration.platform.records import record, set_or_none
from scheduler_integration.platform.transactions import read_committed, roll_back

# The attempts of an update if another one happens at the same time.
ATTEMPTS = 4
DOCTYPE = "Consultant Scheduler Settings"


@dataclass(frozen=True, slots=True)
class ConsultantSettings:
	"""The settings. `scheduler_provider` is one of the record's options, such as `Calendly`.

	`embed_code` is a plain iframe or None. `created_at` and `updated_at` are in epoch seconds.
	"""

	name: str
	consultant: str
	scheduler_provider: str
	scheduler_url: str | None
	embed_code: str | None
	display_name: str | None
	description: str | None
	show_in_reports: bool
	embed_in_reports: bool
	created_at: int
	updated_at: int


def settings_of(consultant: str) -> ConsultantSettings | None:
	"""Return the consultant's settings, or None if there are none yet. Makes one query."""
	rows = frappe.get_all(DOCTYPE, filters={"consultant": consultant}, fields=["*"], limit=1)
	return _of(rows[0]) if rows else None


def save_settings(consultant: str, fields: Mapping[str, Any]) -> ConsultantSettings:
	"""Create or change the consultant's settings, with the permissions of the signed-in user.

	Raises InvalidRequest, and NotPermitted or Frappe's PermissionError without the right.
	"""
	for _attempt in range(ATTEMPTS - 1):
		try:
			return _save(consultant, fields)
		except (frappe.UniqueValidationError, frappe.QueryDeadlockError):
			# Another request has just created or changed them. Nothing else was written, so the transaction can start
			# again.
			roll_back()
			frappe.clear_messages()
	return _save(consultant, fields)


def _save(consultant: str, fields: Mapping[str, Any]) -> ConsultantSettings:
	read_committed()
	name = frappe.db.get_value(DOCTYPE, {"consultant": consultant})
	if not name and not fields.get("scheduler_provider"):
		raise InvalidRequest(details={"scheduler_provider": _("Say first which scheduler you use.")})
	# The lock makes another update wait. Without the lock, Frappe would refuse the other update, because its copy is old.
	stored = frappe.get_doc(DOCTYPE, name, for_update=True) if name else None
	doc: Document = stored or frappe.new_doc(DOCTYPE, consultant=consultant)
	doc.update(dict(fields))
	doc.save()
	return _of(doc)


def _of(row: Any) -> ConsultantSettings:
	return record(
		ConsultantSettings,
		row,
		**set_or_none(row, "scheduler_url", "embed_code", "display_name", "description"),
		created_at=from_site_time(row.creation),
		updated_at=from_site_time(row.modified),
	)
