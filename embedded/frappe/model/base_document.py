"""A document as data: its fields, its child rows, and the row it makes in the database."""

import datetime
import json
import sqlite3
import weakref
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import frappe
from frappe.context import local
from frappe.model import CHILD_FIELDS, DEFAULT_FIELDS, datetime_fields, float_like_fields, table_fields
from frappe.model.docstatus import DocStatus
from frappe.model.meta import Meta
from frappe.types import _dict
from frappe.utils.data import cint, cstr, flt, now

_RESERVED = frozenset(
	(
		"doctype",
		"meta",
		"flags",
		"_weakref",
		"_parent_doc",
		"_doc_before_save",
		"_table_fieldnames",
		"dont_update_if_missing",
	)
)
_UNPICKLABLE = ("meta", "_weakref", "_parent_doc", "_table_fieldnames")
_PRIVATE = ("_user_tags", "__islocal", "__onload", "_liked_by", "__run_link_triggers", "__unsaved")


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


class BaseDocument:
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

	# As a dict, and as a row.

	def get_valid_dict(
		self, sanitize: bool = True, convert_dates_to_str: bool = False, ignore_nulls: bool = False,
		ignore_virtual: bool = False,
	) -> _dict:  # fmt: skip
		found = _dict()
		for fieldname in self.meta.get_valid_columns():
			value = self.__dict__.get(fieldname)
			df = self.meta.get_field(fieldname)
			if df and (sanitize or value is not None):
				value = self._as_column(df, value)
			if convert_dates_to_str and isinstance(value, datetime.date | datetime.time | datetime.timedelta):
				value = str(value)
			if not (ignore_nulls and value is None):
				found[fieldname] = value
		return found

	@staticmethod
	def _as_column(df: _dict, value: Any) -> Any:
		if isinstance(value, list) and df.fieldtype not in table_fields:
			frappe.throw(frappe._("Value for {0} cannot be a list").format(frappe._(df.label)))
		if df.fieldtype == "Check":
			return 1 if cint(value) else 0
		if df.fieldtype == "Int" and not isinstance(value, int):
			return cint(value)
		if df.fieldtype == "JSON" and isinstance(value, dict):
			return json.dumps(value, separators=(",", ":"))
		if df.fieldtype in float_like_fields and not isinstance(value, float):
			return flt(value)
		if (df.fieldtype in datetime_fields and value == "") or (df.unique and not cstr(value).strip()):
			return None
		return value

	def as_dict(
		self, no_nulls: bool = False, no_default_fields: bool = False, convert_dates_to_str: bool = False,
		no_child_table_fields: bool = False, no_private_properties: bool = False,
	) -> _dict:  # fmt: skip
		options = {key: value for key, value in locals().items() if key != "self"}
		found = self.get_valid_dict(convert_dates_to_str=convert_dates_to_str, ignore_nulls=no_nulls)
		found["doctype"] = self.doctype
		for fieldname in self._table_fieldnames:
			found[fieldname] = [row.as_dict(**options) for row in self.get(fieldname) or ()]
		dropped = (DEFAULT_FIELDS if no_default_fields else ()) + (CHILD_FIELDS if no_child_table_fields else ())
		for key in dropped:
			found.pop(key, None)
		if not no_private_properties:
			found.update({key: self.__dict__[key] for key in _PRIVATE if self.__dict__.get(key)})
		return found

	def as_json(self) -> str:
		return frappe.as_json(self.as_dict())

	def db_insert(self, ignore_if_duplicate: bool = False) -> None:
		from frappe.model.naming import set_new_name

		if not self.name:
			set_new_name(self)
		if not self.creation:
			self.creation = self.modified = now()
			self.owner = self.modified_by = local.session.user
		row = self.get_valid_dict(convert_dates_to_str=True, ignore_virtual=True)
		columns = ", ".join(f"`{column}`" for column in row)
		query = f"insert into `tab{self.doctype}` ({columns}) values ({', '.join(['%s'] * len(row))})"
		try:
			frappe.db.sql(query, list(row.values()))
		except sqlite3.IntegrityError as error:
			if not frappe.db.is_primary_key_violation(error):
				self._raise_if_unique(error)
			elif not ignore_if_duplicate:
				frappe.msgprint(
					frappe._("{0} {1} already exists").format(frappe._(self.doctype), frappe.bold(self.name))
				)
				raise frappe.DuplicateEntryError(self.doctype, self.name, error) from error
		self.set("__islocal", False)

	def db_update(self) -> None:
		if self.get("__islocal") or not self.name:
			return self.db_insert()
		row = self.get_valid_dict(convert_dates_to_str=True, ignore_virtual=True)
		name = row.pop("name")
		assignments = ", ".join(f"`{column}` = %s" for column in row)
		try:
			frappe.db.sql(f"update `tab{self.doctype}` set {assignments} where `name` = %s", [*row.values(), name])
		except sqlite3.IntegrityError as error:
			self._raise_if_unique(error)

	def _raise_if_unique(self, error: Exception) -> None:
		"""Say which field is taken; SQLite names the columns of the index that refused."""
		if not frappe.db.is_unique_key_violation(error):
			raise error
		fieldname = str(error).rpartition(".")[2]
		frappe.msgprint(frappe._("{0} must be unique").format(frappe._(self.meta.get_label(fieldname))))
		raise frappe.UniqueValidationError(self.doctype, self.name, error) from error
