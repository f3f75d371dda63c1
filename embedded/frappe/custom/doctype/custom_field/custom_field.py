"""Stands in for frappe.custom.doctype.custom_field.custom_field: fields that a site adds to a DocType."""

from typing import Any

import frappe
from frappe.context import forget_memo
from frappe.missing import missing
from frappe.model.document import Document


class CustomField(Document):
	def autoname(self) -> None:
		self.name = f"{self.dt}-{self.fieldname}"

	def on_update(self) -> None:
		forget_memo()
		frappe.db.sync_table(frappe.get_meta(self.dt))

	def after_delete(self) -> None:
		frappe.db.after_commit.add(forget_memo)
		forget_memo()


def create_custom_fields(custom_fields: dict[str | tuple[str, ...], Any], update: bool = True) -> None:
	"""Create or update custom fields: `{doctype: [fields]}`. A key may also be a tuple of doctypes."""
	for doctypes, fields in custom_fields.items():
		for doctype in (doctypes,) if isinstance(doctypes, str) else doctypes:
			for field in [fields] if isinstance(fields, dict) else fields:
				_create_or_update(doctype, field, update)


def _create_or_update(doctype: str, field: dict, update: bool) -> None:
	name = frappe.db.exists("Custom Field", {"dt": doctype, "fieldname": field["fieldname"]})
	if not name:
		frappe.get_doc({"doctype": "Custom Field", "dt": doctype, **field}).insert(ignore_permissions=True)
	elif update:
		frappe.get_doc("Custom Field", name).update(field).save(ignore_permissions=True)


__getattr__ = missing(__name__)
