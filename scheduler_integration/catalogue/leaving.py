"""Clears up the settings and meeting types of a deleted User. A User with a page or a schedule can't be deleted."""

import frappe
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.booking_links import forget_links_of
from scheduler_integration.exceptions import HasBookings


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a deleted User: delete their settings and those of their external meeting types that were never booked.

	Their types on other people's pages go to the owners of the pages. Types that nobody else was named to host are switched
	off. Assessments of them as a client stay, without the client. Raises HasBookings, which names the external types that
	were booked: analytics need them.
	"""
	external = frappe.get_all(
		"Meeting Type", {"consultant": user.name, "scheduling_page": ["is", "not set"]}, ["name", "title"]
	)
	_refuse_booked([(row.name, row.title) for row in external])
	for row in external:
		_delete("Meeting Type", row.name)
	for name in frappe.get_all("Consultant Scheduler Settings", {"consultant": user.name}, pluck="name"):
		_delete("Consultant Scheduler Settings", name)
	# Their types on other people's pages go to the owner of the page.
	meeting_type, page = frappe.qb.DocType("Meeting Type"), frappe.qb.DocType("Scheduling Page")
	others = (
		frappe.qb.from_(meeting_type)
		.join(page)
		.on(page.name == meeting_type.scheduling_page)
		.select(meeting_type.name, page.user)
		.where((meeting_type.consultant == user.name) & (page.user != user.name))
	)
	for name, owner in others.run():
		frappe.db.set_value("Meeting Type", name, "consultant", owner, update_modified=False)
		frappe.clear_document_cache("Meeting Type", name)
	frappe.db.set_value("Client Assessment", {"client": user.name}, "client", None, update_modified=False)
	# Without hosts of its own a type is for all of its page. So a type that only this user took is switched off: nobody has
	# said that the others take it.
	names = set(frappe.get_all("Meeting Type Host", {"user": user.name}, pluck="parent"))
	frappe.db.delete("Meeting Type Host", {"user": user.name})
	kept = set(frappe.get_all("Meeting Type Host", {"parent": ["in", sorted(names)]}, pluck="parent"))
	for name in sorted(names):
		if name not in kept:
			frappe.db.set_value("Meeting Type", name, "is_active", 0, update_modified=False)
		frappe.clear_document_cache("Meeting Type", name)


def forget_links(user: Document, method: str | None = None) -> None:
	"""Hook for a deleted User: delete their booking links. Meetings that were booked stay."""
	forget_links_of(user)


def _refuse_booked(types: list[tuple[str, str]]) -> None:
	if not types:
		return
	among = {"meeting_type": ["in", [name for name, _title in types]]}
	booked = {
		name
		for doctype in ("Booking", "Outside Booking")
		for name in frappe.get_all(doctype, among, pluck="meeting_type")
	}
	if titles := [title for name, title in types if name in booked]:
		raise HasBookings(
			_("Meetings of these types were booked: {0}. Give them to another consultant first.").format(
				", ".join(titles)
			)
		)


def _delete(doctype: str, name: str) -> None:
	# A user who may delete a User needn't have a role of this app.
	frappe.delete_doc(doctype, name, ignore_permissions=True)
