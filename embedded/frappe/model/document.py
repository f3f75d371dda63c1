"""Stands in for frappe.model.document: loads and stores documents, with hooks and checks in Frappe's order."""

from collections.abc import Iterable
from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing
from frappe.model.base_document import BaseDocument, get_controller
from frappe.model.checks import Checks
from frappe.model.naming import new_values, set_new_name, validate_name
from frappe.types import _dict
from frappe.utils.data import cast, cstr, now


def get_doc(doctype: str | dict | BaseDocument, name: Any = None, **kwargs: Any) -> "Document":
	"""Return the document of this doctype and name (or the first match of filters), or a new one from a dict."""
	if isinstance(doctype, BaseDocument):
		return doctype
	if isinstance(doctype, dict):
		return get_controller(doctype["doctype"])({**doctype, **kwargs})
	return get_controller(doctype)(doctype, name, **kwargs)


class Document(Checks, BaseDocument):
	def __init__(self, data: str | dict, name: str | None = None, for_update: bool = False):
		self.doctype = self.name = None
		self.flags = _dict(for_update=for_update)
		if isinstance(data, str):
			self.doctype, self.name = data, name or data
			self.load_from_db()
		else:
			super().__init__(data)
			self.fill_columns()

	def __repr__(self) -> str:
		return f"<{type(self).__name__}: {self.doctype} {self.name or 'unsaved'}>"

	# Loading

	def load_from_db(self) -> "Document":
		if self.meta.issingle:
			self._load_single()
			self._load_children()
			return self
		if isinstance(self.name, dict):
			self.name = frappe.db.get_value(self.doctype, self.name) or str(self.name)
		lock = " for update" if self.flags.for_update else ""
		rows = frappe.db.sql(f"select * from `tab{self.doctype}` where `name` = %s{lock}", (self.name,), as_dict=True)
		if not rows:
			message = _("{0} {1} not found").format(_(self.doctype), self.name)
			frappe.throw(message, frappe.DoesNotExistError(doctype=self.doctype))
		self.__dict__.update(rows[0])
		self._load_children()
		return self

	reload = load_from_db

	def _load_children(self) -> None:
		lock = " for update" if self.flags.for_update else ""
		for fieldname, doctype in self.meta.table_doctypes.items():
			query = (
				f"select * from `tab{doctype}` where `parent` = %s and `parenttype` = %s and `parentfield` = %s "
				f"order by `idx` asc{lock}"
			)
			self.set(fieldname, frappe.db.sql(query, (self.name, self.doctype, fieldname), as_dict=True))

	def _load_single(self) -> None:
		values = frappe.db.get_singles_dict(self.doctype, for_update=self.flags.for_update) or new_values(self.doctype)
		values.pop("__islocal", None)
		self.__dict__.update(values, name=self.doctype)
		self.fill_columns()
		for df in self.meta.typed("Check", "Int", "Float", "Currency", "Percent"):
			if df.fieldtype == "Check" or self.get(df.fieldname) is not None:
				self.set(df.fieldname, cast(df.fieldtype, self.get(df.fieldname)))

	def load_doc_before_save(self) -> None:
		self._doc_before_save = None if self.is_new() else frappe.get_doc(self.doctype, self.name, for_update=True)

	def has_value_changed(self, fieldname: str) -> bool:
		"""Return whether this save changes the field. All fields of a new document count as changed."""
		before = self.get_doc_before_save()
		return not before or before.get(fieldname) != self.get(fieldname)

	def get_doc_before_save(self) -> "Document | None":
		return getattr(self, "_doc_before_save", None)

	# Storing

	def insert(
		self, ignore_permissions: bool | None = None, ignore_if_duplicate: bool = False,
		set_name: str | None = None,
	) -> "Document":  # fmt: skip
		if ignore_permissions is not None:
			self.flags.ignore_permissions = ignore_permissions
		self.set("__islocal", True)
		self._set_defaults()
		self.set_user_and_timestamp()
		self.check_permission("create")
		self.check_if_latest()
		self._validate_links()
		self.run_method("before_insert")
		self.set_new_name(set_name)
		self.set_parent_in_children()
		self.validate_higher_perm_levels()
		self.run_before_save_methods()
		self._validate()
		if self.meta.issingle:
			frappe.db.write_single(self.doctype, self.get_valid_dict())
		else:
			self.db_insert(ignore_if_duplicate)
		for row in self.get_all_children():
			row.db_insert()
		self.run_method("after_insert")
		self.run_post_save_methods()
		self.__dict__.pop("__islocal", None)
		return self

	def save(self, ignore_permissions: bool | None = None) -> "Document":
		if self.is_new() or not self.name:
			return self.insert(ignore_permissions)
		if ignore_permissions is not None:
			self.flags.ignore_permissions = ignore_permissions
		self._set_defaults()
		self.check_permission("write")
		self.set_user_and_timestamp()
		self.check_if_latest()
		self.set_parent_in_children()
		for row in self.get_all_children():
			if not row.name:
				set_new_name(row)
		self.validate_higher_perm_levels()
		self._validate_links()
		self.run_before_save_methods()
		self._validate()
		if self.meta.issingle:
			frappe.db.write_single(self.doctype, self.get_valid_dict())
		else:
			self.db_update()
		self.update_children()
		self.run_post_save_methods()
		return self

	def _set_defaults(self) -> None:
		if self.is_new():
			self.update_if_missing(new_values(self.doctype))
		for fieldname, doctype in self.meta.table_doctypes.items():
			for row in self.get(fieldname):
				if row.is_new():
					row.update_if_missing(new_values(doctype, self, fieldname))

	def set_user_and_timestamp(self) -> None:
		self._original_modified = self.modified
		self.modified, self.modified_by = now(), local.session.user
		if self.is_new():
			self.creation, self.owner = self.modified, self.modified_by
		for row in self.get_all_children():
			row.modified, row.modified_by = self.modified, self.modified_by
			row.owner, row.creation = row.owner or self.owner, row.creation or self.creation
		local.flags.currently_saving.append((self.doctype, self.name))

	def check_if_latest(self) -> None:
		"""Raise TimestampMismatchError if somebody else saved the document since this copy was read."""
		self.load_doc_before_save()
		if self.docstatus != 0:
			raise NotImplementedError("Submitted and cancelled documents on the embedded site")
		previous = self._doc_before_save
		if previous and cstr(previous.modified) != cstr(self._original_modified):
			frappe.throw(
				_("Error: Document has been modified after you have opened it")
				+ f" ({previous.modified}, {self.modified}). "
				+ _("Please refresh to get the latest document."),
				frappe.TimestampMismatchError,
			)

	def set_new_name(self, set_name: str | None = None) -> None:
		if set_name:
			self.name = validate_name(self.doctype, set_name)
		else:
			set_new_name(self)
		for row in self.get_all_children():
			set_new_name(row)

	def set_parent_in_children(self) -> None:
		for row in self.get_all_children():
			row.parent, row.parenttype = self.name, self.doctype

	def update_children(self) -> None:
		"""Delete the child rows that were removed, then store the others."""
		for fieldname, doctype in self.meta.table_doctypes.items():
			rows = self.get(fieldname)
			filters: dict = {"parent": self.name, "parenttype": self.doctype, "parentfield": fieldname}
			kept = [row.name for row in rows if not row.is_new()]
			if kept:
				filters["name"] = ("not in", kept)
			frappe.db.delete(doctype, filters)
			for row in rows:
				row.db_update()

	def run_before_save_methods(self) -> None:
		for method in ("before_validate", "validate", "before_save"):
			self.run_method(method)

	def run_post_save_methods(self) -> None:
		self.run_method("on_update")
		self.clear_cache()
		self.run_method("on_change")
		if (self.doctype, self.name) in local.flags.currently_saving:
			local.flags.currently_saving.remove((self.doctype, self.name))

	def clear_cache(self) -> None:
		frappe.clear_document_cache(self.doctype, self.name)

	def db_set(self, fieldname: Any, value: Any = None, update_modified: bool = True, commit: bool = False) -> None:
		"""Write fields to the database at once, without validation."""
		self.update(fieldname if isinstance(fieldname, dict) else {fieldname: value})
		if update_modified and (self.doctype, self.name) not in local.flags.currently_saving:
			self.modified, self.modified_by = now(), local.session.user
		if not self.get_doc_before_save():
			self.load_doc_before_save()
		self.run_method("before_change")
		if self.name is None:
			return
		stamp = {"modified": self.modified, "update_modified": update_modified}
		frappe.db.set_value(self.doctype, self.name, fieldname, value, **stamp)
		self.run_method("on_change")
		if commit:
			frappe.db.commit()

	def delete(self, ignore_permissions: bool = False, force: bool = False) -> None:
		frappe.delete_doc(self.doctype, self.name, ignore_permissions=ignore_permissions, force=force, flags=self.flags)

	# Hooks and permissions

	def add_comment(
		self, comment_type: str = "Comment", text: str | None = None, comment_email: str | None = None,
		comment_by: str | None = None,
	) -> "Document":  # fmt: skip
		"""Add a comment to the document's timeline."""
		who = {"comment_email": comment_email or local.session.user, "comment_by": comment_by}
		reference = {"reference_doctype": self.doctype, "reference_name": self.name}
		values = {"doctype": "Comment", "comment_type": comment_type, "content": text or comment_type}
		return get_doc({**values, **who, **reference}).insert(ignore_permissions=True)

	def run_method(self, method: str, *args: Any, **kwargs: Any) -> Any:
		"""Call the controller's method, then the functions that apps' `doc_events` name for it."""
		own = getattr(self, method, None)
		result = own(*args, **kwargs) if callable(own) else None
		for doctype in (self.doctype, "*"):
			for path in frappe.get_hooks("doc_events", {}).get(doctype, {}).get(method, []):
				frappe.get_attr(path)(self, method, *args, **kwargs)
		return result

	def check_permission(self, permtype: str = "read") -> None:
		if not self.has_permission(permtype):
			raise frappe.PermissionError

	def has_permission(self, permtype: str = "read", user: str | None = None) -> bool:
		return bool(self.flags.ignore_permissions) or frappe.has_permission(self.doctype, permtype, self, user)

	def validate_higher_perm_levels(self) -> None:
		if self.flags.ignore_permissions or local.flags.in_install or local.session.user == "Administrator":
			return
		levels = self.get_permlevel_access("write")
		for doc in [self, *([] if self.is_new() else self.get_all_children())]:
			doc.reset_values_if_no_permlevel_access(levels)

	def reset_values_if_no_permlevel_access(self, levels: set[int]) -> None:
		"""Reset fields above the user's permlevel to their stored value, or to the default in a new document."""
		fields = [df for df in self.meta.get_high_permlevel_fields() if df.permlevel not in levels]
		if not fields:
			return
		if self.is_new():
			reference: Any = new_values(self.doctype)
		elif self.parent_doc:
			rows = self.parent_doc.get_doc_before_save().get(self.parentfield)
			reference = next((row for row in rows if row.name == self.name), None)
		else:
			reference = self.get_doc_before_save()
		for df in fields if reference else ():
			self.set(df.fieldname, reference.get(df.fieldname))

	def apply_fieldlevel_read_permissions(self) -> None:
		if local.session.user == "Administrator":
			return
		levels = self.get_permlevel_access("read")
		for doc in [self, *self.get_all_children()]:
			for df in doc.meta.get_high_permlevel_fields():
				if df.permlevel not in levels:
					doc.__dict__.pop(df.fieldname, None)

	def get_permlevel_access(self, permission_type: str = "write") -> list[int]:
		"""Return the permission levels that the user's roles give. A controller may override it for single documents."""
		return sorted(self.meta.get_permlevel_access(permission_type))


def bulk_insert(doctype: str, documents: Iterable[Document]) -> None:
	"""Insert documents and their child rows with a statement for each table. Runs no hooks, and names nothing."""
	tables = {doctype: list(documents)}
	for fieldname, child in frappe.get_meta(doctype).table_doctypes.items():
		tables[child] = [row for document in tables[doctype] for row in document.get(fieldname)]
	for table, rows in tables.items():
		for row in rows:
			row.creation = row.modified = now()
			row.owner = row.modified_by = local.session.user
		columns = frappe.get_meta(table).columns
		values = ([row.get_valid_dict().get(column) for column in columns] for row in rows)
		frappe.db.bulk_insert(table, columns, values)


__getattr__ = missing(__name__)
