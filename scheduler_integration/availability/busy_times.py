"""The busy times in hosts' own calendars, and whether what we know of a calendar can still be trusted.

A host is free only if each of their conflict calendars was read lately, as far ahead as that time. Otherwise the host
counts as busy. Nobody can book over an event that the app hasn't seen. A host can choose to be offered nevertheless.
"""

from collections import defaultdict
from collections.abc import Iterable
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import frappe
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.platform.packed import Group, packed_apart, text
from scheduler_integration.platform.sql import value

HOUR = 3600
# If an event takes the time, this word follows the name of the Calendar Connection in `Busy.label`.
_EVENT = "event"


class Distrust(Enum):
	"""The reasons why a calendar isn't trusted for a time. The value is part of `Busy.label`."""

	UNREAD = "unread"
	REVOKED = "revoked"
	GONE = "gone"
	STALE = "stale"
	TOO_FAR = "too_far"


def read_busy_times(groups: Iterable[Group], span: engine.Interval, now: int) -> dict[str, list[engine.Busy]]:
	"""Return when each user is busy in `span` (epoch seconds, half-open).

	If a calendar isn't trusted for some time at `now`, the user is busy then too.
	"""
	limit = stale_seconds()
	busy: dict[str, list[engine.Busy]] = defaultdict(list)
	for (user, connection, calendar, *facts), rows in groups:
		about = _About(*facts)
		busy[user] += _distrusted(connection, calendar, about, span, now, limit)
		label, ignored = _label(connection, _EVENT), about.ignored_kinds()
		busy[user] += [engine.Busy(start, end, label) for start, end, kind in rows if kind not in ignored]
	return busy


class _About(NamedTuple):
	"""The fields that the query returns for a connection and one of its calendars."""

	status: str
	when_unreadable: str | None
	ignores_tentative: int
	ignores_focus_time: int
	state: str | None
	synced_at: int | None
	window_until: int | None

	def ignored_kinds(self) -> set[str]:
		switches = {"tentative": self.ignores_tentative, "focus": self.ignores_focus_time}
		return {kind for kind, is_on in switches.items() if is_on}


def stale_seconds() -> int:
	"""Return after how many seconds without a successful reading a calendar isn't trusted."""
	return (frappe.get_cached_doc("Scheduler Settings").calendar_stale_hours or 12) * HOUR


def distrust(status: str, state: str | None, synced_at: int | None, now: int, limit: int) -> Distrust | None:
	"""Return why a calendar isn't trusted at all at `now`; None if it is. `limit` is what `stale_seconds` returns.

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
	"""Return the Calendar Connection in a busy time's label, and why it isn't trusted, if so. None for blocked time."""
	head, _colon, rest = label.partition(":")
	if head != "calendar":
		return None
	name, _colon, reason = rest.partition(":")
	return name, None if reason == _EVENT else Distrust(reason)


def _distrusted(
	connection: str, calendar: str | None, about: _About, span: engine.Interval, now: int, limit: int
) -> list[engine.Busy]:
	"""Return the part of the span for which the calendar isn't trusted."""
	# A new connection has no calendar yet, and counts as unread. Later it may have none because the host chose none.
	reads_nothing = calendar is None and about.status != "New"
	if about.when_unreadable == "Offer my times all the same" or reads_nothing:
		return []
	if reason := distrust(about.status, about.state, about.synced_at, now, limit):
		return [engine.Busy(*span, _label(connection, reason.value))]
	until = about.window_until or 0
	if until < span[1]:
		return [engine.Busy(max(until, span[0]), span[1], _label(connection, Distrust.TOO_FAR.value))]
	return []


def _label(connection: str, reason: str) -> str:
	return f"calendar:{connection}:{reason}"


@lru_cache
def busy_query() -> str:
	"""Return the query of the `users` for times that end after `first` and begin before `last`, epoch seconds."""
	connection, calendar = DocType("Calendar Connection"), DocType("Connected Calendar")
	busy = DocType("Calendar Busy Time")
	shared = (
		connection.user,
		connection.name,
		calendar.name,
		connection.status,
		connection.when_unreadable,
		connection.ignore_tentative,
		connection.ignore_focus_time,
		calendar.state,
		calendar.synced_at,
		calendar.window_until,
	)
	overlaps = (busy.ends_at > value("first")) & (busy.starts_at < value("last"))
	times = frappe.qb.from_(busy).where(
		(busy.calendar == calendar.name) & (busy.generation == calendar.generation) & overlaps
	)
	sql: str = (
		frappe.qb.from_(connection)
		# A left join: a new connection without calendars needs a row too, so that it isn't trusted.
		.left_join(calendar)
		.on((calendar.parent == connection.name) & ((calendar.check_conflicts == 1) | (calendar.write_bookings == 1)))
		.select(*packed_apart(shared, [busy.starts_at, busy.ends_at, text(busy.kind)], times))
		.where(connection.user.isin(value("users")) & (connection.is_active == 1))
		.get_sql()
	)
	return sql
