"""Stands in for frappe.model.delete_doc: deletes a document with its rows and passwords, unless others link to it."""

from collections.abc import Iterator
from typing import Any

import frappe
from frappe import _
from frappe.model.meta import all_metas
from frappe.utils.password import delete_all_passwords_for


def delete_doc(
	doctype: str, name: str, force: Any = 0, ignore_permissions: bool = False, ignore_missing: bool = True,
	flags: dict | None = None, delete_permanently: bool = False,
) -> Any:  # fmt: skip
	"""Delete the document. Unless `delete_permanently` is set, Deleted Document keeps its values."""
	if not frappe.db.exists(doctype, name):
		if ignore_missing:
			return False
		raise frappe.DoesNotExistError(doctype=doctype)
	delete_all_passwords_for(doctype, name)
	if doctype != "DocType":
		frappe.db.get_value(doctype, name, for_update=True)
	doc = frappe.get_doc(doctype, name)
	doc.flags.update(flags or {})
	doc.flags.ignore_permissions = ignore_permissions or doc.flags.ignore_permissions
	doc.check_permission("delete")
	doc.run_method("on_trash")
	doc.flags.in_delete = True
	doc.run_method("on_change")
	if not force:
		_refuse_if_linked(doc)
	frappe.db.delete(doctype, {"name": name})
	for child in doc.meta.table_doctypes.values():
		frappe.db.delete(child, {"parenttype": doctype, "parent": name})
	doc.run_method("after_delete")
	_detach_communications(doctype, name)
	frappe.db.delete("Comment", {"reference_doctype": doctype, "reference_name": name})
	doc.clear_cache()
	if not delete_permanently:
		kept = {"deleted_doctype": doctype, "deleted_name": name, "data": frappe.as_json(doc.as_dict())}
		frappe.get_doc({"doctype": "Deleted Document", **kept}).db_insert()
	return None


def link_fields(doctype: str) -> Iterator[tuple[Any, str, dict]]:
	"""Yield each field that may link to this DocType, as (meta, fieldname, condition).

	A row links to the DocType if it meets the condition: the other field of a Dynamic Link names the DocType.
	"""
	for meta in all_metas():
		for df in meta.typed("Link", "Dynamic Link"):
			if df.fieldtype == "Dynamic Link":
				yield meta, df.fieldname, {df.options: doctype}
			elif df.options == doctype:
				yield meta, df.fieldname, {}


def _refuse_if_linked(doc: Any) -> None:
	ignored = frappe.get_hooks("ignore_links_on_delete")
	for meta, fieldname, condition in link_fields(doc.doctype):
		if meta.name in ignored:
			continue
		if meta.issingle:
			known = frappe.db.get_singles_dict(meta.name)
			if known.get(fieldname) == doc.name and condition.items() <= known.items():
				_raise_linked(doc, meta.name, meta.name)
			continue
		fields = ["name", "parent", "parenttype"] if meta.istable else ["name"]
		for row in frappe.db.get_values(meta.name, {fieldname: doc.name, **condition}, fields, as_dict=True):
			holder_type, holder = row.parenttype or meta.name, row.parent or row.name
			if holder_type not in ignored and (holder_type, holder) != (doc.doctype, doc.name):
				_raise_linked(doc, holder_type, holder)


def _raise_linked(doc: Any, holder_type: str, holder: str) -> None:
	message = _("Cannot delete or cancel because {0} {1} is linked with {2} {3} {4}")
	frappe.throw(message.format(_(doc.doctype), doc.name, _(holder_type), holder, ""), frappe.LinkExistsError)


def _detach_communications(doctype: str, name: str) -> None:
	"""Remove the document from its communications, which stay. Communications don't prevent the deletion."""
	reference = {"reference_doctype": doctype, "reference_name": name}
	frappe.db.delete("Communication Link", {"link_doctype": doctype, "link_name": name})
	frappe.db.set_value("Communication", reference, dict.fromkeys(reference), update_modified=False)
