"""The busy times in hosts' own calendars, and whether what we know of a calendar can still be trusted.

A host can be met only if every calendar that counts was read lately, as far as the time in question. Otherwise the host is
busy throughout: nobody is booked over an event that we couldn't see. A host can choose to be offered all the same.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache

import frappe
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.prepared import value

HOUR = 3600
# In `Busy.label`, after the name of the Calendar Connection, of a time that an event takes.
_EVENT = "event"
# Switches of Calendar Connection, and the kind of busy time that each of them ignores.
_IGNORES = {"ignore_tentative": "tentative", "ignore_focus_time": "focus"}


class Distrust(Enum):
	"""Why a calendar isn't trusted for a time. The value is part of `Busy.label`."""

	UNREAD = "unread"
	REVOKED = "revoked"
	GONE = "gone"
	STALE = "stale"
	TOO_FAR = "too_far"


def load_busy_times(users: Iterable[str], span: engine.Interval, now: int) -> dict[str, list[engine.Busy]]:
	"""Return when each user is busy in `span` (epoch seconds, half-open), with one query.

	That includes times for which a calendar isn't trusted at `now`.
	"""
	limit, checked = stale_seconds(), set()
	values = {"users": tuple(users), "first": span[0], "last": span[1]}
	found: dict[str, list[engine.Busy]] = defaultdict(list)
	for row in frappe.db.sql(_query(), values, as_dict=True):
		if (row.connection, row.calendar) not in checked:
			checked.add((row.connection, row.calendar))
			found[row.user] += _distrusted(row, span, now, limit)
		if row.starts_at is not None and not any(row[switch] and row.kind == kind for switch, kind in _IGNORES.items()):
			found[row.user].append(engine.Busy(row.starts_at, row.ends_at, _label(row.connection, _EVENT)))
	return found


def stale_seconds() -> int:
	"""Return after how many seconds without a successful reading a calendar isn't trusted."""
	return (frappe.get_cached_doc("Scheduler Settings").calendar_stale_hours or 12) * HOUR


def distrust(status: str, state: str, synced_at: int | None, now: int, limit: int) -> Distrust | None:
	"""Return why a calendar isn't trusted at `now`, for whichever time. `limit` is that of `stale_seconds`.

	`status` is the connection's, `state` the calendar's.
	"""
	if status == "Reconnect needed":
		return Distrust.REVOKED
	if state == "Gone":
		return Distrust.GONE
	if not synced_at:
		return Distrust.UNREAD
	return Distrust.STALE if now - synced_at > limit else None


def of_calendar(label: str) -> tuple[str, Distrust | None] | None:
	"""Return the Calendar Connection of a busy time's label and why it isn't trusted. None for blocked time."""
	head, _colon, rest = label.partition(":")
	if head != "calendar":
		return None
	name, _colon, reason = rest.partition(":")
	return name, None if reason == _EVENT else Distrust(reason)


def _distrusted(row: frappe._dict, span: engine.Interval, now: int, limit: int) -> list[engine.Busy]:
	"""Return the part of the span for which the calendar isn't trusted."""
	if row.when_unreadable == "Offer my times all the same" or _reads_nothing(row):
		return []
	if reason := distrust(row.status, row.state, row.synced_at, now, limit):
		return [engine.Busy(*span, _label(row.connection, reason.value))]
	if row.window_until < span[1]:
		return [engine.Busy(max(row.window_until, span[0]), span[1], _label(row.connection, Distrust.TOO_FAR.value))]
	return []


def _reads_nothing(row: frappe._dict) -> bool:
	"""Whether the host chose no calendar of the connection. A new one has none yet, and counts as unread."""
	return row.calendar is None and row.status != "New"


def _label(connection: str, reason: str) -> str:
	return f"calendar:{connection}:{reason}"


@lru_cache
def _query() -> str:
	connection, calendar = DocType("Calendar Connection"), DocType("Connected Calendar")
	busy = DocType("Calendar Busy Time")
	overlaps = (busy.ends_at > value("first")) & (busy.starts_at < value("last"))
	return (
		frappe.qb.from_(connection)
		# Left, twice: a new connection without calendars and a calendar without busy times have a row too, which says
		# whether it is trusted.
		.left_join(calendar)
		.on((calendar.parent == connection.name) & ((calendar.check_conflicts == 1) | (calendar.write_bookings == 1)))
		.left_join(busy)
		.on((busy.calendar == calendar.name) & (busy.generation == calendar.generation) & overlaps)
		.select(
			connection.user,
			connection.name.as_("connection"),
			connection.status,
			connection.when_unreadable,
			connection.ignore_tentative,
			connection.ignore_focus_time,
			calendar.name.as_("calendar"),
			calendar.state,
			calendar.synced_at,
			calendar.window_until,
			busy.starts_at,
			busy.ends_at,
			busy.kind,
		)
		.where(connection.user.isin(value("users")) & (connection.is_active == 1))
		.get_sql()
	)
