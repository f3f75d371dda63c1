"""A document as data: its fields, and its child rows."""

import weakref
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import frappe
from frappe.context import local
from frappe.model.docstatus import DocStatus
from frappe.model.meta import Meta
from frappe.model.row import Row
from frappe.types import _dict

_RESERVED = {
	"doctype",
	"meta",
	"flags",
	"dont_update_if_missing",
	"_weakref",
	"_parent_doc",
	"_doc_before_save",
	"_table_fieldnames",
}
_UNPICKLABLE = ("meta", "_weakref", "_parent_doc", "_table_fieldnames")


def get_controller(doctype: str) -> type:
	"""The class in the app's `doctype/<name>/<name>.py`; a custom DocType's is Document itself."""
	known = local.memo.setdefault("controllers", {})
	if doctype not in known:
		known[doctype] = _import_controller(doctype)
	return known[doctype]


def _import_controller(doctype: str) -> type:
	from frappe.core.controllers import CONTROLLERS
	from frappe.model.document import Document

	meta = frappe.get_meta(doctype)
	if doctype in CONTROLLERS or meta.custom or meta.app == "frappe":
		return CONTROLLERS.get(doctype, Document)
	folder = f"{meta.app}.{frappe.scrub(meta.module)}.doctype.{frappe.scrub(doctype)}"
	module = frappe.get_module(f"{folder}.{frappe.scrub(doctype)}")
	class_ = getattr(module, doctype.replace(" ", "").replace("-", ""), None)
	if class_ is None or not issubclass(class_, BaseDocument):
		raise ImportError(doctype)
	return class_


class BaseDocument(Row):
	doctype: str
	flags: _dict

	def __init__(self, data: dict):
		if data.get("doctype"):
			self.doctype = data["doctype"]
		self.update(data)
		self.dont_update_if_missing: list[str] = []
		if hasattr(self, "__setup__"):
			self.__setup__()

	@cached_property
	def meta(self) -> Meta:
		return frappe.get_meta(self.doctype)

	@cached_property
	def _weakref(self) -> weakref.ref:
		return weakref.ref(self)

	@cached_property
	def _table_fieldnames(self) -> dict[str, str]:
		return self.meta._table_doctypes

	def __getstate__(self) -> dict:
		return {key: value for key, value in self.__dict__.items() if key not in _UNPICKLABLE}

	def __json__(self) -> dict:
		return self.as_dict(no_nulls=True)

	# Reading and setting.

	def get(self, key: Any, filters: Any = None, limit: int | None = None, default: Any = None) -> Any:
		if isinstance(key, dict):
			raise NotImplementedError("doc.get({...}) on the embedded site")
		if isinstance(filters, dict):
			rows = self.__dict__.get(key) or []
			found = [row for row in rows if all(row.get(f) == value for f, value in filters.items())]
			return found[:limit]
		value = self.__dict__.get(key, default if filters is None else filters)
		return value[:limit] if limit and isinstance(value, list | tuple) else value

	def getone(self, key: str, filters: dict | None = None) -> Any:
		return self.get(key, filters=filters, limit=1)[0]

	def set(self, key: str, value: Any, as_value: bool = False) -> None:
		if key in _RESERVED:
			return
		if not as_value and key in self._table_fieldnames:
			self.__dict__[key] = []
			self.extend(key, value or ())
		else:
			self.__dict__[key] = value

	def update(self, data: dict) -> "BaseDocument":
		self.__dict__.update((key, value) for key, value in data.items() if key not in _RESERVED)
		if self.flags.get("ignore_children"):
			return self
		for key in self._table_fieldnames:
			if key in self.__dict__:
				self.set(key, self.__dict__[key])
		return self

	def update_if_missing(self, data: Any) -> None:
		data = data.get_valid_dict() if isinstance(data, BaseDocument) else data
		for key, value in data.items():
			if value is not None and self.get(key) is None and key not in self.dont_update_if_missing:
				self.set(key, value)

	def delete_key(self, key: str) -> None:
		self.__dict__.pop(key, None)

	def get_value(self, fieldname: str) -> Any:
		return self.cast(self.get(fieldname), self.meta.get_field(fieldname))

	def cast(self, value: Any, df: _dict) -> Any:
		return frappe.utils.cast(df.fieldtype, value)

	def is_new(self) -> Any:
		return self.get("__islocal")

	@property
	def docstatus(self) -> DocStatus:
		return DocStatus(self.__dict__.get("docstatus") or 0)

	@docstatus.setter
	def docstatus(self, value: Any) -> None:
		self.__dict__["docstatus"] = DocStatus(value or 0)

	# Child rows.

	def append(self, key: str, value: Any = None, position: int = -1) -> "BaseDocument":
		table = self.__dict__.get(key)
		if table is None:
			table = self.__dict__[key] = []
		row = self._init_child({} if value is None else value, key)
		if position == -1:
			table.append(row)
			row.idx = row.get("idx") or len(table)
		else:
			table.insert(position, row)
			self._renumber(table)
		row._parent_doc = self._weakref
		return row

	def extend(self, key: str, value: Iterable) -> None:
		for row in list(value):
			self.append(key, row)

	def remove(self, row: "BaseDocument") -> None:
		if row.get("parentfield"):
			table = self.get(row.parentfield)
			table.remove(row)
			self._renumber(table)

	@staticmethod
	def _renumber(table: list) -> None:
		for idx, row in enumerate(table, 1):
			row.idx = idx

	def _init_child(self, value: Any, key: str) -> "BaseDocument":
		if isinstance(value, BaseDocument):
			child = value
		else:
			doctype = self._table_fieldnames.get(key)
			if not doctype:
				raise AttributeError(key)
			value["doctype"] = doctype
			child = get_controller(doctype)(value)
		child.__dict__.update(parent=self.name, parenttype=self.doctype, parentfield=key)
		if not child.__dict__.get("name"):
			child.__dict__["__islocal"] = 1
		return child

	@property
	def parent_doc(self) -> Any:
		reference = getattr(self, "_parent_doc", None)
		return reference() if isinstance(reference, weakref.ReferenceType) else reference

	def init_child_tables(self) -> None:
		for fieldname in self._table_fieldnames:
			if self.__dict__.get(fieldname) is None:
				self.__dict__[fieldname] = []

	def init_valid_columns(self) -> None:
		self.docstatus = self.__dict__.get("docstatus")
		if self.__dict__.get("idx") is None:
			self.__dict__["idx"] = 0
		for key in self.meta.get_valid_columns():
			self.__dict__.setdefault(key, None)

	def get_all_children(self, parenttype: str | None = None) -> list:
		tables = [f for f, doctype in self._table_fieldnames.items() if parenttype in (None, doctype)]
		return [row for fieldname in tables for row in self.get(fieldname) or ()]
