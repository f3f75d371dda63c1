"""Finds the calendar of a host into which bookings are written."""

from dataclasses import dataclass
from functools import lru_cache

import frappe
from frappe.model.document import Document

from scheduler_integration.platform.sql import value


@dataclass(frozen=True, slots=True)
class Destination:
	"""A host's calendar for bookings. `connection` and `calendar` are names of records, `calendar_id` is the provider's.

	`works` is False while the connection must be connected again. `invites`: the provider invites the attendees.
	"""

	user: str
	connection: str
	calendar: str
	calendar_id: str
	works: bool
	invites: bool


def destination_of(user: str) -> Destination | None:
	"""Return the calendar into which the user's bookings are written, or None."""
	rows = frappe.db.sql(_destination_query(), {"user": user}, as_dict=True)
	if not rows:
		return None
	(row,) = rows
	works = row.status != "Reconnect needed"
	return Destination(row.user, row.name, row.calendar, row.calendar_id, works, bool(row.invites))


@lru_cache
def _destination_query() -> str:
	connection, calendar = frappe.qb.DocType("Calendar Connection"), frappe.qb.DocType("Connected Calendar")
	return (
		frappe.qb.from_(connection)
		.join(calendar)
		.on(calendar.parent == connection.name)
		.select(
			connection.user,
			connection.name,
			calendar.name.as_("calendar"),
			calendar.calendar_id,
			connection.status,
			connection.invites,
		)
		.where((connection.user == value("user")) & (connection.is_active == 1) & (calendar.write_bookings == 1))
		.limit(1)
		.get_sql()
	)


def writes_for(user: str) -> bool:
	"""Whether the app writes bookings into a calendar of this user at present."""
	destination = destination_of(user)
	return bool(destination and destination.works)


def provider_invites(booking: Document) -> bool:
	"""Whether the main host's calendar invites the attendees. Then the app's messages have no invitation."""
	destination = destination_of(booking.host)
	return bool(destination and destination.works and destination.invites)
