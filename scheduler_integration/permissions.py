"""Permissions on records: a Scheduling User sees and changes their own, a Scheduling Manager everybody's.

Lists, reports and the REST resource API use the query conditions. Single documents use the `has_..._permission`
functions. Both follow the same rules. The functions return True or False, never None: Frappe 15 reads None as yes,
Frappe 16 as no.
"""

import re
from importlib.util import find_spec

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion, DocType
from frappe.query_builder.functions import Coalesce

from scheduler_integration.exceptions import NotPermitted

# Released Frappe 16 runs the query with parameters, so a percent sign in a condition has to be doubled. In Frappe 15 it
# must not be.
_PERCENT = "%%" if find_spec("frappe.model.qb_query") else "%"

MODULE = "Scheduler Integration"
MANAGER_ROLES = frozenset({"Scheduling Manager", "System Manager", "Administrator"})


def is_manager(user: str | None = None) -> bool:
	"""Whether the user may see and change everybody's records."""
	user = user or frappe.session.user
	return user == "Administrator" or not MANAGER_ROLES.isdisjoint(frappe.get_roles(user))


def has_app_permission(user: str | None = None) -> bool:
	"""Whether the apps page and the desktop show the app to the user."""
	user = user or frappe.session.user
	return is_manager(user) or "Scheduling User" in frappe.get_roles(user)


def own_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for DocTypes with an owner in the field `user`: the user's own records."""
	return _condition(user, lambda user: DocType(doctype).user == user)


def consultant_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for DocTypes with an owner in the field `consultant`: the consultant's own records."""
	return _condition(user, lambda user: DocType(doctype).consultant == user)


def page_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition: the user's own pages, and team pages with the user as an active host.

	To show the titles of linked pages in a list, Frappe 16 joins the pages and applies this condition to them. So the
	condition is also true for a meeting type without a page.
	"""
	page = DocType("Scheduling Page")
	return _condition(
		user, lambda user: (page.user == user) | page.name.isin(_pages_hosted_by(user)) | page.name.isnull()
	)


def meeting_type_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition: meeting types of the user's own pages, and those without a page with the user as consultant.

	The other hosts of a team page may read its meeting types one by one, but not list them: Frappe 15 would let them
	filter a list by fields that they may not read, and so find out their values.
	"""
	return _condition(user, _own_meeting_types)


def booking_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition: the bookings that the user hosts, alone or with others."""
	return _condition(user, lambda user: DocType("Booking").name.isin(_bookings_hosted_by(user)))


def booking_row_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for the child tables of Booking. Without it, Frappe's list API would return everybody's rows."""
	return _condition(user, lambda user: DocType(doctype).parent.isin(_bookings_hosted_by(user)))


def task_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for Outbox Task: the tasks of the bookings that the user hosts."""
	return _condition(user, lambda user: DocType("Outbox Task").booking.isin(_bookings_hosted_by(user)))


def page_row_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for the child tables of Scheduling Page."""
	page = DocType("Scheduling Page")

	def mine(user: str) -> Criterion:
		own = frappe.qb.from_(page).select(page.name).where(page.user == user)
		return DocType(doctype).parent.isin(own) | DocType(doctype).parent.isin(_pages_hosted_by(user))

	return _condition(user, mine)


def page_stat_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for Booking Page Stat: the user's own pages, and team pages with the user as an active host."""
	page, stat = DocType("Scheduling Page"), DocType("Booking Page Stat")

	def mine(user: str) -> Criterion:
		own = frappe.qb.from_(page).select(page.name).where(page.user == user)
		return stat.scheduling_page.isin(own) | stat.scheduling_page.isin(_pages_hosted_by(user))

	return _condition(user, mine)


def meeting_type_row_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for the child tables of Meeting Type."""
	meeting_type = DocType("Meeting Type")

	def mine(user: str) -> Criterion:
		own = frappe.qb.from_(meeting_type).select(meeting_type.name).where(_own_meeting_types(user))
		return DocType(doctype).parent.isin(own)

	return _condition(user, mine)


def schedule_row_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for the child table of Availability Schedule."""
	schedule = DocType("Availability Schedule")

	def mine(user: str) -> Criterion:
		own = frappe.qb.from_(schedule).select(schedule.name).where(schedule.user == user)
		return DocType(doctype).parent.isin(own)

	return _condition(user, mine)


def connection_row_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for the child table of Calendar Connection."""
	connection = DocType("Calendar Connection")

	def mine(user: str) -> Criterion:
		own = frappe.qb.from_(connection).select(connection.name).where(connection.user == user)
		return DocType(doctype).parent.isin(own)

	return _condition(user, mine)


def has_own_permission(doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False) -> bool:
	user = user or frappe.session.user
	return is_manager(user) or _belongs_to(doc, "user", user)


def has_consultant_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	user = user or frappe.session.user
	return is_manager(user) or _belongs_to(doc, "consultant", user)


def has_page_permission(doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False) -> bool:
	"""The owner may do everything with a page. The active hosts of a team page may read it."""
	user = user or frappe.session.user
	if is_manager(user) or _belongs_to(doc, "user", user):
		return True
	return _only_reads(ptype) and _is_stored_row("Scheduling Page Host", doc, {"user": user, "is_active": 1})


def has_meeting_type_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""A meeting type has the permissions of its page. One without a page belongs to its consultant.

	If a form moves a type to another page, the user needs the permission for both pages. A type that leaves its page becomes
	its consultant's own, and reports show it: so nobody can leave one in somebody else's name.
	"""
	user = user or frappe.session.user
	if is_manager(user):
		return True
	if not doc.get("scheduling_page") and (doc.get("consultant") or user) != user:
		return False
	pages = [page for page in _now_and_stored(doc, "scheduling_page") if page]
	if not pages:
		return _belongs_to(doc, "consultant", user)
	return all(_has_permission_for_page(page, ptype, user) for page in pages)


def may_see_report_fields(doc: Document, user: str | None = None) -> bool:
	"""Whether the user may see a meeting type's link on an external scheduler, its priority and its phases.

	The type's consultant and the owner of its page may see them. The other hosts of a team page may read the other fields.
	"""
	user = user or frappe.session.user
	if is_manager(user) or doc.is_new():
		return True
	page, consultant = frappe.db.get_value("Meeting Type", doc.name, ["scheduling_page", "consultant"])
	if not page:
		return consultant == user
	row = {"parenttype": "Scheduling Page", "parent": page, "user": user, "is_active": 1}
	is_its_host = consultant == user and frappe.db.exists("Scheduling Page Host", row)
	return bool(is_its_host) or frappe.db.get_value("Scheduling Page", page, "user") == user


def _has_permission_for_page(page: str, ptype: str | None, user: str) -> bool:
	"""Return False for a page that doesn't exist: Frappe 16 checks permissions of a new record before its links."""
	return bool(frappe.db.exists("Scheduling Page", page)) and has_page_permission(
		frappe.get_cached_doc("Scheduling Page", page), ptype, user
	)


def has_booking_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	user = user or frappe.session.user
	return is_manager(user) or _is_stored_row("Booking Host", doc, {"user": user})


def has_task_permission(doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False) -> bool:
	"""The hosts of the booking may read its tasks. Nobody writes them by hand."""
	user = user or frappe.session.user
	hosts = {"parenttype": "Booking", "parent": doc.booking, "user": user}
	return is_manager(user) or (_only_reads(ptype) and bool(frappe.db.exists("Booking Host", hosts)))


def has_page_stat_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""Those who may read a page may read its numbers. Nobody writes them by hand."""
	user = user or frappe.session.user
	return _only_reads(ptype) and (is_manager(user) or _has_permission_for_page(doc.scheduling_page, ptype, user))


def _belongs_to(doc: Document, field: str, user: str) -> bool:
	"""Whether the field is the user, in memory and in the database.

	A new record without a value counts as the user's. A stored one without a value is for managers only.
	"""
	if doc.is_new():
		return (doc.get(field) or user) == user
	return _now_and_stored(doc, field) == {user}


def _now_and_stored(doc: Document, field: str) -> set[str | None]:
	"""Return the field's values in memory and in the database.

	The value in memory alone isn't enough: a user could get a record by writing their name into it.
	"""
	values = {doc.get(field)}
	if not doc.is_new():
		values.add(frappe.db.get_value(doc.doctype, doc.name, field))
	return values


def _is_stored_row(doctype: str, parent: Document, fields: dict[str, object]) -> bool:
	"""Whether the database has such a row. Rows in memory can't be trusted: the caller sent them."""
	return bool(frappe.db.exists(doctype, {"parenttype": parent.doctype, "parent": parent.name, **fields}))


def _own_meeting_types(user: str) -> Criterion:
	meeting_type, page = DocType("Meeting Type"), DocType("Scheduling Page")
	own_pages = frappe.qb.from_(page).select(page.name).where(page.user == user)
	return (
		(meeting_type.consultant == user) & (Coalesce(meeting_type.scheduling_page, "") == "")
	) | meeting_type.scheduling_page.isin(own_pages)


def _bookings_hosted_by(user: str):
	host = DocType("Booking Host")
	return frappe.qb.from_(host).select(host.parent).where((host.user == user) & (host.parenttype == "Booking"))


def _condition(user: str | None, mine) -> str:
	user = user or frappe.session.user
	if is_manager(user):
		return ""
	sql = mine(user).get_sql(quote_char="`", secondary_quote_char="'", with_namespace=True)
	return f"({sql.replace('%', _PERCENT)})"


def _pages_hosted_by(user: str):
	host = DocType("Scheduling Page Host")
	return frappe.qb.from_(host).select(host.parent).where((host.user == user) & (host.is_active == 1))


def _only_reads(ptype: str | None) -> bool:
	return ptype in (None, "read", "select", "print", "report", "export", "email")


def check_attachment(file: Document, method: str | None = None) -> None:
	"""Hook: a file may be attached to a record of this app only by those who may change the record. Raises NotPermitted.

	The refusal is the same if there is no such record. A form that isn't saved yet counts as a record that its user may create.
	"""
	doctype, user = file.attached_to_doctype, frappe.session.user
	is_ours = doctype and frappe.get_cached_value("DocType", doctype, "module") == MODULE
	if not is_ours or (file.flags.ignore_permissions and user != "Guest"):
		return
	name = file.attached_to_name
	if frappe.db.exists(doctype, name):
		permitted = frappe.has_permission(doctype, "write", doc=name, user=user)
	else:
		permitted = _is_unsaved(doctype, name) and frappe.has_permission(doctype, "create", user=user)
	if not permitted:
		raise NotPermitted


def _is_unsaved(doctype: str, name: str) -> bool:
	"""Return whether it is the name that the desk gives to a new form. Its files follow the record when it is saved."""
	found = re.fullmatch("new-(.+)-[a-z]{10}", str(name))
	return bool(found and found[1] == doctype.lower().replace(" ", "-"))
