"""Stands in for frappe.model.base_document: a document's fields, its child rows, and its row in the table."""

import sqlite3
import weakref
from functools import cached_property
from typing import Any

import frappe
from frappe.context import local
from frappe.model.meta import Meta
from frappe.model.naming import set_new_name
from frappe.types import _dict
from frappe.utils.data import cint, cstr, flt

_RESERVED = {"doctype", "meta", "flags", "_weakref", "_parent_doc", "_doc_before_save"}
_UNPICKLABLE = ("meta", "_weakref", "_parent_doc")


def get_controller(doctype: str) -> type:
	"""Return the class in the app's `doctype/<name>/<name>.py`, or Document itself for a custom DocType."""
	from frappe.core.controllers import CONTROLLERS
	from frappe.model.document import Document

	known = local.memo.setdefault("controllers", {})
	if doctype not in known:
		meta, name = frappe.get_meta(doctype), frappe.scrub(doctype)
		if meta.custom or meta.app == "frappe":
			known[doctype] = CONTROLLERS.get(doctype, Document)
		else:
			module = frappe.get_module(f"{meta.app}.{frappe.scrub(meta.module)}.doctype.{name}.{name}")
			known[doctype] = getattr(module, doctype.replace(" ", ""))
	return known[doctype]


class BaseDocument:
	doctype: str
	flags: _dict

	def __init__(self, data: dict):
		self.doctype = data.get("doctype") or self.doctype
		self.update(data)

	@cached_property
	def meta(self) -> Meta:
		return frappe.get_meta(self.doctype)

	@cached_property
	def _weakref(self) -> weakref.ref:
		return weakref.ref(self)

	def __getstate__(self) -> dict:
		return {key: value for key, value in self.__dict__.items() if key not in _UNPICKLABLE}

	# Reading and setting fields

	def get(self, key: str, filters: Any = None) -> Any:
		"""Return a field's value or the default. With a dict, return the child rows that match it."""
		if isinstance(filters, dict):
			rows = self.__dict__.get(key) or []
			return [row for row in rows if all(row.get(field) == value for field, value in filters.items())]
		return self.__dict__.get(key, filters)

	def set(self, key: str, value: Any) -> None:
		if key in self.meta.table_doctypes:
			self.__dict__[key] = []
			for row in list(value or ()):
				self.append(key, row)
		elif key not in _RESERVED:
			self.__dict__[key] = value

	def update(self, data: dict) -> "BaseDocument":
		self.__dict__.update({key: value for key, value in data.items() if key not in _RESERVED})
		for key in self.meta.table_doctypes:
			if key in data:
				self.set(key, data[key])
		return self

	def update_if_missing(self, values: dict) -> None:
		for key, value in values.items():
			if value is not None and self.get(key) is None:
				self.set(key, value)

	def is_new(self) -> Any:
		return self.get("__islocal")

	# Child rows

	def append(self, key: str, value: Any = None) -> "BaseDocument":
		table = self.__dict__.setdefault(key, [])
		row = value if isinstance(value, BaseDocument) else self._new_row(key, value or {})
		row.__dict__.update(parent=self.name, parenttype=self.doctype, parentfield=key)
		if not row.name:
			row.__dict__["__islocal"] = 1
		table.append(row)
		row.idx = row.get("idx") or len(table)
		row._parent_doc = self._weakref
		return row

	def _new_row(self, key: str, values: dict) -> "BaseDocument":
		doctype = self.meta.table_doctypes.get(key)
		if not doctype:
			raise AttributeError(key)
		return get_controller(doctype)({**values, "doctype": doctype})

	def remove(self, row: "BaseDocument") -> None:
		table = self.get(row.parentfield)
		table.remove(row)
		for idx, kept in enumerate(table, 1):
			kept.idx = idx

	@property
	def parent_doc(self) -> Any:
		reference = getattr(self, "_parent_doc", None)
		return reference and reference()

	def fill_columns(self) -> None:
		"""Fill the fields that nobody set: None for columns, no rows for tables, 0 for docstatus and idx."""
		for key in self.meta.columns:
			self.__dict__.setdefault(key, None)
		for key in self.meta.table_doctypes:
			self.__dict__.setdefault(key, [])
		self.docstatus, self.idx = cint(self.docstatus), cint(self.idx)

	def get_all_children(self) -> list:
		return [row for fieldname in self.meta.table_doctypes for row in self.get(fieldname) or ()]

	# The document as a database row, and as a dict

	def get_valid_dict(self) -> _dict:
		values = self.__dict__.get
		return _dict(
			(fieldname, self._as_column(df, values(fieldname)) if df else values(fieldname))
			for fieldname, df in self.meta.column_fields
		)

	@staticmethod
	def _as_column(df: _dict, value: Any) -> Any:
		# This runs for each column of each document: a tuple of types is checked faster than a union.
		kind = df["fieldtype"]
		if isinstance(value, (list, dict)):
			frappe.throw(frappe._("Value for {0} cannot be a list").format(frappe._(df.label)))
		if kind == "Check":
			return 1 if cint(value) else 0
		if kind == "Int" and not isinstance(value, int):
			return cint(value)
		if kind in ("Float", "Currency", "Percent"):
			return flt(value)
		if (kind in ("Date", "Datetime", "Time") and value == "") or (df["unique"] and not cstr(value).strip()):
			return None
		return value

	def as_dict(self, no_nulls: bool = False) -> _dict:
		found = _dict({key: value for key, value in self.get_valid_dict().items() if not no_nulls or value is not None})
		rows = {
			fieldname: [row.as_dict(no_nulls) for row in self.get(fieldname) or ()]
			for fieldname in self.meta.table_doctypes
		}
		return found.update(rows, doctype=self.doctype)

	def db_insert(self, ignore_if_duplicate: bool = False) -> None:
		if not self.name:
			set_new_name(self)
		if not self.creation:
			self.creation = self.modified = frappe.utils.now()
			self.owner = self.modified_by = frappe.session.user
		row = self.get_valid_dict()
		columns = ", ".join(f"`{column}`" for column in row)
		try:
			frappe.db.sql(f"insert into `tab{self.doctype}` ({columns}) values %s", [list(row.values())])
		except sqlite3.IntegrityError as error:
			if not frappe.db.is_primary_key_violation(error):
				self._raise_if_unique(error)
			elif not ignore_if_duplicate:
				message = frappe._("{0} {1} already exists")
				frappe.msgprint(message.format(frappe._(self.doctype), frappe.bold(self.name)))
				raise frappe.DuplicateEntryError(self.doctype, self.name, error) from error
		self.set("__islocal", False)

	def db_update(self) -> None:
		if self.is_new():
			return self.db_insert()
		row = self.get_valid_dict()
		name = row.pop("name")
		assignments = ", ".join(f"`{column}` = %s" for column in row)
		try:
			frappe.db.sql(f"update `tab{self.doctype}` set {assignments} where `name` = %s", [*row.values(), name])
		except sqlite3.IntegrityError as error:
			self._raise_if_unique(error)

	def _raise_if_unique(self, error: Exception) -> None:
		"""Raise an error that names the field. SQLite's message names the columns of the unique index."""
		if not frappe.db.is_unique_key_violation(error):
			raise error
		fieldname = str(error.args[-1]).rpartition(".")[2]
		frappe.msgprint(frappe._("{0} must be unique").format(frappe._(self.meta.get_label(fieldname))))
		raise frappe.UniqueValidationError(self.doctype, self.name, error) from error
