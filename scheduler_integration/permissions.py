"""Permissions on records: a Scheduling User sees and changes their own, a Scheduling Manager everybody's.

`RULES`, at the end, says whose the rows of each DocType are. Lists, reports and the REST resource API use its
conditions (`row_query`), single documents its functions (`has_row_permission`). These return True or False, never None:
Frappe 15 reads None as yes, Frappe 16 as no.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion, DocType
from frappe.query_builder.functions import Coalesce
from pypika.queries import QueryBuilder

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


def managers() -> list[str]:
	"""Return the enabled users with the role Scheduling Manager."""
	return users_with("Scheduling Manager")


def users_with(*roles: str) -> list[str]:
	"""Return the enabled users with one of the roles."""
	role, user = DocType("Has Role"), DocType("User")
	return (
		frappe.qb.from_(role)
		.join(user)
		.on(user.name == role.parent)
		.select(user.name)
		.distinct()
		.where(role.role.isin(roles) & (role.parenttype == "User") & (user.enabled == 1))
		.run(pluck=True)
	)


def has_app_permission(user: str | None = None) -> bool:
	"""Whether the apps page and the desktop show the app to the user."""
	user = user or frappe.session.user
	return is_manager(user) or "Scheduling User" in frappe.get_roles(user)


@dataclass(frozen=True, slots=True)
class Rule:
	"""The users who may read and change the rows of a DocType.

	- `mine(doctype, user)` returns the condition for lists.
	- `may(doc, ptype, user)` is for a single document. None for child tables: Frappe asks for their parent.
	- `is_read_only`: nobody writes these rows by hand, not even a manager.
	"""

	mine: Callable[[str, str], Criterion]
	may: Callable[[Document, str | None, str], bool] | None = None
	is_read_only: bool = False


def row_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Hook: return the condition for the user's rows in lists, empty for managers."""
	user = user or frappe.session.user
	if is_manager(user):
		return ""
	condition = RULES[doctype or ""].mine(doctype or "", user)
	sql = condition.get_sql(quote_char="`", secondary_quote_char="'", with_namespace=True)
	return f"({sql.replace('%', _PERCENT)})"


def has_row_permission(doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False) -> bool:
	"""Hook: whether the user may do this with the document."""
	user, rule = user or frappe.session.user, RULES[doc.doctype]
	if rule.is_read_only and not _only_reads(ptype):
		return False
	return is_manager(user) or bool(rule.may and rule.may(doc, ptype, user))


def looked_after(user: str) -> QueryBuilder:
	"""Select the meeting types whose waitlists the user looks after: those of own pages, and those that they host for a team."""
	meeting_type, page = DocType("Meeting Type"), DocType("Scheduling Page")
	of_page, of_type = DocType("Scheduling Page Host"), DocType("Meeting Type Host")
	own_pages = frappe.qb.from_(page).select(page.name).where(page.user == user)
	of_team = frappe.qb.from_(of_page).select(of_page.parent).where((of_page.user == user) & (of_page.is_active == 1))
	chosen = frappe.qb.from_(of_type).select(of_type.parent)
	takes_part = meeting_type.name.notin(chosen) | meeting_type.name.isin(chosen.where(of_type.user == user))
	is_its_host = (meeting_type.assignment != "Single Host") | (meeting_type.consultant == user)
	hosted = meeting_type.scheduling_page.isin(of_team) & takes_part & is_its_host
	query = frappe.qb.from_(meeting_type).select(meeting_type.name)
	return query.where(meeting_type.scheduling_page.isin(own_pages) | hosted)


def _may_wait_records(doc: Document, ptype: str | None, user: str) -> bool:
	"""Those who look after a waitlist may read its entries and offers. Nobody writes them by hand."""
	meeting_type = DocType("Meeting Type")
	query = frappe.qb.from_(meeting_type).select(meeting_type.name).where(meeting_type.name == doc.meeting_type)
	return _only_reads(ptype) and bool(query.where(meeting_type.name.isin(looked_after(user))).run())


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


def _owned(field: str) -> Rule:
	"""The rule of DocTypes whose rows have an owner in this field."""
	return Rule(
		lambda doctype, user: DocType(doctype)[field] == user, lambda doc, _ptype, user: _belongs_to(doc, field, user)
	)


def _rows_of(parent: str) -> Rule:
	"""The rule of a child table of `parent`. Without it, Frappe's list API would return everybody's rows."""
	return Rule(lambda doctype, user: DocType(doctype).parent.isin(_own(parent, user)))


def _own(doctype: str, user: str) -> QueryBuilder:
	"""Select the user's records of the DocType."""
	record = DocType(doctype)
	return frappe.qb.from_(record).select(record.name).where(RULES[doctype].mine(doctype, user))


def _own_pages(_doctype: str, user: str) -> Criterion:
	"""The user's own pages, and team pages with the user as an active host.

	To show the titles of linked pages in a list, Frappe 16 joins the pages and applies this condition to them. So the
	condition is also true for a meeting type without a page.
	"""
	page, host = DocType("Scheduling Page"), DocType("Scheduling Page Host")
	hosted = frappe.qb.from_(host).select(host.parent).where((host.user == user) & (host.is_active == 1))
	return (page.user == user) | page.name.isin(hosted) | page.name.isnull()


def _may_page(doc: Document, ptype: str | None, user: str) -> bool:
	"""The owner may do everything with a page. The active hosts of a team page may read it."""
	is_host = {"user": user, "is_active": 1}
	return _belongs_to(doc, "user", user) or (
		_only_reads(ptype) and _is_stored_row("Scheduling Page Host", doc, is_host)
	)


def _own_meeting_types(_doctype: str, user: str) -> Criterion:
	"""Meeting types of the user's own pages, and those without a page with the user as consultant.

	The other hosts of a team page may read its meeting types one by one, but not list them: Frappe 15 would let them
	filter a list by fields that they may not read, and so find out their values.
	"""
	meeting_type, page = DocType("Meeting Type"), DocType("Scheduling Page")
	own_pages = frappe.qb.from_(page).select(page.name).where(page.user == user)
	return (
		(meeting_type.consultant == user) & (Coalesce(meeting_type.scheduling_page, "") == "")
	) | meeting_type.scheduling_page.isin(own_pages)


def _may_meeting_type(doc: Document, ptype: str | None, user: str) -> bool:
	"""A meeting type has the permissions of its page. One without a page belongs to its consultant.

	If a form moves a type to another page, the user needs the permission for both pages. A type that leaves its page becomes
	its consultant's own, and reports show it: so nobody can leave one in somebody else's name.
	"""
	if not doc.get("scheduling_page") and (doc.get("consultant") or user) != user:
		return False
	pages = [page for page in _now_and_stored(doc, "scheduling_page") if page]
	if not pages:
		return _belongs_to(doc, "consultant", user)
	return all(_may_existing_page(page, ptype, user) for page in pages)


def _may_existing_page(page: str, ptype: str | None, user: str) -> bool:
	"""Return False for a page that doesn't exist: Frappe 16 checks permissions of a new record before its links."""
	return bool(frappe.db.exists("Scheduling Page", page)) and _may_page(
		frappe.get_cached_doc("Scheduling Page", page), ptype, user
	)


def _hosted_by(user: str) -> QueryBuilder:
	"""Select the bookings that the user hosts, alone or with others."""
	host = DocType("Booking Host")
	return frappe.qb.from_(host).select(host.parent).where((host.user == user) & (host.parenttype == "Booking"))


def _may_task(doc: Document, ptype: str | None, user: str) -> bool:
	"""The hosts of the booking may read its tasks. Nobody writes them by hand."""
	hosts = {"parenttype": "Booking", "parent": doc.booking, "user": user}
	return _only_reads(ptype) and bool(frappe.db.exists("Booking Host", hosts))


def _only_reads(ptype: str | None) -> bool:
	return ptype in (None, "read", "select", "print", "report", "export", "email")


def _may_figures(doc: Document, ptype: str | None, user: str) -> bool:
	"""Those who may read a page may read its numbers."""
	return _may_existing_page(doc.scheduling_page, ptype, user)


def _belongs_to(doc: Document, field: str, user: str) -> bool:
	"""Whether the field is the user, in memory and in the database.

	A new record without a value counts as the user's. A stored one without a value is for managers only.
	"""
	if doc.is_new():
		return (doc.get(field) or user) == user
	return _now_and_stored(doc, field) == {user}


def _now_and_stored(doc: Document, field: str) -> set[str | None]:
	"""Return the field's values in memory and in the database.

	The value in memory alone isn't enough. A user could get a record by writing their name into it.
	"""
	values = {doc.get(field)}
	if not doc.is_new():
		values.add(frappe.db.get_value(doc.doctype, doc.name, field))
	return values


def _is_stored_row(doctype: str, parent: Document, fields: dict[str, object]) -> bool:
	"""Whether the database has such a row. Rows in memory can't be trusted: the caller sent them."""
	return bool(frappe.db.exists(doctype, {"parenttype": parent.doctype, "parent": parent.name, **fields}))


RULES: dict[str, Rule] = {
	**dict.fromkeys(
		(
			"Availability Schedule",
			"Availability Override",
			"Blocked Time",
			"Booking Link",
			"Host Preferences",
			"Host Device",
			"Calendar Connection",
			"Calendar Busy Time",
			"Mirrored Event",
			"Video Connection",
			"Video Meeting",
			"Video Meeting Log",
			"Scheduling Domain",
			"Webhook Subscription",
		),
		_owned("user"),
	),
	**dict.fromkeys(
		("Consultant Scheduler Settings", "Client Assessment", "Scheduler Engagement", "Outside Booking"),
		_owned("consultant"),
	),
	"Scheduling Page": Rule(_own_pages, _may_page),
	"Meeting Type": Rule(_own_meeting_types, _may_meeting_type),
	"Booking": Rule(
		lambda doctype, user: DocType(doctype).name.isin(_hosted_by(user)),
		lambda doc, _ptype, user: _is_stored_row("Booking Host", doc, {"user": user}),
	),
	"Booking Series": Rule(
		lambda doctype, user: DocType(doctype).host == user,
		lambda doc, ptype, user: _only_reads(ptype) and _belongs_to(doc, "host", user),
		is_read_only=True,
	),
	"Outbox Task": Rule(lambda doctype, user: DocType(doctype).booking.isin(_hosted_by(user)), _may_task),
	"Booking Payment": Rule(
		lambda doctype, user: DocType(doctype).booking.isin(_hosted_by(user)),
		_may_task,
		is_read_only=True,
	),
	"Booking Page Stat": Rule(
		lambda doctype, user: DocType(doctype).scheduling_page.isin(_own("Scheduling Page", user)),
		_may_figures,
		is_read_only=True,
	),
	**dict.fromkeys(
		("Waitlist Entry", "Waitlist Offer"),
		Rule(
			lambda doctype, user: DocType(doctype).meeting_type.isin(looked_after(user)),
			_may_wait_records,
			is_read_only=True,
		),
	),
	"Scheduling Daily Stat": Rule(
		lambda doctype, user: DocType(doctype).host == user,
		lambda doc, ptype, user: _only_reads(ptype) and _belongs_to(doc, "host", user),
		is_read_only=True,
	),
	"Availability Rule": _rows_of("Availability Schedule"),
	"Stand In": _rows_of("Availability Override"),
	"Connected Calendar": _rows_of("Calendar Connection"),
	"Scheduling Page Host": _rows_of("Scheduling Page"),
	**dict.fromkeys(
		("Meeting Type Question", "Meeting Type Phase", "Meeting Type Place", "Meeting Type Host"),
		_rows_of("Meeting Type"),
	),
	"Booking Payment Refund": _rows_of("Booking Payment"),
	**dict.fromkeys(("Booking Answer", "Booking Guest", "Booking Host"), _rows_of("Booking")),
}


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
		# Whether it is the name that the desk gives to a new form. Its files follow the record when it is saved.
		found = re.fullmatch("new-(.+)-[a-z]{10}", str(name))
		is_unsaved = bool(found and found[1] == doctype.lower().replace(" ", "-"))
		permitted = is_unsaved and frappe.has_permission(doctype, "create", user=user)
	if not permitted:
		raise NotPermitted


def check_assignment(todo: Document, method: str | None = None) -> None:
	"""Hook: a to-do about a record of this app only by those who may change the record. It shows on the record's form.

	Raises NotPermitted, whether there is such a record or not.
	"""
	doctype, name = todo.reference_type, todo.reference_name
	is_same = not todo.is_new() and not any(map(todo.has_value_changed, ("reference_type", "reference_name")))
	if todo.flags.ignore_permissions or is_same:
		return
	is_ours = doctype and name and frappe.get_cached_value("DocType", doctype, "module") == MODULE
	if is_ours and not (frappe.db.exists(doctype, name) and frappe.has_permission(doctype, "write", doc=name)):
		raise NotPermitted
