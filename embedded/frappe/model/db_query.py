"""`frappe.get_all` and `frappe.get_list`: fields, filters, order, and what the user may see."""

import re
from typing import Any

import frappe
from frappe.database import filters as flt_
from frappe.permissions import reach_of
from frappe.utils.data import cint

_PLAIN = re.compile(r"\w+")
_ALIASED = re.compile(r"(.+?)\s+as\s+(\w+)", re.IGNORECASE)
_FUNCTION = re.compile(r"(count|min|max|sum)\((\w+|\*)\)", re.IGNORECASE)
_ORDER = re.compile(r"`?\w+`?(\s+(asc|desc))?", re.IGNORECASE)


def column(doctype: str, name: str) -> str:
	"""A field, all of them, or a function of one with or without an alias."""
	if name == "*":
		return f"`tab{doctype}`.*"
	expression, alias = _split_alias(name)
	if _PLAIN.fullmatch(expression):
		expression = f"`tab{doctype}`.`{expression}`"
	elif not _FUNCTION.fullmatch(expression):
		raise NotImplementedError(f"The field {name!r} in a query on the embedded site")
	return f"{expression} as `{alias}`" if alias else expression


def _split_alias(field: str) -> tuple[str, str | None]:
	match = _ALIASED.fullmatch(field.strip())
	return (match[1], match[2]) if match else (field.strip(), None)


class DatabaseQuery:
	def __init__(self, doctype: str):
		self.doctype, self.user = doctype, frappe.session.user
		self.meta = frappe.get_meta(doctype)

	def execute(
		self, filters: Any = None, fields: Any = None, *, order_by: str | None = None, limit_start: Any = 0,
		limit: Any = None, limit_page_length: Any = None, pluck: str | None = None, ignore_permissions: bool = False,
		parent_doctype: str | None = None, **unknown: Any,
	) -> list:  # fmt: skip
		if unknown:
			raise NotImplementedError(f"get_all({', '.join(unknown)}=...) on the embedded site")
		names = [fields] if isinstance(fields, str) else fields or [pluck or "name"]
		conditions = [self._condition(each) for each in flt_.parse(self.doctype, filters)]
		params = [value for _, values in conditions for value in values]
		where = [sql for sql, _ in conditions]
		if not ignore_permissions:
			names = self._permitted(names, parent_doctype)
			# The text of an app may hold a %, which means a parameter once there are any.
			where += [seen.replace("%", "%%") if params else seen for seen in self._match_conditions()]
		if not names:
			return []
		query = [f"select {', '.join(column(self.doctype, name) for name in names)} from `tab{self.doctype}`"]
		if where:
			query.append(f"where {' and '.join(where)}")
		if order := self._order(order_by, names):
			query.append(f"order by {order}")
		if length := cint(limit or limit_page_length):
			query.append(f"limit {length} offset {cint(limit_start)}")
		rows = frappe.db.sql("\n".join(query), params, as_dict=True)
		return [row[pluck] for row in rows] if pluck else rows

	def _permitted(self, names: list[str], parent_doctype: str | None) -> list[str]:
		"""Of the fields asked for, those that the user may read."""
		ptype = "read" if self.meta.istable or reach_of(self.meta, "read", self.user) else "select"
		frappe.has_permission(self.doctype, ptype, parent_doctype=parent_doctype, throw=True)
		known = self.meta.get_permitted_columns(parent_doctype, ptype)
		permitted = []
		for name in names:
			expression, _alias = _split_alias(name)
			match = _FUNCTION.fullmatch(expression)
			if name == "*":
				permitted += known
			elif (match[2] if match else expression) in (*known, "*"):
				permitted.append(name)
		return permitted

	def _condition(self, filter_: flt_.Filter) -> flt_.Condition:
		df = self.meta.get_field(filter_.field)
		return flt_.loose(filter_, f"`tab{self.doctype}`.`{filter_.field}`", df and df.fieldtype)

	def _match_conditions(self) -> list[str]:
		"""Own documents only, where the role says so, and what the apps' hooks add."""
		conditions = []
		if reach_of(self.meta, "read", self.user) == "own" and reach_of(self.meta, "select", self.user) != "all":
			conditions.append(f"`tab{self.doctype}`.`owner` = {frappe.db.escape(self.user, percent=False)}")
		for path in frappe.get_hooks("permission_query_conditions", {}).get(self.doctype, []):
			conditions.append(frappe.call(path, self.user, doctype=self.doctype))
		return [f"({condition})" for condition in conditions if condition]

	def _order(self, order_by: str | None, names: list[str]) -> str:
		if order_by:
			parts = [part.strip() for part in order_by.split(",")]
			if not all(_ORDER.fullmatch(part) for part in parts):
				raise NotImplementedError(f"order_by={order_by!r} on the embedded site")
			return ", ".join(parts)
		if any(_FUNCTION.match(name) for name in names):
			return ""
		field, direction = self.meta.sort_field or "creation", self.meta.sort_order or "desc"
		return f"`tab{self.doctype}`.`{field}` {direction}"
