"""Base classes of the app's DocType controllers."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from scheduler_integration.exceptions import ChangedMeanwhile, NotPermitted, SchedulingError


def check_unchanged(doc: Document, version: str | None) -> None:
	"""Raise ChangedMeanwhile if somebody saved the record after `version`, its `modified`, was read."""
	if version and version != str(doc.modified):
		raise ChangedMeanwhile


class Form(Document):
	"""A document that is edited in the desk. The desk shows a SchedulingError as a message."""

	def run_method(self, method: str, *args: Any, **kwargs: Any) -> Any:
		try:
			return super().run_method(method, *args, **kwargs)
		except SchedulingError as error:
			frappe.msgprint(error.message, indicator="red")
			raise

	def before_validate(self) -> None:
		self.refuse_others_rows()
		self.read_numbers()

	def refuse_others_rows(self) -> None:
		"""Raise NotPermitted if a row has the name of a row that isn't stored in this record: Frappe would move it here."""
		stored = self.get_doc_before_save()
		own = {(row.doctype, row.name) for row in stored.get_all_children()} if stored else set()
		for row in self.get_all_children() if stored else ():
			if row.name and not row.get("__islocal") and (row.doctype, row.name) not in own:
				raise NotPermitted(_("This record has changed, or a row of it belongs to another one. Load it again."))

	def read_numbers(self) -> None:
		"""Convert numbers that arrived as text: Frappe's REST API passes values on as they were sent.

		Text that isn't a number becomes 0, as in the database. A Long Int without a value stays empty: an instant of 0
		would be 1970.
		"""
		for record in (self, *self.get_all_children()):
			for field in record.meta.fields:
				value = record.get(field.fieldname)
				if field.fieldtype in ("Int", "Check") or (field.fieldtype == "Long Int" and value is not None):
					record.set(field.fieldname, cint(value))


class Row(Document):
	"""A row of a child table. It can only be saved with its parent, whose validation and permissions apply."""

	@Document.parent_doc.getter
	def parent_doc(self) -> Document | None:
		"""The document that the row belongs to, even if the row was loaded by its own name.

		Frappe checks the permission for a row on this document. Without one it would check the role only, and every
		host could read everybody's rows.
		"""
		if loaded := Document.parent_doc.fget(self):
			return loaded
		if self.is_new() or not self.parent or not frappe.db.exists(self.parenttype, self.parent):
			return None
		return frappe.get_doc(self.parenttype, self.parent)

	def validate(self) -> None:
		self.require_parent_save()

	def on_trash(self) -> None:
		self.require_parent_save()

	def require_parent_save(self) -> None:
		"""Raise NotPermitted if a user saves or deletes the row alone.

		Frappe calls a row's own hooks only if the row is saved alone, not if its parent is saved. Code that ignores
		permissions acts for the site itself and may save a row alone.
		"""
		if not self.flags.ignore_permissions:
			raise NotPermitted(_("Please change this in the form it belongs to."))
