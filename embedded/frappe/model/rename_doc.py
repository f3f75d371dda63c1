"""Stands in for frappe.model.rename_doc: renames a document and updates every link to it."""

import frappe
from frappe import _
from frappe.model.delete_doc import link_fields
from frappe.model.naming import validate_name


def rename_doc(doctype: str, old: str, new: str, force: bool = False) -> str:
	doc = frappe.get_doc(doctype, old)
	new = validate_name(doctype, new)
	if not force and not doc.meta.allow_rename:
		frappe.throw(_("{0} not allowed to be renamed").format(_(doctype)))
	if (doc.meta.autoname or "").startswith("field:"):
		raise NotImplementedError(f"Renaming a {doctype}, which is named by a field, on the embedded site")
	doc.check_permission("write")
	if new != old and frappe.db.exists(doctype, new):
		frappe.throw(_("Another {0} with name {1} exists, select another name").format(_(doctype), new))
	doc.run_method("before_rename", old, new, False)
	frappe.db.sql(f"update `tab{doctype}` set name = %s where name = %s", (new, old))
	for meta, fieldname, condition in link_fields(doctype):
		if not meta.issingle:
			filters = {fieldname: old, **condition}
			frappe.db.set_value(meta.name, filters, fieldname, new, update_modified=False)
	for child in doc.meta.table_doctypes.values():
		frappe.db.set_value(child, {"parenttype": doctype, "parent": old}, "parent", new, update_modified=False)
	frappe.db.sql("update `__Auth` set name = %s where doctype = %s and name = %s", (new, doctype, old))
	frappe.clear_document_cache(doctype, old)
	frappe.get_doc(doctype, new).run_method("after_rename", old, new, False)
	return new
