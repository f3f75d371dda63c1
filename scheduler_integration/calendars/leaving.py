"""Removes an account that was disconnected: events, push messages and tokens, and then the record itself."""

import frappe
from frappe.model.document import Document

from scheduler_integration.calendars.accounts import open_connection
from scheduler_integration.calendars.mirror import rows
from scheduler_integration.calendars.provider import Provider
from scheduler_integration.calendars.push import end_channels
from scheduler_integration.calendars.queue import leave_soon
from scheduler_integration.exceptions import OutsideError

_DOCTYPE = "Calendar Connection"


def leave(connection: str, now: int) -> None:
	"""Remove a connection that was disconnected. Commits.

	With "Delete events", events of coming meetings are removed from the calendar. Events that the provider refuses to
	remove stay there, and the connection is deleted in any case.
	"""
	leaving = frappe.db.get_value(_DOCTYPE, connection, "leaving")
	if not leaving:
		return
	try:
		provider = open_connection(connection)
		try:
			_part(provider, connection, now, deletes=leaving == "Delete events")
		finally:
			provider.close()
	except OutsideError as error:
		frappe.logger("scheduler_integration").info("Disconnected without the provider: %s", error.code)
	forget(connection)


def forget(connection: str) -> None:
	"""Delete the connection with its tokens, busy times and records of events."""
	frappe.db.delete(rows.DOCTYPE, {"connection": connection})
	frappe.delete_doc(_DOCTYPE, connection, force=True, ignore_permissions=True)
	frappe.db.commit()


def left_connections() -> list[str]:
	"""Return the connections that were disconnected and still exist, for example because a job was lost."""
	return frappe.get_all(_DOCTYPE, {"leaving": ("in", ["Keep events", "Delete events"])}, pluck="name")


def _part(provider: Provider, connection: str, now: int, *, deletes: bool) -> None:
	try:
		if provider.can_write and deletes:
			_delete_events(provider, connection, now)
	finally:
		end_channels(provider, connection)
		provider.revoke()


def _delete_events(provider: Provider, connection: str, now: int) -> None:
	filters = {"connection": connection, "state": ("!=", rows.REMOVED), "ends_at": (">", now)}
	fields = ["name", "calendar_id", "key", "external_id", "etag", "uid"]
	for row in frappe.get_all(rows.DOCTYPE, filters, fields):
		provider.remove(row.calendar_id, row.key, rows.stored_of(row))
		rows.change(row, state=rows.REMOVED)


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a deleted User: a job revokes and deletes the user's tokens; events in the user's calendars stay."""
	for name in frappe.get_all(_DOCTYPE, {"user": user.name}, pluck="name"):
		frappe.db.set_value(_DOCTYPE, name, {"is_active": 0, "leaving": "Keep events"})
		leave_soon(name)
