"""What the app's DocType controllers have in common."""

from typing import Any

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cint

from scheduler_integration.exceptions import NotPermitted, SchedulingError


class Form(Document):
	"""A document that people edit in the desk: what it refuses is shown there as a message."""

	def run_method(self, method: str, *args: Any, **kwargs: Any) -> Any:
		try:
			return super().run_method(method, *args, **kwargs)
		except SchedulingError as error:
			frappe.msgprint(error.message, indicator="red")
			raise

	def before_validate(self) -> None:
		self.read_numbers()

	def read_numbers(self) -> None:
		"""Frappe's REST API hands on what it was sent, and numbers may come as text there. What is no number is 0, as
		Frappe stores it; a Long Int that was never set stays so, which is not the same as 0.
		"""
		for record in (self, *self.get_all_children()):
			for field in record.meta.fields:
				value = record.get(field.fieldname)
				if field.fieldtype in ("Int", "Check") or (field.fieldtype == "Long Int" and value is not None):
					record.set(field.fieldname, cint(value))


class Row(Document):
	"""A row of a child table. It is written with its parent, whose rules and permissions guard it, and never by itself."""

	@Document.parent_doc.getter
	def parent_doc(self) -> Document | None:
		"""The document that the row belongs to, also if the row was loaded by its own name.

		Frappe asks this document for the right to a row, and without one it asks for the DocType alone, which every host has.
		"""
		return Document.parent_doc.fget(self) or self._stored_parent()

	def _stored_parent(self) -> Document | None:
		if self.is_new() or not self.parent or not frappe.db.exists(self.parenttype, self.parent):
			return None
		return frappe.get_doc(self.parenttype, self.parent)

	def validate(self) -> None:
		self.refuse_alone()

	def on_trash(self) -> None:
		self.refuse_alone()

	def refuse_alone(self) -> None:
		"""Frappe saves a child with its parent without calling the child's own hooks; here somebody saves it alone."""
		if not self.flags.ignore_permissions:
			raise NotPermitted(_("Please change this in the form it belongs to."))
