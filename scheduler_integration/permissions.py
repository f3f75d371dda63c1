"""Who may see and change which record: own ones for a Scheduling User, all for a Scheduling Manager.

Query conditions serve lists, reports and the REST resource API; the has_permission functions serve single documents.
Both ask the same questions, so that all doors agree. Every function answers True or False, never None, which Frappe 15
takes for yes and Frappe 16 for no.
"""

import frappe
from frappe.model.document import Document
from frappe.query_builder import Criterion, DocType

MANAGER_ROLES = frozenset({"Scheduling Manager", "System Manager", "Administrator"})


def is_manager(user: str | None = None) -> bool:
	"""Whether the user may see and change everybody's records."""
	user = user or frappe.session.user
	return user == "Administrator" or not MANAGER_ROLES.isdisjoint(frappe.get_roles(user))


def own_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition for the doctypes whose `user` field names whose they are."""
	return _condition(user, lambda user: DocType(doctype).user == user)


def page_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition: the user's own pages and the team pages that list them as host."""
	page = DocType("Scheduling Page")
	return _condition(user, lambda user: (page.user == user) | page.name.isin(_pages_hosted_by(user)))


def meeting_type_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition: the types of the pages the user may see, and those the user is the consultant of."""
	meeting_type, page = DocType("Meeting Type"), DocType("Scheduling Page")

	def mine(user: str) -> Criterion:
		own_pages = frappe.qb.from_(page).select(page.name).where(page.user == user)
		return (
			(meeting_type.consultant == user)
			| meeting_type.scheduling_page.isin(own_pages)
			| meeting_type.scheduling_page.isin(_pages_hosted_by(user))
		)

	return _condition(user, mine)


def booking_query(user: str | None = None, doctype: str | None = None) -> str:
	"""Condition: the bookings that the user hosts, alone or with others."""
	booking, host = DocType("Booking"), DocType("Booking Host")

	def mine(user: str) -> Criterion:
		return booking.name.isin(frappe.qb.from_(host).select(host.parent).where(host.user == user))

	return _condition(user, mine)


def has_own_permission(doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False) -> bool:
	user = user or frappe.session.user
	return is_manager(user) or _belongs_to(doc, "user", user)


def has_page_permission(doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False) -> bool:
	"""A team page may be read by its hosts and changed by the person it belongs to."""
	user = user or frappe.session.user
	if is_manager(user) or _belongs_to(doc, "user", user):
		return True
	return _only_reads(ptype) and any(host.user == user for host in doc.hosts)


def has_meeting_type_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	"""A type follows its page. One without a page belongs to its consultant."""
	user = user or frappe.session.user
	if is_manager(user):
		return True
	pages = [page for page in _now_and_stored(doc, "scheduling_page") if page]
	if not pages:
		return _belongs_to(doc, "consultant", user)
	return all(has_page_permission(frappe.get_cached_doc("Scheduling Page", page), ptype, user) for page in pages)


def has_booking_permission(
	doc: Document, ptype: str | None = None, user: str | None = None, debug: bool = False
) -> bool:
	user = user or frappe.session.user
	return is_manager(user) or any(host.user == user for host in doc.hosts)


def _belongs_to(doc: Document, field: str, user: str) -> bool:
	return all((value or user) == user for value in _now_and_stored(doc, field))


def _now_and_stored(doc: Document, field: str) -> set[str | None]:
	"""The field's value and the one in the database: who writes their own name into a record doesn't own it yet."""
	values = {doc.get(field)}
	if not doc.is_new():
		values.add(frappe.db.get_value(doc.doctype, doc.name, field))
	return values


def _condition(user: str | None, mine) -> str:
	user = user or frappe.session.user
	if is_manager(user):
		return ""
	return f"({mine(user).get_sql(quote_char='`', secondary_quote_char=chr(39), with_namespace=True)})"


def _pages_hosted_by(user: str):
	host = DocType("Scheduling Page Host")
	return frappe.qb.from_(host).select(host.parent).where((host.user == user) & (host.is_active == 1))


def _only_reads(ptype: str | None) -> bool:
	return ptype in (None, "read", "select", "print", "report", "export", "email")
