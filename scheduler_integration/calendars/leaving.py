"""Removes an account that was disconnected: events, push messages and tokens, and then the record itself."""

import frappe
from frappe.model.document import Document

from scheduler_integration.calendars import health
from scheduler_integration.calendars.accounts import open_connection
from scheduler_integration.calendars.mirror import rows
from scheduler_integration.calendars.mirror.plan import KIND
from scheduler_integration.calendars.provider import Provider
from scheduler_integration.calendars.push import end_channels
from scheduler_integration.calendars.queue import leave_soon
from scheduler_integration.exceptions import OutsideError, TooManyRequests, Unreachable
from scheduler_integration.outbox import outages

_DOCTYPE = "Calendar Connection"
_DELETE = "Delete events"
_WEEK = 7 * 86400


def leave(connection: str, now: int) -> None:
	"""Remove a connection that was disconnected. Commits.

	With "Delete events", events of coming meetings are removed from the calendar. If the provider can't be reached, that is
	tried again for a week. Events that the provider refuses to remove stay there, and the connection is deleted in any case.
	"""
	leaving = frappe.db.get_value(_DOCTYPE, connection, "leaving")
	if not leaving:
		return
	try:
		provider = open_connection(connection)
		try:
			if leaving == _DELETE and provider.kind.can_write and not _delete_events(provider, connection, now):
				return
			end_channels(provider, connection)
			provider.revoke()
		finally:
			provider.close()
	except OutsideError as error:
		_log(error)
	forget(connection)


def forget(connection: str) -> None:
	"""Delete the connection with its tokens, busy times and records of events."""
	frappe.db.delete(rows.DOCTYPE, {"connection": connection})
	outages.end(KIND, connection)
	# A job acts here, for no user; the User may be deleted already.
	frappe.delete_doc(_DOCTYPE, connection, force=True, ignore_permissions=True)
	frappe.db.commit()


def left_connections(now: int) -> list[str]:
	"""Return disconnected connections that still exist, because a job was lost or the provider can't be reached."""
	left = frappe.get_all(
		_DOCTYPE, {"leaving": ("in", ["Keep events", _DELETE])}, ["name", "leaving", "status", "next_sync_at"]
	)
	return [row.name for row in left if row.status != "Failing" or row.leaving != _DELETE or row.next_sync_at <= now]


def _delete_events(provider: Provider, connection: str, now: int) -> bool:
	"""Delete the events of coming meetings. Returns False if that must be tried again, because the provider is down."""
	filters = {"connection": connection, "state": ("!=", rows.REMOVED), "ends_at": (">", now)}
	fields = ["name", "calendar_id", "key", "external_id", "etag", "uid"]
	try:
		for row in frappe.get_all(rows.DOCTYPE, filters, fields):
			provider.remove(row.calendar_id, row.key, rows.stored_of(row))
			rows.change(row, state=rows.REMOVED)
	except (TooManyRequests, Unreachable) as error:
		health.failed(connection, error, now)
		frappe.db.commit()
		return now - frappe.db.get_value(_DOCTYPE, connection, "failing_since") >= _WEEK
	except OutsideError as error:
		_log(error)
	return True


def _log(error: OutsideError) -> None:
	frappe.logger("scheduler_integration").info("Disconnected without the provider: %s", error.code)


def forget_user(user: Document, method: str | None = None) -> None:
	"""Hook for a User who is deleted or disabled: a job revokes and deletes the user's tokens; events in calendars stay."""
	if method == "on_update" and user.enabled:
		return
	for name in frappe.get_all(_DOCTYPE, {"user": user.name}, pluck="name"):
		frappe.db.set_value(_DOCTYPE, name, {"is_active": 0, "leaving": "Keep events"})
		leave_soon(name)
