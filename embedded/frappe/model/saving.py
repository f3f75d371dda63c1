"""Storing a document: insert, save and db_set, in the order in which Frappe does their steps."""

from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.model.naming import set_new_name, validate_name
from frappe.utils.data import cstr, now


class Saving:
	def insert(
		self, ignore_permissions: bool | None = None, ignore_links: bool | None = None, ignore_if_duplicate: bool = False,
		ignore_mandatory: bool | None = None, set_name: str | None = None, set_child_names: bool = True,
	) -> "Saving":  # fmt: skip
		for flag, value in (
			("ignore_permissions", ignore_permissions), ("ignore_links", ignore_links), ("ignore_mandatory", ignore_mandatory),
		):  # fmt: skip
			if value is not None:
				self.flags[flag] = value
		self.set("__islocal", True)
		self._set_defaults()
		self.set_user_and_timestamp()
		self.check_if_latest()
		self._validate_links()
		self.check_permission("create")
		self.run_method("before_insert")
		self.set_new_name(set_name=set_name, set_child_names=set_child_names)
		self.set_parent_in_children()
		self.validate_higher_perm_levels()
		self.flags.in_insert = True
		self.run_before_save_methods()
		self._validate()
		self.flags.in_insert = False
		if self.meta.issingle:
			frappe.db.write_single(self.doctype, self.get_valid_dict(), replace_all=True)
		else:
			self.db_insert(ignore_if_duplicate=ignore_if_duplicate)
		for row in self.get_all_children():
			row.db_insert()
		self.run_method("after_insert")
		self.flags.in_insert = True
		self.run_post_save_methods()
		self.flags.in_insert = False
		self.__dict__.pop("__islocal", None)
		self.__dict__.pop("__unsaved", None)
		return self

	def save(self, ignore_permissions: bool | None = None, ignore_version: bool | None = None) -> "Saving":
		if ignore_permissions is not None:
			self.flags.ignore_permissions = ignore_permissions
		if self.get("__islocal") or not self.get("name"):
			return self.insert()
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
			frappe.db.write_single(self.doctype, self.get_valid_dict(), replace_all=True)
		else:
			self.db_update()
		self.update_children()
		self.run_post_save_methods()
		self.__dict__.pop("__unsaved", None)
		return self

	def _set_defaults(self) -> None:
		if self.is_new():
			self.update_if_missing(frappe.new_doc(self.doctype, as_dict=True))
		for df in self.meta.get_table_fields():
			defaults = frappe.new_doc(df.options, parent_doc=self, parentfield=df.fieldname, as_dict=True)
			for row in self.get(df.fieldname) or ():
				if row.is_new():
					row.update_if_missing(defaults)

	def set_user_and_timestamp(self) -> None:
		self._original_modified = self.modified
		self.modified, self.modified_by = now(), local.session.user
		if self.is_new() and not (local.flags.in_install or local.flags.in_patch or local.flags.in_migrate):
			self.creation, self.owner = self.modified, self.modified_by
		for row in self.get_all_children():
			row.modified, row.modified_by = self.modified, self.modified_by
			row.owner, row.creation = row.owner or self.owner, row.creation or self.creation
		local.flags.currently_saving.append((self.doctype, self.name))

	def check_if_latest(self) -> None:
		"""Refuse to overwrite what somebody else has saved since this copy was read."""
		self.load_doc_before_save(raise_exception=True)
		if self.docstatus != 0:
			raise NotImplementedError("Submitted and cancelled documents on the embedded site")
		self._action = "save"
		previous = self._doc_before_save
		if previous and cstr(previous.modified) != cstr(self._original_modified):
			frappe.msgprint(
				_("Error: Document has been modified after you have opened it")
				+ f" ({previous.modified}, {self.modified}). "
				+ _("Please refresh to get the latest document."),
				raise_exception=frappe.TimestampMismatchError,
			)

	def set_new_name(self, force: bool = False, set_name: str | None = None, set_child_names: bool = True) -> None:
		if (local.flags.api_name_set or self.flags.name_set) and not force:
			return
		if self.get("__newname") and (self.meta.autoname or "").lower() == "prompt":
			self.name = validate_name(self.doctype, self.get("__newname"))
		elif set_name:
			self.name = validate_name(self.doctype, set_name)
		else:
			set_new_name(self)
		for row in self.get_all_children() if set_child_names else ():
			set_new_name(row)
		self.flags.name_set = True

	def set_parent_in_children(self) -> None:
		for row in self.get_all_children():
			row.parent, row.parenttype = self.name, self.doctype

	def update_children(self) -> None:
		"""Delete the rows that are gone, then write those that are here."""
		for df in self.meta.get_table_fields():
			rows = self.get(df.fieldname)
			filters: dict = {"parent": str(self.name), "parenttype": self.doctype, "parentfield": df.fieldname}
			kept = [row.name for row in rows if row.name and not row.is_new()]
			if kept:
				filters["name"] = ("not in", kept)
			frappe.db.delete(df.options, filters)
			for row in rows:
				row.db_update()

	def validate_higher_perm_levels(self) -> None:
		if self.flags.ignore_permissions or local.flags.in_install or local.session.user == "Administrator":
			return
		levels = self.meta.get_permlevel_access("write")
		self.reset_values_if_no_permlevel_access(levels, self.meta.get_high_permlevel_fields())
		for df in self.meta.get_table_fields() if not self.is_new() else ():
			for row in self.get(df.fieldname):
				row.reset_values_if_no_permlevel_access(levels, row.meta.get_high_permlevel_fields())

	def apply_fieldlevel_read_permissions(self) -> None:
		if local.session.user == "Administrator":
			return
		levels = self.meta.get_permlevel_access("read")
		for doc in [self, *self.get_all_children()]:
			for df in doc.meta.fields:
				if df.permlevel and df.permlevel not in levels:
					doc.__dict__.pop(df.fieldname, None)

	def run_before_save_methods(self) -> None:
		self.run_method("before_validate")
		if self.flags.ignore_validate:
			return
		self.run_method("validate")
		self.run_method("before_save")

	def run_post_save_methods(self) -> None:
		self.run_method("on_update")
		self.clear_cache()
		if self.flags.get("notify_update", True):
			self.notify_update()
		self.run_method("on_change")
		if (self.doctype, self.name) in local.flags.currently_saving:
			local.flags.currently_saving.remove((self.doctype, self.name))

	def clear_cache(self) -> None:
		frappe.clear_document_cache(self.doctype, self.name)

	def notify_update(self) -> None:
		"""Nobody listens: the embedded site has no desk to refresh."""

	def db_set(
		self,
		fieldname: Any,
		value: Any = None,
		update_modified: bool = True,
		notify: bool = False,
		commit: bool = False,
	) -> None:
		"""Write fields at once, without validating."""
		self.update(fieldname) if isinstance(fieldname, dict) else self.set(fieldname, value)
		if update_modified and (self.doctype, self.name) not in local.flags.currently_saving:
			self.modified, self.modified_by = now(), local.session.user
		if not self.get_doc_before_save():
			self.load_doc_before_save()
		self.run_method("before_change")
		if self.name is None:
			return
		stamp = {"modified": self.modified, "modified_by": self.modified_by, "update_modified": update_modified}
		if self.meta.issingle:
			frappe.db.set_single_value(self.doctype, fieldname, value, **stamp)
		else:
			frappe.db.set_value(self.doctype, self.name, fieldname, value, **stamp)
		self.run_method("on_change")
		if commit:
			frappe.db.commit()

	def db_get(self, fieldname: str) -> Any:
		return frappe.db.get_value(self.doctype, self.name, fieldname)

	def delete(
		self, ignore_permissions: bool = False, force: bool = False, *, delete_permanently: bool = False
	) -> None:
		frappe.delete_doc(
			self.doctype, self.name, ignore_permissions=ignore_permissions, force=force, flags=self.flags,
			delete_permanently=delete_permanently,
		)  # fmt: skip
