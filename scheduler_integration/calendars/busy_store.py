"""Stores busy times. The row of a calendar (Connected Calendar) has the number of the generation that counts.

A full reading writes a new generation beside the one that counts, and its last step switches to the new one. So while a
calendar is read again, its old busy times count.
"""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import frappe

from scheduler_integration import engine
from scheduler_integration.calendars.provider import Changes, RemoteEvent
from scheduler_integration.platform.clock import stamp
from scheduler_integration.platform.records import picked

_TABLE = "Calendar Busy Time"
_COLUMNS = (
	"name", "owner", "creation", "modified", "modified_by", "user", "connection", "calendar", "event", "generation",
	"starts_at", "ends_at", "kind", "all_day",
)  # fmt: skip
_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Place:
	"""The calendar whose busy times are stored: the name of its Connected Calendar. `window` are instants."""

	user: str
	connection: str
	calendar: str
	generation: int
	window: engine.Interval


def apply(place: Place, changes: Changes, own: Collection[str]) -> int:
	"""Replace the busy times of the changed events, and return how many were stored.

	`own` are the ids of events that are bookings of this site. They never make busy times. If an event comes twice, the last
	one counts. Applying a page again changes nothing.
	"""
	last = {event.id: event for event in changes.events}
	keys = [event_key(each) for each in {*last, *changes.removed}]
	for begin in range(0, len(keys), _CHUNK):
		part = keys[begin : begin + _CHUNK]
		filters = {**picked(place, "calendar", "generation"), "event": ("in", part)}
		# Only if there are rows: in InnoDB, a DELETE that finds no row locks a gap, in which others couldn't insert.
		if frappe.db.exists(_TABLE, filters):
			frappe.db.delete(_TABLE, filters)
	rows = [row for event in last.values() if event.id not in own for row in _rows(place, event)]
	if rows:
		frappe.db.bulk_insert(_TABLE, list(_COLUMNS), rows)
	return len(rows)


def clear(place: Place) -> None:
	"""Delete the busy times that an unfinished full reading has stored in this generation."""
	frappe.db.delete(_TABLE, picked(place, "calendar", "generation"))


def keep_only(calendar: str, generation: int) -> None:
	"""Delete all other generations of the calendar."""
	frappe.db.delete(_TABLE, {"calendar": calendar, "generation": ("!=", generation)})


def summary(place: Place, since: int) -> tuple[int, str]:
	"""Return the number of busy times that end after `since`, and a fingerprint of them."""
	busy = frappe.qb.DocType(_TABLE)
	rows = (
		frappe.qb.from_(busy)
		.select(busy.starts_at, busy.ends_at)
		.where((busy.calendar == place.calendar) & (busy.generation == place.generation) & (busy.ends_at > since))
		.orderby(busy.starts_at)
		.orderby(busy.ends_at)
		.run()
	)
	return len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()[:32]


def forget_connection(connection: str) -> None:
	frappe.db.delete(_TABLE, {"connection": connection})


def forget_unread_calendars(connection: str) -> None:
	"""Forget the busy times of calendars that are no longer read, and how far they were read.

	If such a calendar is chosen again, it is read from the start, and isn't trusted before that.
	"""
	calendar = frappe.qb.DocType("Connected Calendar")
	is_read = (calendar.check_conflicts == 1) | (calendar.write_bookings == 1)
	read = (
		frappe.qb.from_(calendar).select(calendar.name).where((calendar.parent == connection) & is_read).run(pluck=True)
	)
	filters = {"connection": connection, **({"calendar": ("not in", read)} if read else {})}
	if frappe.db.exists(_TABLE, filters):
		frappe.db.delete(_TABLE, filters)
	unread = {"parent": connection, "check_conflicts": 0, "write_bookings": 0, "synced_at": (">", 0)}
	frappe.db.set_value("Connected Calendar", unread, NEVER_READ, update_modified=False)


# The fields of a calendar that was never read.
NEVER_READ = {
	"sync_token": None,
	"next_page": None,
	"synced_at": None,
	"window_until": None,
	"full_at": None,
	"shadow": 0,
}


def event_key(external_id: str) -> str:
	"""Return a provider's id as 64 characters of 0-9a-f.

	Ids have up to 1,024 characters, and upper and lower case differ. MariaDB's usual collation takes `AbC` and `aBc` for the
	same id, so the busy times of both events would be deleted together.
	"""
	return hashlib.sha256(external_id.encode()).hexdigest()


def _rows(place: Place, event: RemoteEvent) -> Iterable[tuple]:
	written_at, key = stamp(), event_key(event.id)
	first, last = place.window
	for busy in event.busy:
		if busy.end > first and busy.start < last and busy.start < busy.end:
			yield (
				frappe.generate_hash(length=12), place.user, written_at, written_at, place.user, place.user, place.connection,
				place.calendar, key, place.generation, busy.start, busy.end, busy.kind, int(busy.all_day),
			)  # fmt: skip
