"""Stands in for frappe.model.db_query: get_all and get_list, with fields, filters, order and permissions."""

import re
from typing import Any

import frappe
from frappe.database import filters as flt_
from frappe.model.meta import Meta
from frappe.permissions import reach_of
from frappe.utils.data import cint

_PLAIN = re.compile(r"\w+")
_ALIASED = re.compile(r"(.+?)\s+as\s+(\w+)", re.IGNORECASE)
_FUNCTION = re.compile(r"\w+\(.*", re.DOTALL)
_ORDER = re.compile(r"`?\w+`?(\s+(asc|desc))?", re.IGNORECASE)


def column(doctype: str, name: str) -> str:
	"""Return the SQL of a field, with or without an alias, or of `*`. SQL functions need `frappe.qb`, as on Frappe 16."""
	if name == "*":
		return f"`tab{doctype}`.*"
	expression, alias = _split_alias(name)
	if _PLAIN.fullmatch(expression):
		expression = f"`tab{doctype}`.`{expression}`"
	elif _FUNCTION.fullmatch(expression):
		frappe.throw(f"SQL functions are not allowed as strings in SELECT: {name}")
	else:
		raise NotImplementedError(f"The field {name!r} in a query on the embedded site")
	return f"{expression} as `{alias}`" if alias else expression


def _split_alias(field: str) -> tuple[str, str | None]:
	match = _ALIASED.fullmatch(field.strip())
	return (match[1], match[2]) if match else (field.strip(), None)


def get_all(doctype: str, *args: Any, **kwargs: Any) -> list:
	return get_list(doctype, *args, ignore_permissions=True, **kwargs)


def get_list(
	doctype: str, filters: Any = None, fields: Any = None, *, order_by: str | None = None, limit_start: Any = 0,
	limit: Any = None, limit_page_length: Any = None, pluck: str | None = None, ignore_permissions: bool = False,
	parent_doctype: str | None = None, **unknown: Any,
) -> list:  # fmt: skip
	if unknown:
		raise NotImplementedError(f"get_all({', '.join(unknown)}=...) on the embedded site")
	meta = frappe.get_meta(doctype)
	names = [fields] if isinstance(fields, str) else fields or [pluck or "name"]
	conditions = [_condition(meta, each) for each in flt_.parse(doctype, filters)]
	params = [value for _, values in conditions for value in values]
	where = [sql for sql, _ in conditions]
	if not ignore_permissions:
		names = _permitted(meta, names, parent_doctype)
		# A condition that an app's hook returns may hold a %. As soon as a query has parameters, % would start one.
		where += [seen.replace("%", "%%") if params else seen for seen in _match_conditions(meta)]
	if not names:
		return []
	query = [f"select {', '.join(column(doctype, name) for name in names)} from `tab{doctype}`"]
	if where:
		query.append(f"where {' and '.join(where)}")
	if order := _order(meta, order_by, names):
		query.append(f"order by {order}")
	if length := cint(limit or limit_page_length):
		query.append(f"limit {length} offset {cint(limit_start)}")
	rows = frappe.db.sql("\n".join(query), params, as_dict=True)
	return [row[pluck] for row in rows] if pluck else rows


def _condition(meta: Meta, filter_: flt_.Filter) -> flt_.Condition:
	df = meta.get_field(filter_.field)
	return flt_.loose(filter_, f"`tab{meta.name}`.`{filter_.field}`", df and df.fieldtype)


def _permitted(meta: Meta, names: list[str], parent_doctype: str | None) -> list[str]:
	"""Return those of the requested fields that the user may read."""
	ptype = "read" if meta.istable or reach_of(meta, "read", frappe.session.user) else "select"
	frappe.has_permission(meta.name, ptype, parent_doctype=parent_doctype, throw=True)
	known = meta.get_permitted_columns(parent_doctype, ptype)
	permitted = []
	for name in names:
		if name == "*":
			permitted += known
		elif _split_alias(name)[0] in known:
			permitted.append(name)
	return permitted


def _match_conditions(meta: Meta) -> list[str]:
	"""Return conditions for the user: only own documents if the role says so, and those from the apps' hooks."""
	user = frappe.session.user
	conditions = []
	if reach_of(meta, "read", user) == "own" and reach_of(meta, "select", user) != "all":
		conditions.append(f"`tab{meta.name}`.`owner` = {frappe.db.escape(user, percent=False)}")
	for path in frappe.get_hooks("permission_query_conditions", {}).get(meta.name, []):
		conditions.append(frappe.call(path, user, doctype=meta.name))
	return [f"({condition})" for condition in conditions if condition]


def _order(meta: Meta, order_by: str | None, names: list[str]) -> str:
	if order_by:
		parts = [part.strip() for part in order_by.split(",")]
		if not all(_ORDER.fullmatch(part) for part in parts):
			raise NotImplementedError(f"order_by={order_by!r} on the embedded site")
		return ", ".join(parts)
	return f"`tab{meta.name}`.`{meta.sort_field or 'creation'}` {meta.sort_order or 'desc'}"
