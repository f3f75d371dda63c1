"""Filters as Frappe writes them (dicts, lists, operators) turned into SQL conditions with bound values.

Frappe has two readings of a filter, and so has this module. `get_all` and `get_list` treat an empty value and NULL
alike (`loose=True`); `frappe.db.get_value` and its kin are plain SQL.
"""

import datetime
import re
from typing import Any, NamedTuple

import frappe
from frappe.model import CHILD_FIELDS, DEFAULT_FIELDS, OPTIONAL_FIELDS
from frappe.utils.data import cstr, flt, get_datetime, get_time, getdate, nowdate

_NAME = re.compile(r"\w+")
_NUMERIC = {"Check", "Int", "Long Int", "Float", "Currency", "Percent", "Duration", "Rating"}
_EMPTY = {"Date": "0001-01-01", "Datetime": "0001-01-01 00:00:00.000000", "Time": "00:00:00"}
_COMPARISONS = {"=", "!=", "<", ">", "<=", ">="}
OPERATORS = _COMPARISONS | {"in", "not in", "like", "not like", "is", "between"}


class Filter(NamedTuple):
	doctype: str
	field: str
	operator: str
	value: Any


class Condition(NamedTuple):
	sql: str
	params: list


def parse(doctype: str, filters: Any) -> list[Filter]:
	"""Every shape that Frappe takes, as a list of one shape."""
	if filters is None or filters == {} or filters == []:
		return []
	if isinstance(filters, str | int | datetime.date):
		return [Filter(doctype, "name", "=", filters)]
	if isinstance(filters, dict):
		return [_from_pair(doctype, field, value) for field, value in filters.items()]
	if not isinstance(filters, list | tuple):
		raise NotImplementedError(f"Filters of type {type(filters).__name__}")
	if all(isinstance(entry, str | int) for entry in filters):
		return [Filter(doctype, "name", "in", filters)]
	found: list[Filter] = []
	for entry in filters:
		if isinstance(entry, dict):
			found += parse(doctype, entry)
		elif len(entry) == 2:
			found.append(_from_pair(doctype, *entry))
		elif len(entry) == 3:
			found.append(_checked(doctype, *entry))
		elif len(entry) == 4:
			found.append(_checked(*entry))
		else:
			raise ValueError(f"A filter has 2, 3 or 4 elements: {entry!r}")
	return found


def _from_pair(doctype: str, field: str, value: Any) -> Filter:
	if isinstance(value, list | tuple):
		return _checked(doctype, field, *value)
	return _checked(doctype, field, "=", value)


def _checked(doctype: str, field: str, operator: str, value: Any) -> Filter:
	operator = operator.lower()
	if operator not in OPERATORS:
		if (
			operator in ("timespan", "previous", "next", "regex")
			or "descendants" in operator
			or "ancestors" in operator
		):
			raise NotImplementedError(f"The filter operator {operator!r} on the embedded site")
		frappe.throw(frappe._("Operator must be one of {0}").format(", ".join(sorted(OPERATORS))))
	if not _NAME.fullmatch(field):
		frappe.throw(frappe._("Invalid filter: {0}").format(field))
	if operator in ("in", "not in") and isinstance(value, str):
		value = value.split(",")
	return Filter(doctype, field, operator, int(value) if isinstance(value, bool) else value)


def owner_of_field(doctype: str, field: str) -> str:
	"""The doctype a filter's field belongs to: a child table's, when the parent has none of that name."""
	if field in DEFAULT_FIELDS or field in OPTIONAL_FIELDS or field in CHILD_FIELDS:
		return doctype
	meta = frappe.get_meta(doctype)
	if not meta.has_field(field):
		for table in meta.get_table_fields():
			if frappe.get_meta(table.options).has_field(field):
				return table.options
	return doctype


def plain(filter_: Filter, column: str) -> Condition:
	"""The condition of frappe.db.get_value and its kin: what SQL says."""
	_, field, operator, value = filter_
	if operator == "is":
		raise NotImplementedError(
			f"The filter {field} is {value} outside get_all: Frappe 15 and 16 read it differently"
		)
	if value is None:
		if operator != "=":
			raise NotImplementedError(f"The filter {field} {operator} None, which Frappe reads as IS NULL")
		return Condition(f"{column} IS NULL", [])
	if operator in ("in", "not in"):
		values = list(value) or [""]
		return Condition(f"{column} {operator} ({_marks(values)})", values)
	if operator == "between":
		return Condition(f"{column} between %s and %s", list(value))
	return Condition(f"{column} {operator} %s", [value])


def loose(filter_: Filter, column: str, fieldtype: str | None) -> Condition:
	"""The condition of get_all and get_list, where no value and an empty one are the same."""
	_, field, operator, value = filter_
	numeric = fieldtype in _NUMERIC
	nullable = not numeric and field not in ("name", "creation", "modified", "idx", "docstatus")
	empty = 0 if numeric else _EMPTY.get(fieldtype or "", "")
	if operator == "is":
		return Condition(*_set_or_not(column, fieldtype, _asks_set(value)))
	if operator in ("in", "not in"):
		values = [cstr(entry).strip() for entry in (value or [])] or [""]
		if nullable and (operator == "not in" or "" in values):
			column = f"ifnull({column}, '')"
		return Condition(f"{column} {operator} ({_marks(values)})", values)
	if operator == "between":
		return Condition(f"{column} between %s and %s", list(_bounds(value, fieldtype, field)))
	value = _cast(value, operator, fieldtype, field)
	if not nullable or (operator in (">", ">=") and fieldtype in ("Date", "Datetime")):
		return Condition(f"{column} {operator} %s", [value])
	if operator in ("=", "like") and value not in ("", None):
		return Condition(f"{column} {operator} %s", [value])
	if operator == "=" and value == empty:
		return Condition(f"({column} IS NULL OR {column} = %s)", [value])
	if operator == "!=" and value == empty:
		return Condition(f"{column} != %s", [value])
	return Condition(f"ifnull({column}, '{empty}') {operator} %s", [value])


def _cast(value: Any, operator: str, fieldtype: str | None, field: str) -> Any:
	if operator in ("like", "not like"):
		# get_all takes a backslash for what it is; only SQL itself escapes with it.
		return "" if value is None else str(value).replace("\\", "\\\\")
	if fieldtype == "Date":
		return str(getdate(value))
	if fieldtype == "Datetime" or field in ("creation", "modified") or isinstance(value, datetime.datetime):
		return get_datetime(value) if value else _EMPTY["Datetime"]
	if fieldtype == "Time":
		return get_time(value)
	if fieldtype in ("Check", "Int", "Long Int") or field in ("idx", "docstatus"):
		number = flt(value)
		return int(value) if isinstance(value, int) else int(number) if number.is_integer() else number
	return flt(value) if fieldtype in _NUMERIC else cstr(value)


def _bounds(value: Any, fieldtype: str | None, field: str) -> tuple[Any, Any]:
	"""Both ends of a range of days or instants; a plain date as the upper end means all of that day."""
	if fieldtype not in ("Date", "Datetime") and field not in ("creation", "modified"):
		raise NotImplementedError(f"'between' on {field}, which is no date")
	start, end = (list(value or []) + [nowdate()] * 2)[:2]
	if fieldtype == "Date":
		return str(getdate(start)), str(getdate(end))
	return _edge(start, datetime.time.min), _edge(end, datetime.time.max)


def _edge(value: Any, time: datetime.time) -> datetime.datetime:
	if isinstance(value, str):
		value = get_datetime(value) if " " in value.strip() else getdate(value)
	return value if isinstance(value, datetime.datetime) else datetime.datetime.combine(value, time)


def _asks_set(value: str) -> bool:
	if str(value).lower() not in ("set", "not set"):
		raise ValueError("`is` operator only supports `set` and `not set` as value")
	return str(value).lower() == "set"


def _set_or_not(column: str, fieldtype: str | None, wanted: bool) -> tuple[str, list]:
	if fieldtype in _NUMERIC:
		return f"{column} {'!=' if wanted else '='} 0", []
	return _is_set(column) if wanted else _is_not_set(column)


def _is_set(column: str) -> tuple[str, list]:
	return f"{column} != ''", []


def _is_not_set(column: str) -> tuple[str, list]:
	return f"({column} IS NULL OR {column} = '')", []


def _marks(values: list) -> str:
	return ", ".join(["%s"] * len(values))
