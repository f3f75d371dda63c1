"""Leaves accounts: those that were disconnected go for good, those of a disabled User wait to be connected again."""

import frappe
from frappe.model.document import Document
from frappe.query_builder.functions import Coalesce
from frappe.utils.password import remove_encrypted_password

from scheduler_integration.calendars import health
from scheduler_integration.calendars.accounts import open_connection
from scheduler_integration.calendars.mirror import rows
from scheduler_integration.calendars.mirror.plan import KIND
from scheduler_integration.calendars.provider import Provider
from scheduler_integration.calendars.push import end_channels
from scheduler_integration.calendars.queue import leave_soon
from scheduler_integration.exceptions import OutsideError, TooManyRequests, Unreachable
from scheduler_integration.http.oauth import tokens
from scheduler_integration.http.oauth.tokens import Holder
from scheduler_integration.outbox import outages

_DOCTYPE = "Calendar Connection"
_DELETE = "Delete events"
_WEEK = 7 * 86400


def leave(connection: str, now: int) -> None:
	"""Remove a connection that was disconnected, or give up the access to the account of a disabled User. Commits.

	With "Delete events", events of coming meetings are removed from the calendar. If the provider can't be reached, that is
	tried again for a week. Events that the provider refuses to remove stay there, and the connection is deleted in any case.
	"""
	row = frappe.db.get_value(_DOCTYPE, connection, ["leaving", "user"], as_dict=True)
	if not row or not (row.leaving or (frappe.db.get_value("User", row.user, "enabled") == 0)):
		return
	try:
		provider = open_connection(connection)
		try:
			if row.leaving == _DELETE and provider.kind.can_write and not _delete_events(provider, connection, now):
				return
			end_channels(provider, connection)
			provider.revoke()
		finally:
			provider.close()
	except OutsideError as error:
		_log(error)
	if row.leaving:
		forget(connection)
	else:
		# Delete the secrets. The record keeps what was read and written, for the day on which the account is
		# connected again.
		tokens.forget(Holder(_DOCTYPE, connection))
		remove_encrypted_password(_DOCTYPE, connection, "password")
		frappe.db.set_value(_DOCTYPE, connection, "password", "", update_modified=False)
		frappe.db.commit()


def forget(connection: str) -> None:
	"""Delete the connection with its tokens, busy times and records of events."""
	frappe.db.delete(rows.DOCTYPE, {"connection": connection})
	outages.end(KIND, connection)
	# A job acts here, for no user; the User may be deleted already.
	frappe.delete_doc(_DOCTYPE, connection, force=True, ignore_permissions=True)
	frappe.db.commit()


def left_connections(now: int) -> list[str]:
	"""Return connections that `leave` should have left, because a job was lost or the provider can't be reached."""
	left = frappe.get_all(
		_DOCTYPE, {"leaving": ("in", ["Keep events", _DELETE])}, ["name", "leaving", "status", "next_sync_at"]
	)
	due = [row.name for row in left if row.status != "Failing" or row.leaving != _DELETE or row.next_sync_at <= now]
	connection, user = frappe.qb.DocType(_DOCTYPE), frappe.qb.DocType("User")
	open_still = (connection.refresh_token != "") | (connection.access_token != "") | (connection.password != "")
	query = frappe.qb.from_(connection).join(user).on(user.name == connection.user).select(connection.name)
	return [
		*due,
		*query.where((user.enabled == 0) & (Coalesce(connection.leaving, "") == "") & open_still).run(pluck=True),
	]


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
	"""Hook for a User who is deleted: a job revokes and deletes the user's tokens; events in calendars stay."""
	for name in frappe.get_all(_DOCTYPE, {"user": user.name}, pluck="name"):
		frappe.db.set_value(_DOCTYPE, name, {"is_active": 0, "leaving": "Keep events"})
		leave_soon(name)


def pause_user(user: Document, method: str | None = None) -> None:
	"""Hook for a User who is disabled: nothing is read or written until the accounts are connected again.

	The busy times and the records of events stay. So if the user comes back, times stay closed as before, and no meeting
	is written a second time into an account that is connected again.
	"""
	if user.enabled:
		return
	for name in frappe.get_all(_DOCTYPE, {"user": user.name, "leaving": ("is", "not set")}, pluck="name"):
		# A reading that runs at this moment loses its lease, and so stores nothing. A returning host is told once more.
		stopped = {"status": "Reconnect needed", "lease": None, "leased_until": 0, "told_host_at": None}
		frappe.db.set_value(_DOCTYPE, name, stopped, update_modified=False)
		leave_soon(name)
