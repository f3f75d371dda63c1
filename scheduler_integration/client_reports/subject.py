"""Finds out whom a report is about: which fields of a record hold the consultant, the phase and the DISC profile."""

from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.phases import PHASES
from scheduler_integration.exceptions import NotFound
from scheduler_integration.permissions import is_manager

ASSESSMENT = "Client Assessment"
_DISC = ("D", "I", "S", "C")


@dataclass(frozen=True, slots=True)
class Subject:
	"""The consultant (a User), and the client's phase and DISC profile, None if unknown.

	`assessment` is the name of the Client Assessment, or None for a record of another DocType. Clicks are counted for records
	that are stored.
	"""

	consultant: str
	phase: str | None
	disc: str | None
	assessment: str | None = None
	is_stored: bool = False


def find_report(name: str, user: str) -> Document:
	"""Return the assessment if the user may read its report. Raises NotFound otherwise, whatever the reason is.

	Users who may read the record may read it, and so may the client's user once the assessment is completed.
	"""
	if name and frappe.db.exists(ASSESSMENT, {"name": name}):
		doc = frappe.get_doc(ASSESSMENT, name)
		is_its_client = doc.client == user and doc.status == "Completed"
		if is_its_client or frappe.has_permission(ASSESSMENT, "read", doc, user=user):
			return doc
	raise NotFound(_("There is no such report, or it isn't yours to read."))


def subject_of(doc: Document) -> Subject | None:
	"""Return the subject of a record's report, or None if the record names no consultant.

	The fields of Client Assessment are known. For other DocTypes, Scheduler Settings name the fields; a DocType that isn't
	listed there has no reports. Stored values are read, because a print preview has the values that the browser sent.
	"""
	fields = _fields_of(doc.doctype)
	if not fields:
		return None
	consultant, phase, disc = _values(doc, fields)
	if not isinstance(consultant, str) or not consultant:
		return None
	return Subject(
		consultant=consultant,
		phase=known_phase(phase),
		disc=known_disc(disc),
		is_stored=not doc.is_new(),
		assessment=doc.name if doc.doctype == ASSESSMENT and not doc.is_new() else None,
	)


def has_reports(doctype: str) -> bool:
	"""Return whether records of this DocType have reports with the section."""
	return _fields_of(doctype) is not None


def known_phase(value: object) -> str | None:
	"""Return the phase that is written in a field, in any case: "BUILD" is Build. Anything else returns None."""
	text = str(value or "").strip().lower()
	return next((phase for phase in PHASES if phase.lower() == text), None)


def known_disc(value: object) -> str | None:
	"""Return the letter of a DISC profile, for "D" as for "d", "DI" or "D - Dominance". Anything else returns None."""
	letter = str(value or "").strip()[:1].upper()
	return letter if letter in _DISC else None


def _values(doc: Document, fields: tuple[str, str | None, str | None]) -> list[object]:
	"""Return the values of the fields; for a record that isn't stored, only if the signed-in user is the consultant."""
	if doc.is_new() or not doc.name:
		is_own = doc.get(fields[0]) == frappe.session.user or is_manager()
		values = doc if is_own else {}
	else:
		values = frappe.db.get_value(doc.doctype, doc.name, [*filter(None, fields)], as_dict=True) or {}
	return [values.get(field) if field else None for field in fields]


def _fields_of(doctype: str) -> tuple[str, str | None, str | None] | None:
	for row in frappe.get_cached_doc("Scheduler Settings").report_sources:
		if row.report_doctype == doctype:
			return row.consultant_field, row.phase_field or None, row.disc_field or None
	return ("consultant", "primary_phase", "disc_profile") if doctype == ASSESSMENT else None
