"""A change of a host's hours that is planned, weighed, saved and undone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import frappe
from frappe.model.document import Document

from scheduler_integration.availability.draft import Draft
from scheduler_integration.exceptions import ChangedMeanwhile

SCHEDULE, OVERRIDE, BLOCKED = "Availability Schedule", "Availability Override", "Blocked Time"


@dataclass(frozen=True)
class HoursChange:
	"""A change of one user's hours that isn't saved yet. `main` is the record that it is about."""

	user: str
	saved: tuple[Document, ...] = ()
	deleted: tuple[Document, ...] = ()

	@property
	def main(self) -> Document:
		return (*self.saved, *self.deleted)[0]

	@property
	def draft(self) -> Draft:
		return Draft(self.user, self.saved, self.deleted)

	def save(self) -> Document:
		"""Save the change with the permissions of the signed-in user, and return the record that it is about."""
		for doc in self.saved:
			doc.insert() if doc.is_new() else doc.save()
		for doc in self.deleted:
			frappe.delete_doc(doc.doctype, doc.name)
		return self.main

	def save_undoably(self) -> dict[str, Any]:
		"""Save the change, and return the facts that `taken_back` needs to undo it."""
		made = [doc for doc in self.saved if doc.is_new()]
		stored = [
			frappe.get_doc(doc.doctype, doc.name) for doc in (*self.saved, *self.deleted) if not doc.is_new()
		] + self._former_default()
		earlier = [{"doctype": doc.doctype, "name": doc.name, "values": _values(doc)} for doc in stored]
		self.save()
		kept = [(each["doctype"], each["name"]) for each in earlier]
		return {
			"user": self.user,
			"earlier": earlier,
			"made": [[doc.doctype, doc.name] for doc in made],
			"versions": [str(frappe.db.get_value(*each, "modified")) for each in kept],
		}

	@property
	def version(self) -> str:
		"""The stored version of the schedule that was saved, empty if none was."""
		saved = [doc for doc in self.saved if doc.doctype == SCHEDULE]
		return str(frappe.db.get_value(SCHEDULE, saved[0].name, "modified")) if saved else ""

	def _former_default(self) -> list[Document]:
		"""Return the schedule that stops being the default because another one becomes it."""
		new = [doc.name for doc in self.saved if doc.doctype == SCHEDULE and doc.is_default]
		filters = {"user": self.user, "is_default": 1, "name": ["not in", [*new, *(doc.name for doc in self.deleted)]]}
		name = new and frappe.db.get_value(SCHEDULE, filters)
		return [frappe.get_doc(SCHEDULE, name)] if name else []


def taken_back(facts: Mapping[str, Any]) -> HoursChange:
	"""Plan to undo a saved change. Raises ChangedMeanwhile if somebody saved one of its records since then."""
	saved = []
	for each, version in zip(facts["earlier"], facts["versions"], strict=True):
		stored = str(frappe.db.get_value(each["doctype"], each["name"], "modified"))
		if stored != version:
			raise ChangedMeanwhile
		is_gone = stored == str(None)
		doc = new_record(each["doctype"], {}) if is_gone else frappe.get_doc(each["doctype"], each["name"])
		saved.append(validated(doc.update(each["values"])))
	deleted = [frappe.get_doc(*each) for each in facts["made"] if frappe.db.exists(*each)]
	return HoursChange(facts["user"], tuple(saved), tuple(deleted))


def new_record(doctype: str, values: Mapping[str, Any]) -> Document:
	doc = frappe.new_doc(doctype)
	doc.update(dict(values))
	return doc


def validated(doc: Document) -> Document:
	"""Return the document with the fields that its controller derives. Saving it validates it again."""
	doc.check_permission("create" if doc.is_new() else "write")
	doc.run_method("before_validate")
	doc.run_method("validate")
	return doc


def _values(doc: Document) -> dict[str, Any]:
	"""Return the values that people have entered, dates and times as text."""
	values: dict[str, Any] = {}
	stored = doc.as_dict()
	for field in doc.meta.fields:
		value = doc.get(field.fieldname)
		if field.fieldtype == "Table":
			values[field.fieldname] = [_values(row) for row in value or ()]
		elif field.fieldname in stored and not field.no_copy:
			values[field.fieldname] = value if value is None or isinstance(value, int) else str(value)
	return values
