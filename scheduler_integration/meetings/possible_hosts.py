"""Finds the hosts to whom a booking can be reassigned."""

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.hosts import People, TypeHost, enabled_hosts


def possible_hosts(booking: Document, people: People | None = None) -> list[TypeHost]:
	"""Return the meeting type's enabled hosts who don't take part in the booking. Whether they are free isn't checked.

	`people` are the page's enabled users. They are loaded if they aren't given.
	"""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	page = frappe.get_cached_doc("Scheduling Page", booking.scheduling_page)
	taking_part = set(booking.host_users())
	return [host for host in enabled_hosts(meeting_type, page, people) if host.user not in taking_part]
