"""A change of a host's hours that is planned, weighed, saved and undone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from scheduler_integration.availability.draft import Draft
from scheduler_integration.exceptions import ChangedMeanwhile, InvalidRequest
from scheduler_integration.times import dates_between

SCHEDULE, OVERRIDE, BLOCKED = "Availability Schedule", "Availability Override", "Blocked Time"


@dataclass(frozen=True)
class HoursChange(Draft):
	"""A change of one user's hours that isn't saved yet. `main` is the record that it is about."""

	@property
	def main(self) -> Document:
		return (*self.saved, *self.deleted)[0]

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


# Plans what a host does on certain dates: not available, certain hours, or the usual hours again.

MOST_DAYS = 366
Run = tuple[date, date]


def change_dates(
	user: str, days: Collection[date], hours: Sequence[tuple[str, str]] | None, reason: str | None = None
) -> HoursChange:
	"""Plan the hours of these dates: spans such as `("09:00:00", "12:00:00")`, none (not available), or None (as usual).

	They replace what was set for these dates before. An override that spans other dates too keeps those. Trips stay. Raises
	InvalidRequest without a date, and if there is nothing to take back.
	"""
	if not days:
		raise InvalidRequest(details={"day": _("Choose at least one day.")})
	if len(days) > MOST_DAYS:
		raise InvalidRequest(details={"day": _("Choose at most {0} days at a time.").format(MOST_DAYS)})
	kept, gone = _cut(user, set(days))
	spans: Sequence[tuple[str, str] | None] = [] if hours is None else hours or [None]
	made = []
	for first, last in runs_of(days):
		for span in spans:
			start, end = span or (None, None)
			fields = {
				"user": user,
				"date": first,
				"end_date": last,
				"start_time": start,
				"end_time": end,
				"reason": reason,
			}
			fields |= {"is_available": int(bool(span)), "whole_day": int(not span), "is_travel": 0}
			made.append(validated(new_record(OVERRIDE, fields)))
	if not (kept or gone or made):
		raise InvalidRequest(details={"day": _("These days have their usual hours already.")})
	return HoursChange(user, saved=(*made, *kept), deleted=tuple(gone))


def runs_of(days: Iterable[date]) -> list[Run]:
	"""Return the first and last date of each run of consecutive dates, in order."""
	runs: list[Run] = []
	for day in sorted(set(days)):
		if runs and runs[-1][1] + timedelta(days=1) == day:
			runs[-1] = runs[-1][0], day
		else:
			runs.append((day, day))
	return runs


def _cut(user: str, days: set[date]) -> tuple[list[Document], list[Document]]:
	"""Return the overrides that keep some of their dates, changed, and those that have none left."""
	touching = {"user": user, "is_travel": 0, "date": ["<=", max(days)], "end_date": [">=", min(days)]}
	kept: list[Document] = []
	gone: list[Document] = []
	for name in frappe.get_all(OVERRIDE, touching, pluck="name", order_by="creation"):
		doc = frappe.get_doc(OVERRIDE, name)
		its_days = dates_between(getdate(doc.date), getdate(doc.end_date))
		left = runs_of(day for day in its_days if day not in days)
		if left == [(its_days[0], its_days[-1])]:
			continue
		if not left:
			gone.append(doc)
		copies = [doc, *(frappe.copy_doc(doc) for _run in left[1:])]
		for each, (first, last) in zip(copies, left, strict=False):
			if each.is_away and not each.whole_day:
				_cut_times(each, first, last, its_days)
			each.update({"date": first, "end_date": last})
			kept.append(validated(each))
	return kept, gone


def _cut_times(absence: Document, first: date, last: date, days: Sequence[date]) -> None:
	"""Keep the times of an absence's first and last day only in the part that has that day."""
	if first != days[0]:
		absence.start_time = "00:00:00"
	if last != days[-1]:
		absence.end_time = "00:00:00"
