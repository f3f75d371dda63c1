"""Giving a document another name, in every link to it too."""

from typing import Any

import frappe
from frappe import _
from frappe.model.delete_doc import _link_fields
from frappe.model.meta import all_metas
from frappe.model.naming import validate_name


def rename_doc(
	doctype: str, old: str, new: str, force: bool = False, merge: bool = False, *, ignore_if_exists: bool = False,
	show_alert: bool = True, rebuild_search: bool = True, **unknown: Any,
) -> str:  # fmt: skip
	if merge or unknown or ignore_if_exists:
		raise NotImplementedError("rename_doc with merge or ignore_if_exists on the embedded site")
	doc = frappe.get_doc(doctype, old)
	new = validate_name(doctype, new)
	if not force and not doc.meta.allow_rename:
		frappe.throw(_("{0} not allowed to be renamed").format(_(doctype)))
	doc.check_permission("write")
	if new != old and frappe.db.exists(doctype, new):
		frappe.throw(_("Another {0} with name {1} exists, select another name").format(_(doctype), new))
	doc.run_method("before_rename", old, new, merge)
	frappe.db.sql(f"update `tab{doctype}` set name = %s where name = %s", (new, old))
	for link_dt, fieldname, issingle, _istable in _link_fields(doctype):
		if issingle:
			where = "`doctype` = %s and `field` = %s and `value` = %s"
			frappe.db.sql(f"update `tabSingles` set value = %s where {where}", (new, link_dt, fieldname, old))
		else:
			frappe.db.set_value(link_dt, {fieldname: old}, fieldname, new, update_modified=False)
	for meta in all_metas():
		for df in meta.get_dynamic_link_fields() if not meta.issingle else ():
			filters = {df.options: doctype, df.fieldname: old}
			frappe.db.set_value(meta.name, filters, df.fieldname, new, update_modified=False)
	for df in doc.meta.get_table_fields():
		frappe.db.set_value(df.options, {"parenttype": doctype, "parent": old}, "parent", new, update_modified=False)
	frappe.db.sql("update `__Auth` set name = %s where doctype = %s and name = %s", (new, doctype, old))
	if (doc.meta.autoname or "").startswith("field:"):
		frappe.db.set_value(doctype, new, doc.meta.autoname[6:], new, update_modified=False)
	frappe.clear_document_cache(doctype, old)
	renamed = frappe.get_doc(doctype, new)
	renamed.run_method("after_rename", old, new, merge)
	return new
