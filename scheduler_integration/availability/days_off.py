"""Days off: holidays and leave, if the site has the DocTypes of ERPNext and HRMS.

Loading takes at most two queries for any number of hosts and days, or three if HRMS assigns holiday lists from a date
on (version 16 and later). It takes none without these DocTypes.

A half-day leave or half-day holiday closes the whole date, because no record says which half it is.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

import frappe
from frappe import _
from frappe.query_builder import DocType, Order
from frappe.utils import strip_html

from scheduler_integration import engine
from scheduler_integration.availability.schedules import HostSchedule
from scheduler_integration.platform.optional_apps import optional_doctypes

Overrides = Mapping[str, Sequence[engine.DateOverride]]


class Term(NamedTuple):
	"""A holiday list that applies from the date `first` to the date `last`, both included."""

	holiday_list: str
	first: date
	last: date


# The lists assigned to one record, latest first.
Terms = tuple[Term, ...]
# The Terms that decide for a user, first choice first: those of the employee, of the company, and of their records' own
# fields. See `_list_on`.
Calendar = tuple[Terms, ...]


class StoredDaysOff(NamedTuple):
	"""The rows behind days off: leave with its employee, holiday lists by the record they are assigned to, and holidays.

	`holidays` are the closed dates by holiday list.
	"""

	employees: Sequence[frappe._dict] = ()
	assigned: Mapping[tuple[str, str], Terms] = MappingProxyType({})
	holidays: Mapping[str, list[engine.DateOverride]] = MappingProxyType({})

	def closed_by(self, calendars: Collection[Calendar]) -> Iterator[engine.DateOverride]:
		"""Yield the holidays of the lists that apply on their dates, by one of a user's calendars."""
		for name in sorted({term.holiday_list for calendar in calendars for terms in calendar for term in terms}):
			for each in self.holidays.get(name, ()):
				if any(_list_on(each.first, calendar) == name for calendar in calendars):
					yield each


def read_days_off(users: list[str], first_date: date, last_date: date, lists: Collection[str]) -> StoredDaysOff:
	"""Read what `load_days_off` needs for these users. `lists` are the holiday lists of their schedules."""
	existing = optional_doctypes()
	employees = _employees(users, first_date, last_date, existing) if "Employee" in existing else []
	assigned = _assigned(employees, last_date) if {"Holiday List", "Holiday List Assignment"} <= existing else {}
	named = {row.holiday_list or row.default_holiday_list for row in employees} - {None, ""}
	names = {*lists, *named, *(term.holiday_list for terms in assigned.values() for term in terms)}
	holidays = _holidays(names, first_date, last_date) if "Holiday List" in existing else {}
	return StoredDaysOff(employees, assigned, holidays)


def load_days_off(
	schedules: Mapping[str, HostSchedule],
	first_date: date,
	last_date: date,
	overrides: Overrides = MappingProxyType({}),
	stored: StoredDaysOff | None = None,
) -> dict[str, list[engine.DateOverride]]:
	"""Return the closed dates of each user who has any, from `first_date` to `last_date`, both included.

	The first of these holiday lists that exists on a date applies:

	1. the list of the user's schedule
	2. the list that HRMS assigns to the employee
	3. the list that HRMS assigns to the employee's company
	4. the list in the Employee's record
	5. the default list in the Company's record

	If one of the user's `overrides` opens a date, the user works on it although it is a holiday. Approved leave closes
	the date even then. A user with two Employee records is off on the holidays of both.

	`stored` rows of at least these users and dates are used instead of reading them.
	"""
	own = {schedule.holiday_list for schedule in schedules.values() if schedule.holiday_list}
	stored = stored or read_days_off(list(schedules), first_date, last_date, own)
	employees = [row for row in stored.employees if row.user_id in schedules]
	days: dict[str, list[engine.DateOverride]] = defaultdict(list)
	for user, calendars in _calendars(schedules, employees, stored.assigned).items():
		working = [each for each in overrides.get(user, ()) if each.is_available]
		for holiday in stored.closed_by(calendars):
			if not any(each.first <= holiday.first <= each.last for each in working):
				days[user].append(holiday)
	for row in employees:
		if row.from_date:
			days[row.user_id].append(_closed(row.from_date, row.to_date, _("Leave")))
	return dict(days)


def _employees(users: list[str], first: date, last: date, existing: frozenset[str]) -> list[frappe._dict]:
	"""Return a row for each approved leave of each user's Employee, or one row without dates if there is no leave."""
	employee = DocType("Employee")
	query = frappe.qb.from_(employee).select(employee.name, employee.user_id, employee.company)
	# HRMS replaces these two fields by its assignments, so a later version may remove them.
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
	# MariaDB compares case-insensitively: `in` leaves out users whose names differ in case.
	return [row for row in rows if row.user_id in users]


def _assigned(employees: list[frappe._dict], last: date) -> dict[tuple[str, str], Terms]:
	"""Return the holiday lists that HRMS assigns to these employees and companies until `last`, by DocType and name.

	A key is `("Employee", name)` or `("Company", name)`. A Holiday List Assignment has no end of its own: it applies
	until the next one begins or its list ends.
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
	assigned: dict[tuple[str, str], Terms] = {}
	for kind, name, assigned_list, first, end in rows:
		assigned[kind, name] = (*assigned.get((kind, name), ()), Term(assigned_list, first, end or date.max))
	return assigned


def _calendars(
	schedules: Mapping[str, HostSchedule],
	employees: list[frappe._dict],
	assigned: Mapping[tuple[str, str], Terms],
) -> dict[str, set[Calendar]]:
	"""Return for each user the calendars that decide which holiday list applies: one for each Employee record."""
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


def _list_on(day: date, calendar: Calendar) -> str | None:
	"""Return the holiday list that applies on this date, or None.

	Within Terms only the latest assignment that has begun counts. If its list has ended by then, the next Terms decide:

		employee   list A from 1 January 2026, ends 31 December 2026
		company    list B from 1 January 2025, ends 31 December 2027
		day        1 June 2026: A        1 June 2027: B        1 June 2028: None
	"""
	for terms in calendar:
		term = next((term for term in terms if term.first <= day), None)
		if term and day <= term.last:
			return term.holiday_list
	return None


def _holidays(lists: set[str], first: date, last: date) -> dict[str, list[engine.DateOverride]]:
	"""Return the closed dates of each list. A list contains its weekly days off as holidays."""
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
	holidays: dict[str, list[engine.DateOverride]] = {}
	for name, day, description in rows:
		label = strip_html(description or "").strip() or _("Holiday")
		holidays.setdefault(name, []).append(_closed(day, day, label))
	return holidays


def _closed(first: date, last: date, label: str) -> engine.DateOverride:
	return engine.DateOverride(first, last, is_available=False, label=label)
