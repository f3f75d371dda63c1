"""Plans what a host does on certain dates: not available, certain hours, or the usual hours again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import getdate

from scheduler_integration.availability.hours_change import OVERRIDE, HoursChange, new_record, validated
from scheduler_integration.exceptions import InvalidRequest

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
			fields: dict[str, object] = {"user": user, "date": first, "end_date": last, "reason": reason}
			fields |= {"is_available": int(bool(span)), "whole_day": int(not span), "is_travel": 0}
			if span:
				fields |= {"start_time": span[0], "end_time": span[1]}
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


def dates_between(first: date, last: date) -> list[date]:
	"""Return the dates from `first` to `last`, both included; empty if they are reversed."""
	return [first + timedelta(days=step) for step in range((last - first).days + 1)]


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
