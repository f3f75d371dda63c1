"""`frappe.get_all` and `frappe.get_list`: fields, filters, joins, and what the user may see."""

import json
import re
from typing import Any

import frappe
from frappe.database import filters as flt_
from frappe.model import OPTIONAL_FIELDS
from frappe.utils.data import cint

_PLAIN = re.compile(r"\w+")
_ALIASED = re.compile(r"(.+?)\s+as\s+[`'\"]?(\w+)[`'\"]?", re.IGNORECASE | re.DOTALL)
_DOTTED = re.compile(r"(\w+)\.(\w+)")
_QUALIFIED = re.compile(r"`tab([^`]+)`\.`?(\w+|\*)`?")
_FUNCTION = re.compile(r"(distinct\s+|\w+\s*\()", re.IGNORECASE)
_FORBIDDEN = re.compile(r";|--|/\*|\bselect\b|\bunion\b|\bsleep\b", re.IGNORECASE)
_DEFAULT = "KEEP_DEFAULT_ORDERING"


def column_list(doctype: str, fields: Any) -> str:
	"""The columns of frappe.db.get_value: names, functions with an alias, or all."""
	if fields == "*":
		return f"`tab{doctype}`.*"
	names = [fields] if isinstance(fields, str) else list(fields)
	if isinstance(fields, str) and "," in fields and "(" not in fields:
		names = [name.strip() for name in fields.split(",")]
	return ", ".join(_column(doctype, name) for name in names)


def _column(doctype: str, name: Any) -> str:
	if not isinstance(name, str):
		return name.get_sql(quote_char="`", with_alias=True)
	expression, alias = _split_alias(name)
	if _PLAIN.fullmatch(expression):
		expression = f"`tab{doctype}`.`{expression}`"
	elif _FORBIDDEN.search(expression) or not (_QUALIFIED.fullmatch(expression) or _FUNCTION.match(expression)):
		frappe.throw(frappe._("Invalid field: {0}").format(name), frappe.DataError)
	return f"{expression} as `{alias}`" if alias else expression


def _split_alias(field: str) -> tuple[str, str | None]:
	match = _ALIASED.fullmatch(field.strip())
	return (match[1].strip(), match[2]) if match else (field.strip(), None)


class DatabaseQuery:
	def __init__(self, doctype: str, user: str | None = None):
		self.doctype, self.user = doctype, user or frappe.session.user
		self.joins: dict[str, str] = {}

	def execute(
		self, fields: Any = None, filters: Any = None, or_filters: Any = None, group_by: str | None = None,
		order_by: str | None = _DEFAULT, limit_start: Any = False, limit_page_length: Any = None, as_list: bool = False,
		debug: bool = False, ignore_permissions: bool = False, user: str | None = None, distinct: bool = False,
		start: Any = None, page_length: Any = None, limit: Any = None, update: dict | None = None, run: bool = True,
		strict: bool = True, pluck: str | None = None, *, parent_doctype: str | None = None, **unknown: Any,
	) -> list:  # fmt: skip
		if unknown:
			raise NotImplementedError(f"get_all({', '.join(unknown)}=...) on the embedded site")
		self.user, self.ignore_permissions, self.parent_doctype = user or self.user, ignore_permissions, parent_doctype
		self.meta = frappe.get_meta(self.doctype)
		self.ptype = "read"
		if not ignore_permissions:
			self._check_read_permission()
		fields, filters = self._swapped(fields, filters)
		names = self._field_names(fields or [pluck or "name"])
		columns = [self._select(name) for name in names]
		if not columns:
			return []
		conditions, params = self._conditions(filters, or_filters)
		parts = [f"select {'distinct ' if distinct else ''}{', '.join(columns)}", f"from `tab{self.doctype}`"]
		parts += self.joins.values()
		if conditions:
			parts.append(f"where {' and '.join(conditions)}")
		if group_by:
			parts.append(f"group by {self._safe(group_by)}")
		if order := self._order(order_by, names, group_by, distinct):
			parts.append(f"order by {order}")
		if length := cint(page_length or limit or limit_page_length):
			parts.append(f"limit {length} offset {cint(start or limit_start)}")
		rows = frappe.db.sql("\n".join(parts), params, as_dict=not as_list, update=update, run=run)
		return [row[pluck] for row in rows] if pluck and run else rows

	def _check_read_permission(self) -> None:
		from frappe.permissions import get_role_permissions

		allowed = get_role_permissions(self.meta, user=self.user)
		self.ptype = "select" if allowed.get("select") and not allowed.get("read") else "read"
		frappe.has_permission(self.doctype, self.ptype, user=self.user, parent_doctype=self.parent_doctype, throw=True)

	@staticmethod
	def _swapped(fields: Any, filters: Any) -> tuple[Any, Any]:
		"""Frappe takes the two in either order and tells them apart by their looks."""
		looks_like_filters = isinstance(fields, dict) or (
			isinstance(fields, list) and fields and isinstance(fields[0], list)
		)
		looks_like_fields = fields and isinstance(filters, list) and len(filters) > 1 and isinstance(filters[0], str)
		return (filters, fields) if looks_like_filters or looks_like_fields else (fields, filters)

	def _field_names(self, fields: Any) -> list[str]:
		if isinstance(fields, str):
			try:
				fields = json.loads(fields)
			except ValueError:
				fields = [f.strip() for f in fields.split(",")] if "(" not in fields else [fields]
		names = []
		for name in filter(None, fields):
			if not isinstance(name, str):
				raise NotImplementedError(f"A field that is a {type(name).__name__} in get_all")
			if name == "*" or _all_of(name) == self.doctype:
				names += [name] if self.ignore_permissions else self._permitted()
			elif self.ignore_permissions or self._may_read(name):
				names.append(name)
		return names

	def _permitted(self) -> list[str]:
		return self.meta.get_permitted_columns(self.parent_doctype, self.ptype)

	def _may_read(self, name: str) -> bool:
		expression, _alias = _split_alias(name)
		if _PLAIN.fullmatch(expression):
			return expression in OPTIONAL_FIELDS or expression in self._permitted()
		if match := _QUALIFIED.fullmatch(expression):
			meta = frappe.get_meta(match[1])
			return match[2] in meta.get_permitted_columns(self.doctype if meta.istable else None, "read")
		if match := _DOTTED.fullmatch(expression):
			return match[1] in self._permitted()
		inner = re.sub(r"^\w+\s*\(|\)$|distinct", "", expression, flags=re.IGNORECASE).strip()
		return inner == "*" or inner.strip("`").rpartition("`.`")[2] in self._permitted()

	def _select(self, name: str) -> str:
		expression, alias = _split_alias(name)
		if name == "*":
			return f"`tab{self.doctype}`.*"
		if _PLAIN.fullmatch(expression) or not _DOTTED.fullmatch(expression):
			if match := _QUALIFIED.fullmatch(expression):
				self._join_child(match[1])
			return _column(self.doctype, name)
		link, fieldname = expression.split(".")
		df = self.meta.get_field(link)
		if not df:
			frappe.throw(frappe._("Invalid field: {0}").format(name), frappe.DataError)
		if df.fieldtype != "Link":
			self._join_child(df.options)
			return f"`tab{df.options}`.`{fieldname}` as `{alias or fieldname}`"
		table = f"tab{df.options}_{link}"
		self.joins[table] = (
			f"left join `tab{df.options}` `{table}` on (`{table}`.`name` = `tab{self.doctype}`.`{link}`)"
		)
		if not self.ignore_permissions:
			frappe.has_permission(df.options, "read", user=self.user, throw=True)
		return f"`{table}`.`{fieldname}` as `{alias or fieldname}`"

	def _join_child(self, doctype: str) -> None:
		if doctype == self.doctype or doctype in self.joins:
			return
		parent = f"`tab{self.doctype}`"
		self.joins[doctype] = (
			f"left join `tab{doctype}` on (`tab{doctype}`.`parenttype` = {frappe.db.escape(self.doctype)} "
			f"and `tab{doctype}`.`parent` = {parent}.`name`)"
		)

	def _conditions(self, filters: Any, or_filters: Any) -> tuple[list[str], list]:
		conditions, params = [], []
		every, any_of = ([self._condition(f) for f in self._parsed(group)] for group in (filters, or_filters))
		for condition in every:
			conditions.append(condition.sql)
			params += condition.params
		if any_of:
			conditions.append(f"({' or '.join(c.sql for c in any_of)})")
			params += [p for c in any_of for p in c.params]
		if not self.ignore_permissions and (seen := self._match_conditions()):
			# The text of an app may hold a %, which means a parameter once there are any.
			conditions.append(f"({seen.replace('%', '%%') if params else seen})")
		return conditions, params

	def _parsed(self, filters: Any) -> list[flt_.Filter]:
		if isinstance(filters, str):
			filters = json.loads(filters)
		return flt_.parse(self.doctype, filters)

	def _condition(self, filter_: flt_.Filter) -> flt_.Condition:
		doctype = filter_.doctype
		if doctype == self.doctype:
			doctype = flt_.owner_of_field(doctype, filter_.field)
		self._join_child(doctype)
		df = frappe.get_meta(doctype).get_field(filter_.field)
		return flt_.loose(filter_, f"`tab{doctype}`.`{filter_.field}`", df and df.fieldtype)

	def _match_conditions(self) -> str:
		"""Own documents only, where the role says so, and what the apps' hooks add."""
		from frappe.permissions import get_role_permissions, requires_owner_constraint

		conditions = []
		if requires_owner_constraint(get_role_permissions(self.meta, user=self.user)):
			conditions.append(f"`tab{self.doctype}`.`owner` = {frappe.db.escape(self.user, percent=False)}")
		hooks = frappe.get_hooks("permission_query_conditions", {})
		for path in hooks.get(self.doctype, []) + hooks.get("*", []):
			if condition := frappe.call(frappe.get_attr(path), self.user, doctype=self.doctype):
				conditions.append(condition)
		return " and ".join(conditions)

	def _order(self, order_by: str | None, names: list[str], group_by: str | None, distinct: bool) -> str:
		if not order_by or distinct:
			return ""
		if order_by != _DEFAULT:
			return self._safe(order_by)
		aggregate = re.match(r"(count|min|max|sum|avg)\(", names[0], re.IGNORECASE) if len(names) == 1 else None
		if aggregate and not group_by:
			return ""
		field, direction = self.meta.sort_field or "creation", self.meta.sort_order or "desc"
		if "," in field:
			parts = [part.split() for part in field.split(",")]
			return ", ".join(f"`tab{self.doctype}`.`{part[0]}` {part[-1]}" for part in parts)
		return f"`tab{self.doctype}`.`{field}` {direction if self.meta.sort_field else 'desc'}"

	def _safe(self, clause: str) -> str:
		if _FORBIDDEN.search(clause):
			frappe.throw(frappe._("Illegal SQL Query"))
		if not self.joins:
			return clause
		# With a join, a bare column would be ambiguous.
		parts = [part.strip() for part in clause.split(",")]
		return ", ".join(f"`tab{self.doctype}`.{part}" if self._is_own(part) else part for part in parts)

	def _is_own(self, part: str) -> bool:
		name = part.split()[0].strip("`")
		return bool(_PLAIN.fullmatch(name)) and name in [*self.meta.get_valid_columns(), *OPTIONAL_FIELDS]


def _all_of(name: str) -> str | None:
	match = _QUALIFIED.fullmatch(name)
	return match[1] if match and match[2] == "*" else None
