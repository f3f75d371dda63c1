"""Holidays and leave, where the site has ERPNext's and HRMS's DocTypes: two queries for any hosts and days, or none.

A third where HRMS assigns holiday lists from a date on (16 and later). A half-day leave, and a half-day holiday, closes
its whole date: no record says which half.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

import frappe
from frappe import _
from frappe.query_builder import DocType, Order
from frappe.utils import strip_html

from scheduler_integration import engine
from scheduler_integration.availability.schedules import HostSchedule
from scheduler_integration.custom_fields import optional_doctypes

Overrides = Mapping[str, Sequence[engine.DateOverride]]


class Term(NamedTuple):
	"""A holiday list that holds from one date to another, both included."""

	holiday_list: str
	first: date
	last: date


# What was assigned to one record, the latest first.
Terms = tuple[Term, ...]
# Terms of which the first that say something about a date hold on it.
Calendar = tuple[Terms, ...]


def load_days_off(
	schedules: Mapping[str, HostSchedule], first_date: date, last_date: date, overrides: Overrides | None = None
) -> dict[str, list[engine.DateOverride]]:
	"""The closed dates of each user who has any, from `first_date` to `last_date`, both included.

	A schedule's own holiday list counts in place of the employee's, and that in place of their company's; what HRMS
	assigns to either, in place of the lists that the two name. On a date for which `overrides`, the users' own, name
	hours the host works, holiday or not; leave closes it all the same.
	"""
	existing = optional_doctypes()
	employees = _employees(list(schedules), first_date, last_date, existing) if "Employee" in existing else []
	assigned = _assigned(employees, last_date) if {"Holiday List", "Holiday List Assignment"} <= existing else {}
	calendars = _calendars(schedules, employees, assigned)
	lists = {term.holiday_list for each in calendars.values() for term in _terms(each)}
	holidays = _holidays(lists, first_date, last_date) if "Holiday List" in existing else {}
	found: dict[str, list[engine.DateOverride]] = {}
	for user, theirs in calendars.items():
		working = [each for each in (overrides or {}).get(user, ()) if each.is_available]
		for name in sorted({term.holiday_list for term in _terms(theirs)}):
			closed = (
				each for each in holidays.get(name, ()) if any(_list_on(each.first, one) == name for one in theirs)
			)
			found.setdefault(user, []).extend(each for each in closed if not _is_within(each.first, working))
	for row in employees:
		if row.from_date:
			found.setdefault(row.user_id, []).append(_closed(row.from_date, row.to_date, _("Leave")))
	return {user: closed for user, closed in found.items() if closed}


def _employees(users: list[str], first: date, last: date, existing: frozenset[str]) -> list[frappe._dict]:
	"""A row for each approved leave of each user's employee, or one without a leave."""
	employee = DocType("Employee")
	query = frappe.qb.from_(employee).select(employee.name, employee.user_id, employee.company)
	# HRMS's assignments take the place of these two fields, which may go one day.
	if frappe.get_meta("Employee").has_field("holiday_list"):
		query = query.select(employee.holiday_list)
	if "Company" in existing and frappe.get_meta("Company").has_field("default_holiday_list"):
		company = DocType("Company")
		query = query.left_join(company).on(company.name == employee.company).select(company.default_holiday_list)
	if "Leave Application" in existing:
		leave = DocType("Leave Application")
		approved = (leave.employee == employee.name) & (leave.docstatus == 1) & (leave.status == "Approved")
		query = (
			query.left_join(leave)
			.on(approved & (leave.from_date <= last) & (leave.to_date >= first))
			.select(leave.from_date, leave.to_date)
		)
	rows = query.where(employee.user_id.isin(users) & (employee.status != "Left")).run(as_dict=True)
	# The database takes capitals for small letters.
	return [row for row in rows if row.user_id in users]


def _assigned(employees: list[frappe._dict], last: date) -> dict[tuple[str, str], Terms]:
	"""What HRMS assigned to these employees ("Employee" and the name) and companies until `last`.

	A Holiday List Assignment has no end of its own: it holds until the next one, or as long as its list goes.
	"""
	names = {row.name for row in employees} | {row.company for row in employees if row.company}
	if not names:
		return {}
	row, holiday_list = DocType("Holiday List Assignment"), DocType("Holiday List")
	rows = (
		frappe.qb.from_(row)
		.join(holiday_list)
		.on(holiday_list.name == row.holiday_list)
		.select(row.applicable_for, row.assigned_to, row.holiday_list, row.from_date, holiday_list.to_date)
		.where(row.assigned_to.isin(sorted(names)) & (row.docstatus == 1) & (row.from_date <= last))
		.orderby(row.from_date, row.creation, order=Order.desc)
		.run()
	)
	found: dict[tuple[str, str], Terms] = {}
	for kind, name, assigned_list, first, end in rows:
		found[kind, name] = (*found.get((kind, name), ()), Term(assigned_list, first, end or date.max))
	return found


def _calendars(
	schedules: Mapping[str, HostSchedule],
	employees: list[frappe._dict],
	assigned: Mapping[tuple[str, str], Terms],
) -> dict[str, set[Calendar]]:
	"""What says which holiday list holds for each user. Somebody employed twice has two calendars."""
	own = {user: schedule.holiday_list for user, schedule in schedules.items()}
	calendars: dict[str, set[Calendar]] = {user: {(_always(name),)} if name else set() for user, name in own.items()}
	for row in employees:
		if not own[row.user_id]:
			named = row.holiday_list or row.default_holiday_list
			employee, company = (assigned.get(key, ()) for key in (("Employee", row.name), ("Company", row.company)))
			calendars[row.user_id].add((employee, company, _always(named) if named else ()))
	return calendars


def _always(holiday_list: str) -> Terms:
	return (Term(holiday_list, date.min, date.max),)


def _terms(calendars: Iterable[Calendar]) -> Iterable[Term]:
	return (term for calendar in calendars for terms in calendar for term in terms)


def _list_on(day: date, calendar: Calendar) -> str | None:
	"""The holiday list that holds on this date."""
	for terms in calendar:
		term = next((each for each in terms if each.first <= day), None)
		if term and day <= term.last:
			return term.holiday_list
	return None


def _holidays(lists: set[str], first: date, last: date) -> dict[str, list[engine.DateOverride]]:
	"""The closed dates of each list, weekly days off included."""
	if not lists:
		return {}
	row = DocType("Holiday")
	rows = (
		frappe.qb.from_(row)
		.select(row.parent, row.holiday_date, row.description)
		.where(row.parent.isin(sorted(lists)) & (row.parenttype == "Holiday List"))
		.where((row.holiday_date >= first) & (row.holiday_date <= last))
		.run()
	)
	found: dict[str, list[engine.DateOverride]] = {}
	for name, day, description in rows:
		label = strip_html(description or "").strip() or _("Holiday")
		found.setdefault(name, []).append(_closed(day, day, label))
	return found


def _closed(first: date, last: date, label: str) -> engine.DateOverride:
	return engine.DateOverride(first, last, is_available=False, label=label)


def _is_within(day: date, overrides: list[engine.DateOverride]) -> bool:
	return any(each.first <= day <= each.last for each in overrides)
