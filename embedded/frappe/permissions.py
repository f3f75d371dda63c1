"""Who may do what: roles, DocPerm rows with if_owner, and the apps' has_permission hooks."""

from typing import Any

import frappe
from frappe import _
from frappe.context import local
from frappe.missing import missing
from frappe.types import _dict
from frappe.utils.data import cint

rights = (
	"select", "read", "write", "create", "delete", "submit", "cancel", "amend", "print", "email", "report", "import",
	"export", "share",
)  # fmt: skip
GUEST_ROLE, ALL_USER_ROLE, SYSTEM_USER_ROLE, ADMIN_ROLE = "Guest", "All", "Desk User", "Administrator"
AUTOMATIC_ROLES = (GUEST_ROLE, ALL_USER_ROLE, SYSTEM_USER_ROLE, ADMIN_ROLE)


def get_roles(user: str | None = None, with_standard: bool = True) -> list[str]:
	user = user or local.session.user
	if not user or user == "Guest":
		return [GUEST_ROLE]
	roles = frappe.cache.hget("roles", user, lambda: _roles_of(user))
	return roles if with_standard else [role for role in roles if role not in AUTOMATIC_ROLES]


def _roles_of(user: str) -> list[str]:
	if user == "Administrator":
		return frappe.db.sql("select `name` from `tabRole`", pluck=True)
	query = "select `role` from `tabHas Role` where `parenttype` = 'User' and `parent` = %s"
	roles = [role for role in frappe.db.sql(query, (user,), pluck=True) if role not in AUTOMATIC_ROLES]
	desk = frappe.db.get_value("User", user, "user_type") == "System User"
	return [*roles, ALL_USER_ROLE, GUEST_ROLE, *([SYSTEM_USER_ROLE] if desk else [])]


def has_permission(
	doctype: Any, ptype: str = "read", doc: Any = None, user: str | None = None, *, parent_doctype: str | None = None,
	print_logs: bool = True, debug: bool = False, ignore_share_permissions: bool = False,
) -> bool:  # fmt: skip
	user = user or local.session.user
	if user == "Administrator":
		return True
	if not doc and hasattr(doctype, "doctype"):
		doc, doctype = doctype, doctype.doctype
	meta = frappe.get_meta(doctype)
	if meta.istable:
		return _has_child_permission(doctype, ptype, doc, user, parent_doctype)
	if doc:
		if isinstance(doc, str | int):
			doc = frappe.get_doc(doctype, doc)
		allowed = get_doc_permissions(doc, user=user, ptype=ptype).get(ptype)
		message = _("User {0} does not have access to this document")
	else:
		allowed = get_role_permissions(meta, user=user).get(ptype)
		message = _("User {0} does not have doctype access via role permission for document {1}")
	if not allowed and print_logs and user == local.session.user:
		frappe.msgprint(message.format(frappe.bold(user), frappe.bold(_(doctype))))
	return bool(allowed)


def _has_child_permission(doctype: str, ptype: str, doc: Any, user: str, parent_doctype: str | None) -> bool:
	"""A child row follows its parent, which has to be named when there is no row."""
	if isinstance(doc, str):
		doc = frappe.get_doc(doctype, doc)
	if doc:
		parent_doctype = doc.parenttype
	if not parent_doctype or not any(
		df.options == doctype for df in frappe.get_meta(parent_doctype).get_table_fields()
	):
		frappe.msgprint(_("Please specify a valid parent DocType for {0}").format(frappe.bold(doctype)))
		return False
	if doc and not doc.get("parent"):
		return has_permission(parent_doctype, "write" if ptype == "create" else ptype, user=user)
	parent = (getattr(doc, "parent_doc", None) or doc.parent) if doc else None
	return has_permission(parent_doctype, "write" if ptype in ("create", "delete") else ptype, doc=parent, user=user)


def get_doc_permissions(doc: Any, user: str | None = None, ptype: str | None = None, debug: bool = False) -> dict:
	user = user or local.session.user
	if not has_controller_permissions(doc, ptype, user):
		return {ptype: 0}
	is_owner = (doc.get("owner") or "").lower() == user.lower()
	permissions = dict(get_role_permissions(doc.meta, user=user, is_owner=is_owner))
	if permissions.get("has_if_owner_enabled"):
		permissions.update(permissions["if_owner"])
	return permissions


def has_controller_permissions(doc: Any, ptype: str | None, user: str | None = None, debug: bool = False) -> bool:
	"""A hook can only deny, and one that answers None denies, as on Frappe 16."""
	hooks = frappe.get_hooks("has_permission", {})
	for path in reversed(hooks.get(doc.doctype, []) + hooks.get("*", [])):
		if not frappe.call(path, doc=doc, ptype=ptype, user=user or local.session.user, debug=debug):
			return False
	return True


def get_role_permissions(
	doctype_meta: Any, user: str | None = None, is_owner: bool | None = None, debug=False
) -> _dict:
	"""The rights that the user's roles give, with those that only an owner has under `if_owner`."""
	meta = frappe.get_meta(doctype_meta) if isinstance(doctype_meta, str) else doctype_meta
	user = user or local.session.user
	if user == "Administrator":
		return _dict(dict.fromkeys(rights, 1))
	key = (meta.name, user, bool(is_owner))
	if key not in local.role_permissions:
		local.role_permissions[key] = _role_permissions(meta, user, bool(is_owner))
	return local.role_permissions[key]


def _role_permissions(meta: Any, user: str, is_owner: bool) -> _dict:
	roles = get_roles(user)
	rows = [p for p in meta.permissions if p.role in roles and cint(p.permlevel) == 0]
	has_if_owner = any(p.if_owner for p in rows)
	found = _dict(if_owner={}, has_if_owner_enabled=has_if_owner)
	for ptype in rights:
		granted = any(p.get(ptype) for p in rows)
		found[ptype] = cint(granted)
		freely = any(p.get(ptype) and not p.if_owner for p in rows)
		if granted and has_if_owner and not freely and ptype != "create":
			found.if_owner[ptype] = cint(is_owner)
			found[ptype] = 1 if ptype in ("select", "read") else 0
	if not meta.is_submittable:
		found.submit = found.cancel = found.amend = 0
	if not meta.allow_import:
		found["import"] = 0
	return found


def requires_owner_constraint(permissions: dict) -> bool:
	"""Whether a list may only hold the user's own documents."""
	if not permissions.get("has_if_owner_enabled") or not permissions.get("if_owner"):
		return False
	return not any(permissions.get(p) and p not in permissions["if_owner"] for p in ("select", "read"))


def check_doctype_permission(doctype: str, ptype: str = "read") -> None:
	if not frappe.has_permission(doctype, ptype):
		raise frappe.PermissionError


def is_system_user(user: str | None = None) -> bool:
	return frappe.get_cached_value("User", user or local.session.user, "user_type") == "System User"


__getattr__ = missing(__name__)
