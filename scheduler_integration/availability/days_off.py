"""Holidays and leave, where the site has ERPNext's and HRMS's DocTypes: two queries for any hosts and days, or none.

A half-day leave, and a half-day holiday, closes its whole date: no record says which half.
"""

from collections.abc import Mapping
from datetime import date

import frappe
from frappe import _
from frappe.query_builder import DocType
from frappe.utils import strip_html

from scheduler_integration import engine
from scheduler_integration.availability.schedules import HostSchedule
from scheduler_integration.custom_fields import optional_doctypes

Overrides = Mapping[str, list[engine.DateOverride]]


def load_days_off(
	schedules: Mapping[str, HostSchedule], first_date: date, last_date: date, overrides: Overrides | None = None
) -> dict[str, list[engine.DateOverride]]:
	"""The closed dates of each user who has any, from `first_date` to `last_date`, both included.

	A schedule's own holiday list counts in place of the employee's, and that in place of their company's. On a date for
	which `overrides`, the users' own, name hours the host works, holiday or not; leave closes it all the same.
	"""
	existing = optional_doctypes()
	employees = _employees(list(schedules), first_date, last_date, existing) if "Employee" in existing else []
	lists = _holiday_lists(schedules, employees)
	holidays = _holidays(set().union(*lists.values()), first_date, last_date) if "Holiday List" in existing else {}
	found: dict[str, list[engine.DateOverride]] = {}
	for user, names in lists.items():
		working = [each for each in (overrides or {}).get(user, ()) if each.is_available]
		for name in sorted(names):
			closed = (each for each in holidays.get(name, ()) if not _is_within(each.first, working))
			found.setdefault(user, []).extend(closed)
	for row in employees:
		if row.from_date:
			found.setdefault(row.user_id, []).append(_closed(row.from_date, row.to_date, _("Leave")))
	return {user: closed for user, closed in found.items() if closed}


def _employees(users: list[str], first: date, last: date, existing: frozenset[str]) -> list[frappe._dict]:
	"""A row for each approved leave of each user's employee, or one without a leave."""
	employee = DocType("Employee")
	query = frappe.qb.from_(employee).select(employee.user_id, employee.holiday_list)
	if "Company" in existing:
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


def _holiday_lists(schedules: Mapping[str, HostSchedule], employees: list[frappe._dict]) -> dict[str, set[str]]:
	"""The names of the lists that hold for each user. Somebody employed twice has two."""
	lists = {user: {schedule.holiday_list} - {None, ""} for user, schedule in schedules.items()}
	for row in employees:
		if not schedules[row.user_id].holiday_list and (name := row.holiday_list or row.default_holiday_list):
			lists[row.user_id].add(name)
	return lists


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
