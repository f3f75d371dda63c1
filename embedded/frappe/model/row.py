"""A document as a dict, and as the row it is in its table."""

import datetime
import json
import sqlite3
from typing import Any

import frappe
from frappe.context import local
from frappe.model import CHILD_FIELDS, DEFAULT_FIELDS, datetime_fields, float_like_fields, table_fields
from frappe.types import _dict
from frappe.utils.data import cint, cstr, flt, now

_PRIVATE = ("_user_tags", "__islocal", "__onload", "_liked_by", "__run_link_triggers", "__unsaved")


class Row:
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
