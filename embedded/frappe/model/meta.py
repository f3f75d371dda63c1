"""Stands in for frappe.model.meta: the definition of a DocType, custom fields included."""

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import frappe
from frappe.context import local
from frappe.database.dialect import TYPE_MAP
from frappe.database.structure import LARGEST
from frappe.missing import Refusing, missing
from frappe.model import CHILD_FIELDS, DEFAULT_FIELDS, LAYOUT_TYPES, TABLE_TYPES
from frappe.types import _dict

_PROPERTIES = (
	"name", "module", "app", "custom", "istable", "issingle", "autoname", "title_field", "search_fields", "sort_field",
	"sort_order", "allow_rename", "allow_events_in_timeline",
)  # fmt: skip
_REFUSED = ("is_submittable", "is_tree", "is_virtual", "nsm_parent_field")
_REFUSED_OF_FIELDS = ("is_virtual", "fetch_from")
_NUMBERS = ("reqd", "unique", "search_index", "set_only_once", "non_negative", "permlevel", "read_only")
_STANDARD_LABELS = {"name": "ID", "creation": "Created On", "owner": "Created By"}


class Meta(Refusing):
	refused_as = "Meta"

	def __init__(self, definition: dict):
		for refused in filter(definition.get, _REFUSED):
			raise NotImplementedError(f"{refused} of the DocType {definition['name']} on the embedded site")
		self.__dict__.update({name: definition.get(name) for name in _PROPERTIES})
		self.fields = [_field(entry, self.name) for entry in definition.get("fields", [])]
		self.permissions = [_dict({"permlevel": 0, **entry}) for entry in definition.get("permissions", [])]
		self._add_custom_fields()
		self._fields = {df.fieldname: df for df in self.fields}
		self._typed: dict[tuple[str, ...], list[_dict]] = {}

	def _add_custom_fields(self) -> None:
		if self.name in ("Custom Field", "DocType") or not frappe.db.table_exists("Custom Field"):
			return
		for row in frappe.db.get_values("Custom Field", {"dt": self.name}, "*", order_by="creation asc"):
			position = next(
				(i for i, df in enumerate(self.fields) if df.fieldname == row.insert_after), len(self.fields)
			)
			self.fields.insert(position + 1, _field(row, self.name))

	def get(self, key: str, filters: dict | None = None) -> Any:
		found = getattr(self, key)
		return [row for row in found if filters.items() <= row.items()] if filters else found

	def get_field(self, fieldname: str) -> _dict | None:
		return self._fields.get(fieldname)

	def has_field(self, fieldname: str) -> bool:
		return fieldname in self._fields

	def get_label(self, fieldname: str) -> str:
		df = self.get_field(fieldname)
		return (df and df.label) or _STANDARD_LABELS.get(fieldname, fieldname)

	def typed(self, *fieldtypes: str) -> list[_dict]:
		if fieldtypes not in self._typed:
			self._typed[fieldtypes] = [df for df in self.fields if df.fieldtype in fieldtypes]
		return self._typed[fieldtypes]

	@cached_property
	def table_doctypes(self) -> dict[str, str]:
		return {df.fieldname: df.options for df in self.typed(*TABLE_TYPES)}

	@cached_property
	def columns(self) -> list[str]:
		stored = [df.fieldname for df in self.fields if df.fieldtype in TYPE_MAP]
		return [*DEFAULT_FIELDS, *stored, *(CHILD_FIELDS if self.istable else ())]

	@cached_property
	def column_fields(self) -> list[tuple[str, _dict | None]]:
		"""Each column with its field, or with None if every DocType has this column."""
		return [(name, self._fields.get(name)) for name in self.columns]

	@cached_property
	def filled_fields(self) -> list[_dict]:
		"""The fields that have a value in a new document."""
		stored = [df for df in self.fields if df.fieldtype in TYPE_MAP and df.fieldname != self.title_field]
		return [df for df in stored if df.default or df.fieldtype in ("Check", "Select")]

	@cached_property
	def limited_fields(self) -> list[_dict]:
		"""The fields whose columns hold a text or a number of limited size."""
		return [df for df in self.fields if (kind := TYPE_MAP.get(df.fieldtype)) == "varchar" or kind in LARGEST]

	@cached_property
	def non_negative_fields(self) -> list[_dict]:
		return [df for df in self.fields if df.non_negative]

	# Permission levels

	def get_high_permlevel_fields(self) -> list[_dict]:
		return [df for df in self.fields if df.permlevel and df.fieldtype not in LAYOUT_TYPES]

	def get_permlevel_access(self, permission_type: str, parenttype: str | None = None) -> set[int]:
		permissions = frappe.get_meta(parenttype).permissions if self.istable and parenttype else self.permissions
		roles = frappe.get_roles()
		return {p.permlevel for p in permissions if p.role in roles and p.get(permission_type)}

	def get_permitted_columns(self, parenttype: str | None, permission_type: str) -> list[str]:
		"""Return the columns that a list may show to the current user."""
		if permission_type == "select":
			return list(dict.fromkeys(["name", *(self.search_fields or "").replace(" ", "").split(",")]))
		levels = self.get_permlevel_access(permission_type, parenttype)
		return [name for name in self.columns if not self.has_field(name) or self._fields[name].permlevel in levels]


def _field(entry: dict, parent: str) -> _dict:
	df = _dict({"doctype": "DocField", **entry, "parent": parent})
	for refused in filter(df.get, _REFUSED_OF_FIELDS):
		raise NotImplementedError(f"{refused} of {parent}.{df.fieldname} on the embedded site")
	if df.fieldtype not in (*TYPE_MAP, *TABLE_TYPES, *LAYOUT_TYPES):
		raise NotImplementedError(f"The field type {df.fieldtype} of {parent}.{df.fieldname} on the embedded site")
	df.update({name: frappe.utils.cint(df.get(name)) for name in _NUMBERS})
	return df


def get_meta(doctype: str) -> Meta:
	"""Return the DocType's meta. The process keeps it until somebody changes the DocType."""
	known = local.memo.setdefault("metas", {})
	if doctype not in known:
		known[doctype] = Meta(_definition(doctype))
	return known[doctype]


def _definition(doctype: str) -> dict[str, Any]:
	from frappe.core.doctype_row import DEFINITION

	if doctype == "DocType":
		return DEFINITION
	rows = frappe.db.sql("select `definition` from `tabDocType` where `name` = %s", (doctype,))
	if not rows:
		frappe.throw(frappe._("DocType {0} not found").format(doctype), frappe.DoesNotExistError(doctype="DocType"))
	return json.loads(rows[0][0])


def all_metas() -> Iterable[Meta]:
	for name in frappe.db.sql("select `name` from `tabDocType` order by `name`", pluck=True):
		yield get_meta(name)


__getattr__ = missing(__name__)
