"""Who can take a meeting over."""

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.hosts import People, TypeHost, enabled_hosts


def successors(booking: Document, people: People | None = None) -> list[TypeHost]:
	"""Those of the meeting type's hosts to whom the meeting could be handed, were they free. `people` where they are known."""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	page = frappe.get_cached_doc("Scheduling Page", booking.scheduling_page)
	taking_part = set(booking.host_users())
	return [host for host in enabled_hosts(meeting_type, page, people) if host.user not in taking_part]
