"""Deleting a document: refused while others link to it, then gone with its rows, files and passwords."""

from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.model.meta import all_metas


def delete_doc(
	doctype: str | None = None, name: Any = None, force: Any = 0, ignore_doctypes: list | None = None,
	for_reload: bool = False, ignore_permissions: bool = False, flags: dict | None = None, ignore_on_trash: bool = False,
	ignore_missing: bool = True, delete_permanently: bool = False,
) -> Any:  # fmt: skip
	if for_reload or ignore_doctypes:
		raise NotImplementedError("delete_doc with for_reload or ignore_doctypes on the embedded site")
	for docname in [name] if isinstance(name, str | int) else list(name or []):
		if not frappe.db.exists(doctype, docname):
			if ignore_missing:
				return False
			raise frappe.DoesNotExistError(doctype=doctype)
		_delete_one(doctype, docname, force, ignore_permissions, flags, ignore_on_trash)
	return None


def _delete_one(
	doctype: str, name: str, force: Any, ignore_permissions: bool, flags: Any, ignore_on_trash: bool
) -> None:
	from frappe.utils.password import delete_all_passwords_for

	delete_all_passwords_for(doctype, name)
	try:
		if doctype != "DocType":
			frappe.db.get_value(doctype, name, for_update=True, wait=False)
	except (frappe.QueryTimeoutError, frappe.QueryDeadlockError):
		message = _("This document can not be deleted right now as it's being modified by another user.")
		frappe.throw(message, exc=frappe.QueryTimeoutError)
	doc = frappe.get_doc(doctype, name)
	doc.flags.update(flags or {})
	if ignore_permissions:
		doc.flags.ignore_permissions = True
	if not doc.flags.ignore_permissions and local.session.user != "Administrator":
		doc.check_permission("delete")
	if not ignore_on_trash:
		doc.run_method("on_trash")
		doc.flags.in_delete = True
		doc.run_method("on_change")
	if not force:
		check_if_doc_is_linked(doc)
		check_if_doc_is_dynamically_linked(doc)
	if doc.meta.issingle:
		frappe.db.write_single(doctype, {}, replace_all=True)
	else:
		frappe.db.delete(doctype, {"name": name})
	for df in doc.meta.get_table_fields():
		frappe.db.delete(df.options, {"parenttype": doctype, "parent": name})
	doc.run_method("after_delete")
	for file in frappe.get_all("File", {"attached_to_doctype": doctype, "attached_to_name": name}, pluck="name"):
		delete_doc("File", file, ignore_permissions=True)
	frappe.enqueue(
		"frappe.model.delete_doc.delete_dynamic_links", doctype=doctype, name=name, now=bool(local.flags.in_test),
		enqueue_after_commit=True,
	)  # fmt: skip
	doc.clear_cache()


def _link_fields(doctype: str) -> list[tuple]:
	"""Every Link field of the site that points to the doctype; worked out once per process."""
	known = local.memo.get("link_fields")
	if known is None:
		known = local.memo["link_fields"] = {}
		for meta in all_metas():
			for df in meta.get_link_fields():
				known.setdefault(df.options, []).append((meta.name, df.fieldname, meta.issingle, meta.istable))
	return known.get(doctype, [])


def check_if_doc_is_linked(doc: Any, method: str = "Delete") -> None:
	ignored = set(frappe.get_hooks("ignore_links_on_delete"))
	for link_dt, fieldname, issingle, istable in _link_fields(doc.doctype):
		if link_dt in ignored:
			continue
		if issingle:
			if frappe.db.get_single_value(link_dt, fieldname) == doc.name:
				_raise_linked(doc, link_dt, link_dt)
			continue
		fields = ["name", "parent", "parenttype"] if istable else ["name"]
		for item in frappe.db.get_values(link_dt, {fieldname: doc.name}, fields, as_dict=True):
			holder, holder_type = item.get("parent") or item.name, item.get("parenttype") or link_dt
			if holder_type not in ignored and not (link_dt == doc.doctype and holder == doc.name):
				_raise_linked(doc, holder_type, holder)


def check_if_doc_is_dynamically_linked(doc: Any, method: str = "Delete") -> None:
	ignored = set(frappe.get_hooks("ignore_links_on_delete"))
	for meta in all_metas():
		if meta.name in ignored or not meta.get_dynamic_link_fields():
			continue
		for df in meta.get_dynamic_link_fields():
			if meta.issingle:
				values = frappe.db.get_singles_dict(meta.name)
				if values.get(df.options) == doc.doctype and values.get(df.fieldname) == doc.name:
					_raise_linked(doc, meta.name, meta.name)
				continue
			fields = ["name", "parent", "parenttype"] if meta.istable else ["name"]
			filters = {df.options: doc.doctype, df.fieldname: doc.name}
			for item in frappe.db.get_values(meta.name, filters, fields, as_dict=True):
				holder_type = item.get("parenttype") or meta.name
				if holder_type not in ignored:
					_raise_linked(doc, holder_type, item.get("parent") or item.name)


def _raise_linked(doc: Any, holder_type: str, holder: str) -> None:
	message = _("Cannot delete or cancel because {0} {1} is linked with {2} {3} {4}").format(
		_(doc.doctype), doc.name, _(holder_type) if holder_type != holder else "", holder, ""
	)
	if doc.meta.has_field("enabled") or doc.meta.has_field("disabled"):
		message = _("You can disable this {0} instead of deleting it.").format(_(doc.doctype))
	frappe.throw(message, frappe.LinkExistsError)


def delete_dynamic_links(doctype: str, name: str) -> None:
	"""What hung on the document without holding it: comments go, communications stay without it."""
	reference = {"reference_doctype": doctype, "reference_name": name}
	frappe.db.delete("Comment", reference)
	frappe.db.delete("Communication Link", {"link_doctype": doctype, "link_name": name})
	nobody = dict.fromkeys(reference)
	frappe.db.set_value("Communication", reference, nobody, update_modified=False)
