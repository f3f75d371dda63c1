"""Finds the hosts to whom a booking can be reassigned."""

from collections.abc import Sequence
from dataclasses import replace

import frappe
from frappe.model.document import Document

from scheduler_integration.catalogue.hosts import People, TypeHost, enabled_hosts, required_users
from scheduler_integration.catalogue.lookup import bookables_named
from scheduler_integration.catalogue.stand_ins import colleagues_for


def possible_hosts(booking: Document, people: People | None = None) -> list[TypeHost]:
	"""Return the meeting type's enabled hosts who don't take part in the booking. Whether they are free isn't checked.

	`people` are the page's enabled users. They are loaded if they aren't given.
	"""
	meeting_type = frappe.get_cached_doc("Meeting Type", booking.meeting_type)
	page = frappe.get_cached_doc("Scheduling Page", booking.scheduling_page)
	taking_part = set(booking.host_users())
	return [host for host in enabled_hosts(meeting_type, page, people) if host.user not in taking_part]


def possible_successors(bookings: Sequence[Document], user: str) -> dict[str, list[TypeHost]]:
	"""Return to whom `user` could hand over each of these bookings, by its name. Whether they are free isn't checked.

	These are the hosts of its meeting type, and for a type with one host the colleagues who have the type too. A required
	host can't hand over a collective meeting. Makes three queries, for any number of bookings.
	"""
	names = sorted({each.meeting_type for each in bookings})
	colleagues = colleagues_for(user, names)
	hosts: dict[str, list[TypeHost]] = {}
	for name, found in bookables_named(names).items():
		must_come = found.meeting_type.assignment == "Collective" and user in required_users(
			found.meeting_type, found.page
		)
		is_own = found.page.page_type == "Personal"
		others = [replace(each, has_own_hours=is_own) for each in colleagues.get(name, ())]
		hosts[name] = [] if must_come else [*enabled_hosts(found.meeting_type, found.page, found.people), *others]
	return {
		booking.name: list(
			{each.user: each for each in hosts[booking.meeting_type] if each.user not in booking.host_users()}.values()
		)
		for booking in bookings
	}
