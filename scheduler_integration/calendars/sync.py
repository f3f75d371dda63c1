"""Reads the calendars of one connection, for all providers alike.

    take the lease, commit                   one worker at a time
    list the calendars                       once a day
    for each chosen calendar:
        ask the provider for a page          no lock is held
        store it, commit                     with the token on the last page, in one transaction
    note success or failure, commit

A crash between any two steps loses nothing: a page that was stored is stored again with the same result, and the old
token is kept until the last page is stored. A full reading writes a second generation of busy times, and the switch to
it is part of the last page's transaction.
"""

from dataclasses import dataclass

import frappe

from scheduler_integration.calendars import health, lease, listing
from scheduler_integration.calendars.accounts import open_connection
from scheduler_integration.calendars.mirror.plan import ask_soon, plan_upcoming
from scheduler_integration.calendars.reading import ROW, CalendarReading, Reader, Superseded
from scheduler_integration.calendars.windows import DAY
from scheduler_integration.exceptions import CalendarGone, OutsideError, SyncTokenExpired


@dataclass(frozen=True, slots=True)
class Outcome:
	"""`was_read` is False if another worker has the lease. `is_complete`: no page is left. `error` is the last one."""

	was_read: bool
	is_complete: bool = True
	error: OutsideError | None = None


def sync(connection: str, now: int, *, full: bool = False) -> Outcome:
	"""Read the connection's calendars as they are at `now`, epoch seconds. Commits several times.

	With `full` the whole window is read, otherwise only the changes since the last time, if the provider can report them.
	"""
	key = lease.take(connection, now)
	if not key:
		return Outcome(was_read=False)
	try:
		is_complete = _read(connection, key, now, full)
		if lease.still_holds(connection, key):
			# Note the success. The events that couldn't be written before are written now. After the account was
			# connected (again), that is all coming events. Events whose tasks wait are written in any case, also those of
			# meetings that were cancelled meanwhile.
			user, status = frappe.db.get_value("Calendar Connection", connection, ["user", "status"])
			health.succeeded(connection, now, is_complete=is_complete)
			if status in ("New", "Reconnect needed"):
				plan_upcoming(user, now)
			if status != "Connected":
				ask_soon(connection, now)
		outcome = Outcome(was_read=True, is_complete=is_complete)
	except Superseded:
		outcome = Outcome(was_read=False)
	except OutsideError as error:
		frappe.db.rollback()
		if lease.still_holds(connection, key):
			health.failed(connection, error, now)
		outcome = Outcome(was_read=True, error=error)
	except BaseException:
		frappe.db.rollback()
		lease.release(connection, key)
		frappe.db.commit()
		raise
	lease.release(connection, key)
	frappe.db.commit()
	return outcome


def _read(connection: str, key: str, now: int, full: bool) -> bool:
	"""Read all chosen calendars, and return whether nothing is left. If one fails, the others are still read."""
	provider = open_connection(connection)
	user = frappe.db.get_value("Calendar Connection", connection, "user")
	reader = Reader(connection, user, key, provider, now)
	try:
		_list(reader)
		is_complete, errors = True, []
		fields = [
			"name", "calendar_id", "sync_token", "next_page", "generation", "shadow", "window_from", "window_until",
			"pending_from", "pending_until", "full_at", "synced_at", "suspect", "check_conflicts", "write_bookings",
		]  # fmt: skip
		rows = frappe.get_all(ROW, {"parent": connection}, fields, order_by="idx")
		chosen = [row for row in rows if row.check_conflicts or row.write_bookings]
		for row in chosen:
			try:
				is_complete &= CalendarReading(reader, row).read(full)
			except CalendarGone as error:
				frappe.db.rollback()
				reader.store(row.name, {"state": "Gone"})
				errors.append(error)
			except (SyncTokenExpired, OutsideError) as error:
				frappe.db.rollback()
				errors.append(error)
				# Whether the account's other calendars can still be read after this error.
				if error.code not in ("UNEXPECTED_ANSWER", "ANSWER_TOO_LARGE"):
					break
		if errors:
			raise errors[0]
		return is_complete
	finally:
		provider.close()


def _list(reader: Reader) -> None:
	rows = frappe.get_all(ROW, {"parent": reader.connection}, ["listed_at"])
	if rows and all(row.listed_at and reader.now - row.listed_at < DAY for row in rows):
		return
	calendars = reader.provider.calendars()
	reader.check_lease()
	listing.store_calendars(reader.connection, calendars)
	frappe.db.set_value(ROW, {"parent": reader.connection}, "listed_at", reader.now, update_modified=False)
	frappe.db.commit()
