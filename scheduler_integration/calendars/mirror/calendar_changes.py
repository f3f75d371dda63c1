"""Notices what hosts and attendees did with a booking's event in the calendar: moved it, deleted it, declined.

A page of changes is only a hint. It may be older than an event that the app wrote a second ago. So the provider is asked
for the event as it is now, before anything is stored.
"""

from collections.abc import Collection
from dataclasses import dataclass

import frappe

from scheduler_integration.calendars.busy_store import event_key
from scheduler_integration.calendars.mirror import rows
from scheduler_integration.calendars.provider import Changes, Provider, RemoteEvent
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.platform.records import record

_FIELDS = [
	"name", "booking", "user", "connection", "calendar_id", "subject", "session", "key", "uid", "event", "external_id",
	"etag", "starts_at", "ends_at", "state", "there_starts_at", "there_ends_at", "declined_by", "written_at", "told_at",
]  # fmt: skip
_KNOWN = (rows.STORED, rows.MOVED, rows.DELETED)
# The most changes that one minute's job tells people about. Later jobs tell the rest.
MOST = 100


@dataclass(frozen=True, slots=True)
class Finding:
	"""A Mirrored Event, and its event as the calendar has it now; None if the event is gone."""

	row: frappe._dict
	event: RemoteEvent | None


def look_into(provider: Provider, calendar: str, changes: Changes, now: int) -> list[Finding]:
	"""Return the events of bookings to come that may have been changed in this Connected Calendar, as they are now."""
	if not provider.kind.can_write:
		return []
	removed = {event_key(each) for each in changes.removed}
	changed = {event.mark or event.id: event for event in changes.events}
	suspects = [
		row
		for row in _rows(calendar, now)
		if row.event in removed or _differs(row, changed.get(row.key) or changed.get(row.external_id))
	]
	return [_found(provider, row) for row in suspects]


def missing_from(
	provider: Provider, calendar: str, seen: Collection[str], now: int, written_since: int = 0
) -> list[Finding]:
	"""Return the events, as they are now, that a reading should have found and didn't. `seen`: marks and ids of those found.

	A full reading finds all events. A reading of changes finds the events that were written since the reading before it
	(`written_since`). If the host deletes an event before it was ever read, some providers don't report that.
	"""
	if not provider.kind.can_write:
		return []
	expected = [row for row in _rows(calendar, now) if (row.written_at or 0) >= written_since]
	return [_found(provider, row) for row in expected if not {row.key, row.external_id} & set(seen)]


def note(findings: Collection[Finding]) -> None:
	"""Record the findings, unless the app has written the event meanwhile. The caller commits."""
	for finding in findings:
		current = frappe.db.get_value(rows.DOCTYPE, finding.row.name, _FIELDS, as_dict=True, for_update=True)
		if current and (current.etag, current.state) == (finding.row.etag, finding.row.state):
			values = _values(current, finding.event)
			changed = {field for field, value in values.items() if current.get(field) != value}
			if changed & {"state", "there_starts_at", "declined_by"}:
				values["told_at"] = None
			if changed:
				frappe.db.set_value(rows.DOCTYPE, current.name, values, update_modified=False)


def _values(row: frappe._dict, event: RemoteEvent | None) -> dict:
	if event is None:
		return {"state": rows.DELETED, "there_starts_at": None, "there_ends_at": None}
	is_moved = event.start is not None and (event.start, event.end) != (row.starts_at, row.ends_at)
	declined = sorted(address for address, reply in event.replies.items() if reply == "declined")
	return {
		"state": rows.MOVED if is_moved else rows.STORED,
		"there_starts_at": event.start if is_moved else None,
		"there_ends_at": event.end if is_moved else None,
		"declined_by": ", ".join(declined) or None,
	}


def _differs(row: frappe._dict, event: RemoteEvent | None) -> bool:
	if event is None:
		return False
	return any(row.get(field) != value for field, value in _values(row, event).items())


def _found(provider: Provider, row: frappe._dict) -> Finding:
	return Finding(row, provider.find(row.calendar_id, row.key, rows.stored_of(row)))


def _rows(calendar: str, now: int) -> list[frappe._dict]:
	filters = {"calendar": calendar, "state": ("in", _KNOWN), "ends_at": (">", now)}
	return frappe.get_all(rows.DOCTYPE, filters, _FIELDS)


@dataclass(frozen=True, slots=True)
class CalendarChange:
	"""A difference between a host's calendar and the booking. Instants are epoch seconds.

	`starts_at` and `ends_at` are the event's time there; None if the event was deleted. `declined_by` are e-mail addresses,
	separated by commas. `acts`: the host has chosen that the booking follows.
	"""

	name: str
	booking: str
	title: str
	user: str
	account: str
	starts_at: int | None
	ends_at: int | None
	is_deleted: bool
	declined_by: str
	acts: bool


def changes_of(user: str, now: int) -> list[CalendarChange]:
	"""Return the differences between the user's calendars and their coming bookings."""
	return _differences(now, {"user": user})


def changes_of_booking(name: str, user: str | None, now: int) -> list[CalendarChange]:
	"""Return how the user's calendars differ from the booking; with None, for managers, the calendars of all its hosts.

	The bookings of a session share one event, and so its changes.
	"""
	session = frappe.db.get_value("Booking", name, "session")
	meeting = {"session": session} if session else {"booking": name}
	return _differences(now, {**meeting, **({"user": user} if user else {})})


def untold_changes(now: int) -> list[CalendarChange]:
	"""Return changes of which nobody was told, and which no booking has followed yet: the next MOST by their start."""
	return _differences(now, {"told_at": None}, MOST)


def note_told(name: str, now: int) -> None:
	frappe.db.set_value(rows.DOCTYPE, name, "told_at", now, update_modified=False)


def _differences(now: int, only: dict[str, str | None], limit: int | None = None) -> list[CalendarChange]:
	"""Return the differences of coming meetings, with one query. `only` has values of the Mirrored Event."""
	row, booking = frappe.qb.DocType(rows.DOCTYPE), frappe.qb.DocType("Booking")
	connection = frappe.qb.DocType("Calendar Connection")
	differs = row.state.isin([rows.MOVED, rows.DELETED]) | ((row.state == rows.STORED) & (row.declined_by != ""))
	query = (
		frappe.qb.from_(row)
		.join(booking)
		.on(booking.name == row.booking)
		.join(connection)
		.on(connection.name == row.connection)
		.select(
			row.name, row.booking, row.user, row.session, row.state, row.there_starts_at, row.there_ends_at, row.declined_by,
			booking.subject, connection.account_name, connection.delete_cancels, connection.move_reschedules,
		)
		.where(differs & (row.ends_at > now) & booking.status.isin(sorted(LIVE)))
		.orderby(row.starts_at)
	)  # fmt: skip
	for field, value in only.items():
		query = query.where(row[field].isnull() if value is None else row[field] == value)
	return [_change(each) for each in (query.limit(limit) if limit else query).run(as_dict=True)]


def _change(row: frappe._dict) -> CalendarChange:
	is_deleted, is_moved = row.state == rows.DELETED, row.state == rows.MOVED
	acts = (is_deleted and row.delete_cancels) or (is_moved and row.move_reschedules)
	return record(
		CalendarChange,
		row,
		title=row.subject or "",
		account=row.account_name or "",
		starts_at=row.there_starts_at,
		ends_at=row.there_ends_at,
		is_deleted=is_deleted,
		acts=bool(acts) and not row.session,
	)
