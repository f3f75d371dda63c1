"""What a DocType says of itself, with the site's custom fields among its own."""

import json
from collections.abc import Iterable
from functools import cached_property
from typing import Any

import frappe
from frappe.context import local
from frappe.missing import missing
from frappe.model import (
	CHILD_FIELDS,
	DEFAULT_FIELDS,
	data_fieldtypes,
	display_fieldtypes,
	no_value_fields,
	table_fields,
)
from frappe.types import _dict

# Every property that a DocType of Frappe may have; asking for another one is a mistake.
_PROPERTIES = dict.fromkeys(
	[
		"istable", "issingle", "is_virtual", "custom", "is_tree", "is_submittable", "is_calendar_and_gantt",
		"track_changes", "track_seen", "track_views", "allow_rename", "allow_import", "allow_copy",
		"allow_guest_to_view", "allow_events_in_timeline", "quick_entry", "editable_grid", "hide_toolbar",
		"read_only", "in_create", "has_web_view", "show_title_field_in_link", "force_re_route",
		"translated_doctype", "show_name_in_global_search", "make_attachments_public", "queue_in_background",
		"index_web_pages_for_search", "email_append_to", "show_preview_popup", "beta",
	],
	0,
) | dict.fromkeys(
	[
		"name", "module", "app", "autoname", "naming_rule", "title_field", "search_fields", "image_field",
		"sort_field", "sort_order", "description", "document_type", "default_print_format", "timeline_field",
		"max_attachments", "icon", "color", "route", "is_published_field", "subject_field", "sender_field",
		"website_search_field", "documentation", "restrict_to_domain", "engine", "default_view",
		"nsm_parent_field", "migration_hash", "default_email_template",
	]
)  # fmt: skip
_DEFAULT_LABELS = {
	"name": "ID", "creation": "Created On", "docstatus": "Document Status", "idx": "Index", "modified": "Last Updated On",
	"modified_by": "Last Updated By", "owner": "Created By", "parent": "Parent", "parenttype": "Parent Type",
}  # fmt: skip


class Meta:
	def __init__(self, definition: dict):
		self.__dict__.update(_PROPERTIES)
		self.__dict__.update({key: value for key, value in definition.items() if key in _PROPERTIES})
		self.doctype = "DocType"
		self.fields = [_field(entry, self.name) for entry in definition.get("fields", [])]
		self.permissions = [_dict({"permlevel": 0, **entry}) for entry in definition.get("permissions", [])]
		self.links, self.actions, self.states = (definition.get(key, []) for key in ("links", "actions", "states"))
		self._customise()
		self._fields = {df.fieldname: df for df in self.fields}

	def _customise(self) -> None:
		if self.name in ("Custom Field", "DocType") or not frappe.db.table_exists("Custom Field"):
			return
		for row in frappe.db.get_values(
			"Custom Field", {"dt": self.name}, "*", as_dict=True, order_by="`idx`, `creation`"
		):
			after = next(
				(i for i, df in enumerate(self.fields) if df.fieldname == row.insert_after), len(self.fields) - 1
			)
			self.fields.insert(after + 1, _field(row, self.name))

	def get(self, key: str, filters: dict | None = None, default: Any = None) -> Any:
		found = self.__dict__.get(key, default)
		return [row for row in found if _matches(row, filters)] if filters else found

	def get_field(self, fieldname: str) -> _dict | None:
		return self._fields.get(fieldname)

	def has_field(self, fieldname: str) -> bool:
		return fieldname in self._fields

	def get_label(self, fieldname: str) -> str:
		df = self.get_field(fieldname)
		return (df and df.label) or _DEFAULT_LABELS.get(fieldname) or frappe.unscrub(fieldname)

	def get_options(self, fieldname: str) -> str | None:
		return self.get_field(fieldname).options

	def _typed(self, *fieldtypes: str) -> list[_dict]:
		return [df for df in self.fields if df.fieldtype in fieldtypes]

	def get_link_fields(self) -> list[_dict]:
		return [df for df in self._typed("Link") if df.options != "[Select]"]

	def get_dynamic_link_fields(self) -> list[_dict]:
		return self._typed("Dynamic Link")

	def get_table_fields(self, include_computed: bool = False) -> list[_dict]:
		return self._typed(*table_fields)

	def get_select_fields(self) -> list[_dict]:
		return self._typed("Select")

	@cached_property
	def _table_doctypes(self) -> dict[str, str]:
		return {df.fieldname: df.options for df in self.get_table_fields()}

	@cached_property
	def _valid_columns(self) -> list[str]:
		names = [name for name in DEFAULT_FIELDS if name != "doctype"]
		names += [df.fieldname for df in self.fields if df.fieldtype in data_fieldtypes and not df.is_virtual]
		return names + list(CHILD_FIELDS if self.istable else ())

	def get_valid_columns(self) -> list[str]:
		return self._valid_columns

	get_valid_fields = get_valid_columns

	def get_fieldnames_with_value(self, with_field_meta: bool = False, with_virtual_fields: bool = False) -> list:
		found = [df for df in self.fields if df.fieldtype not in no_value_fields and not df.is_virtual]
		return found if with_field_meta else [df.fieldname for df in found]

	def get_title_field(self) -> str:
		return self.title_field or ("title" if self.has_field("title") else "name")

	def get_search_fields(self) -> list[str]:
		names = [name.strip() for name in (self.search_fields or "name").split(",")]
		return names if "name" in names else [*names, "name"]

	def get_fields_to_fetch(self, link_fieldname: str) -> list[_dict]:
		return [
			df for df in self.fields
			if df.fieldtype not in no_value_fields and (df.fetch_from or "").startswith(f"{link_fieldname}.")
		]  # fmt: skip

	def get_set_only_once_fields(self) -> list[_dict]:
		"""Creation and owner are fixed by the first save like those that say so."""
		standard = [_dict(fieldname="creation", fieldtype="Datetime"), _dict(fieldname="owner", fieldtype="Data")]
		return [df for df in self.fields if df.set_only_once] + standard

	def get_high_permlevel_fields(self) -> list[_dict]:
		return [df for df in self.fields if df.permlevel > 0 and df.fieldtype not in display_fieldtypes]

	def get_permissions(self, parenttype: str | None = None) -> list[_dict]:
		return frappe.get_meta(parenttype).permissions if self.istable and parenttype else self.permissions

	def get_permlevel_access(
		self, permission_type: str = "read", parenttype: str | None = None, *, user=None
	) -> list[int]:
		roles = set(frappe.get_roles(user))
		rows = [p for p in self.get_permissions(parenttype) if p.role in roles and p.get(permission_type)]
		return list(dict.fromkeys(p.permlevel for p in rows))

	def get_permitted_fieldnames(self, parenttype=None, *, user=None, permission_type="read", **_: Any) -> list[str]:
		if self.istable and not parenttype:
			return []
		if permission_type == "select":
			return self.get_search_fields()
		if not self.get_permissions(parenttype):
			return self.get_fieldnames_with_value()
		levels = self.get_permlevel_access(permission_type, parenttype, user=user)
		return [df.fieldname for df in self.get_fieldnames_with_value(with_field_meta=True) if df.permlevel in levels]

	def get_permitted_columns(self, parenttype: str | None, permission_type: str) -> list[str]:
		"""The columns a list may show to the current user."""
		permitted = self.get_permitted_fieldnames(parenttype, permission_type=permission_type)
		if permission_type == "select":
			return permitted
		standard = [c for c in self._valid_columns if not self.has_field(c)]
		return standard + permitted


def _field(entry: dict, parent: str) -> _dict:
	df = _dict({"doctype": "DocField", **entry, "parent": parent})
	for flag in (
		"reqd",
		"unique",
		"search_index",
		"set_only_once",
		"non_negative",
		"is_virtual",
		"permlevel",
		"read_only",
	):
		df[flag] = frappe.utils.cint(df.get(flag))
	return df


def _matches(row: _dict, filters: dict) -> bool:
	for key, wanted in filters.items():
		if isinstance(wanted, list | tuple):
			raise NotImplementedError("meta.get with an operator")
		if row.get(key) != wanted:
			return False
	return True


def get_meta(doctype: Any, cached: bool = True) -> Meta:
	"""The DocType's meta, remembered by the process until somebody changes it."""
	name = doctype if isinstance(doctype, str) else doctype.doctype
	known = local.memo.setdefault("metas", {})
	if not cached or name not in known:
		if name == "DocType":
			from frappe.core.doctype_row import DEFINITION

			known[name] = Meta(DEFINITION)
			return known[name]
		rows = frappe.db.sql("select `definition` from `tabDocType` where `name` = %s", (name,))
		if not rows:
			frappe.throw(frappe._("DocType {0} not found").format(name), frappe.DoesNotExistError(doctype="DocType"))
		known[name] = Meta(json.loads(rows[0][0]))
	return known[name]


def all_metas() -> Iterable[Meta]:
	for name in frappe.db.sql("select `name` from `tabDocType` order by `name`", pluck=True):
		yield get_meta(name)


def is_single(doctype: str) -> bool:
	return bool(get_meta(doctype).issingle)


__getattr__ = missing(__name__)
