"""Stands in for frappe.database.query and frappe.utils.get_filter: turns filters into SQL with bound values.

Frappe reads a filter in two ways, and so does this module. `get_all` and `get_list` treat an empty value and NULL
alike (`loose`); `frappe.db.get_value` and similar functions are plain SQL (`plain`).
"""

import re
from typing import Any, NamedTuple

import frappe
from frappe.utils.data import cstr, flt, get_datetime, getdate

_NAME = re.compile(r"\w+")
_NUMERIC = {"Check", "Int", "Long Int", "Float", "Currency", "Percent"}
_NEVER_NULL = {"name", "creation", "modified", "idx", "docstatus"}
_EMPTY = {"Date": "0001-01-01", "Datetime": "0001-01-01 00:00:00.000000"}
_OPERATORS = {"=", "!=", "<", ">", "<=", ">=", "in", "not in", "like", "not like", "is"}

# The SQL of a condition, and its values
Condition = tuple[str, list]


class Filter(NamedTuple):
	field: str
	operator: str
	value: Any


def parse(doctype: str, filters: Any) -> list[Filter]:
	"""Return the filters as a list of Filter, whichever shape they were written in."""
	if not filters and not isinstance(filters, str):
		return []
	if isinstance(filters, str):
		return [Filter("name", "=", filters)]
	if isinstance(filters, dict):
		entries = [
			(field, *(value if isinstance(value, list | tuple) else ("=", value))) for field, value in filters.items()
		]
	else:
		entries = [entry[1:] if len(entry) == 4 and entry[0] == doctype else entry for entry in filters]
	return [_checked(entry) for entry in entries]


def _checked(entry: Any) -> Filter:
	if isinstance(entry, str) or len(entry) != 3 or entry[1].lower() not in _OPERATORS:
		raise NotImplementedError(f"The filter {entry!r} on the embedded site")
	field, operator, value = entry
	if not _NAME.fullmatch(field):
		frappe.throw(frappe._("Invalid filter: {0}").format(field))
	return Filter(field, operator.lower(), int(value) if isinstance(value, bool) else value)


def plain(filter_: Filter, column: str) -> Condition:
	field, operator, value = filter_
	if operator == "is":
		raise NotImplementedError(
			f"The filter {field} is {value} outside get_all: Frappe 15 and 16 read it differently"
		)
	if value is None:
		if operator != "=":
			raise NotImplementedError(f"The filter {field} {operator} None, which Frappe reads as IS NULL")
		return f"{column} IS NULL", []
	if operator in ("in", "not in"):
		return f"{column} {operator} %s", [list(value) or [""]]
	return f"{column} {operator} %s", [value]


def loose(filter_: Filter, column: str, fieldtype: str | None) -> Condition:
	"""Return the condition as get_all and get_list read it: NULL and an empty value are the same."""
	field, operator, value = filter_
	numeric = fieldtype in _NUMERIC
	nullable = not numeric and field not in _NEVER_NULL
	empty = 0 if numeric else _EMPTY.get(fieldtype or "", "")
	if operator == "is":
		asked = {"set": "!=", "not set": "="}[value.lower()]
		return (f"{column} {asked} 0", []) if numeric else (f"ifnull({column}, '') {asked} ''", [])
	if operator in ("in", "not in"):
		value = [cstr(entry).strip() for entry in value or ()] or [""]
		needs_value = operator == "in" and "" not in value
	else:
		value = _cast(value, operator, fieldtype, field)
		needs_value = operator in ("=", "like", ">", ">=") and value not in ("", empty)
	column = f"ifnull({column}, '{empty}')" if nullable and not needs_value else column
	return f"{column} {operator} %s", [value]


def _cast(value: Any, operator: str, fieldtype: str | None, field: str) -> Any:
	if operator in ("like", "not like"):
		return cstr(value)
	if fieldtype == "Date":
		return str(getdate(value))
	if fieldtype == "Datetime" or field in ("creation", "modified"):
		return get_datetime(value) if value else _EMPTY["Datetime"]
	if fieldtype == "Time":
		raise NotImplementedError(f"A filter on the Time field {field} on the embedded site")
	if fieldtype in ("Check", "Int", "Long Int") or field in ("idx", "docstatus"):
		return value if isinstance(value, int) else int(flt(value))
	return flt(value) if fieldtype in _NUMERIC else cstr(value)
