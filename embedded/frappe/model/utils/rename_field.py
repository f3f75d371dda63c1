"""Stands in for frappe.model.utils.rename_field: a patch moves a field's values to the field's new name."""

import frappe
from frappe.database.dialect import TYPE_MAP


def rename_field(doctype: str, old_fieldname: str, new_fieldname: str) -> None:
	"""Copy the values of the old column to the new one. The DocType's new definition is synced already.

	Does nothing if the DocType lacks the new field or the table lacks the old column, as on a site that never had it.
	"""
	meta = frappe.get_meta(doctype)
	field = meta.get_field(new_fieldname)
	if not field or not (meta.issingle or frappe.db.has_column(doctype, old_fieldname)):
		return
	if meta.issingle or field.fieldtype not in TYPE_MAP or field.fieldtype == "Password":
		raise NotImplementedError("Only a value in a column of the DocType's own table can be moved.")
	frappe.db.sql(f"update `tab{doctype}` set `{new_fieldname}` = `{old_fieldname}`")
