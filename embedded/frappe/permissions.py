"""Stands in for frappe.permissions: roles, DocPerm rows with if_owner, and the apps' has_permission hooks."""

from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing

AUTOMATIC_ROLES = ("Guest", "All", "Desk User", "Administrator")


def get_roles(user: str | None = None) -> list[str]:
	user = user or local.session.user
	if not user or user == "Guest":
		return ["Guest"]
	key = f"roles:{user}"
	if key not in local.cache:
		local.cache[key] = _roles_of(user)
	return local.cache[key]


def _roles_of(user: str) -> list[str]:
	if user == "Administrator":
		return frappe.db.sql("select `name` from `tabRole`", pluck=True)
	query = "select `role` from `tabHas Role` where `parenttype` = 'User' and `parent` = %s"
	roles = [role for role in frappe.db.sql(query, (user,), pluck=True) if role not in AUTOMATIC_ROLES]
	desk = frappe.db.get_value("User", user, "user_type") == "System User"
	return [*roles, "All", "Guest", *(["Desk User"] if desk else [])]


def has_permission(
	doctype: str, ptype: str = "read", doc: Any = None, user: str | None = None, *, parent_doctype: str | None = None,
	throw: bool = False,
) -> bool:  # fmt: skip
	user = user or local.session.user
	if user == "Administrator":
		return True
	meta = frappe.get_meta(doctype)
	if meta.istable:
		return _has_child_permission(doctype, ptype, doc, user, parent_doctype, throw)
	doc = frappe.get_doc(doctype, doc) if isinstance(doc, str) else doc
	reach = reach_of(meta, ptype, user)
	if doc:
		is_owner = (doc.get("owner") or "").lower() == user.lower()
		allowed = _hooks_allow(doc, ptype, user) and (reach == "all" or (reach == "own" and is_owner))
		message = _("User {0} does not have access to this document")
	else:
		allowed = reach == "all" or (reach == "own" and ptype in ("select", "read"))
		message = _("User {0} does not have doctype access via role permission for document {1}")
	if throw and not allowed:
		frappe.throw(message.format(frappe.bold(user), frappe.bold(_(doctype))), frappe.PermissionError)
	return allowed


def _has_child_permission(
	doctype: str, ptype: str, doc: Any, user: str, parent_doctype: str | None, throw: bool
) -> bool:
	"""Return whether the user has the permission for a child row's parent. Without a row, parent_doctype is required.

	As in Frappe, only the parent's DocType counts if the row wasn't loaded together with its parent document.
	"""
	if isinstance(doc, str):
		doc = frappe.db.get_value(doctype, doc, ["parent", "parenttype", "parentfield"], as_dict=True)
	if doc:
		parent_doctype = doc.parenttype
	if not parent_doctype or doctype not in frappe.get_meta(parent_doctype).table_doctypes.values():
		if throw:
			message = _("Please specify a valid parent DocType for {0}").format(frappe.bold(doctype))
			frappe.throw(message, frappe.PermissionError)
		return False
	parent = doc.parent_doc if doc else None
	ptype = "write" if ptype in ("create", "delete") else ptype
	return has_permission(parent_doctype, ptype, parent, user, throw=throw)


def _hooks_allow(doc: Any, ptype: str, user: str) -> bool:
	"""Return whether all hooks allow it. A hook can only deny. A hook that returns None denies, as on Frappe 16."""
	hooks = frappe.get_hooks("has_permission", {}).get(doc.doctype, [])
	return all(frappe.call(path, doc=doc, ptype=ptype, user=user, debug=False) for path in hooks)


def reach_of(meta: Any, ptype: str, user: str) -> str | None:
	"""Return whether the user's roles allow "all" documents or the user's "own" ones; None if they allow nothing."""
	if user == "Administrator":
		return "all"
	key = (meta.name, ptype, user)
	if key not in local.role_permissions:
		roles = get_roles(user)
		rows = [p for p in meta.permissions if p.role in roles and not p.permlevel and p.get(ptype)]
		freely = ptype == "create" or not all(p.if_owner for p in rows)
		local.role_permissions[key] = ("all" if freely else "own") if rows else None
	return local.role_permissions[key]


__getattr__ = missing(__name__)
