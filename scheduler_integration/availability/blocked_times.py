"""Times that hosts have blocked, once or recurring."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import frappe
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.platform.packed import Group, packed, text
from scheduler_integration.platform.sql import value


@lru_cache
def blocked_query() -> str:
	"""Return the query of the `users` for times that end after `first` and begin before `last`, epoch seconds."""
	row = DocType("Blocked Time")
	sql: str = (
		frappe.qb.from_(row)
		.select(*packed([text(row.user), row.starts_at, row.ends_at, text(row.series), text(row.name)]))
		.where(row.user.isin(value("users")) & (row.ends_at > value("first")) & (row.starts_at < value("last")))
		.get_sql()
	)
	return sql


def read_blocked(groups: Iterable[Group], span: engine.Interval) -> dict[str, list[engine.Busy]]:
	"""Return each user's blocked times, from the rows of the query. Recurring ones are expanded within `span`."""
	blocked: dict[str, list[engine.Busy]] = defaultdict(list)
	for _shared, rows in groups:
		for user, start, end, series, name in rows:
			blocked[user] += blocks_of(start, end, series, name, span)
	return blocked


def blocks_of(start: int, end: int, series: str | None, name: str | None, span: engine.Interval) -> list[engine.Busy]:
	"""Return the blocks of one record of Blocked Time."""
	times = engine.occurrences(series, *span) if series else [(start, end)]
	return [engine.Busy(*each, name or "") for each in times]
