"""Times that hosts have blocked, once or recurring."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import frappe
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.platform.packed import Group, packed
from scheduler_integration.platform.sql import value


@lru_cache
def blocked_query() -> str:
	"""Return the query of the `users` for times that end after `first` and begin before `last`, epoch seconds."""
	row = DocType("Blocked Time")
	sql: str = (
		frappe.qb.from_(row)
		.select(*packed([row.user], [row.starts_at, row.ends_at, row.series, row.name]))
		.where(row.user.isin(value("users")) & (row.ends_at > value("first")) & (row.starts_at < value("last")))
		.groupby(row.user)
		.get_sql()
	)
	return sql


def read_blocked(groups: Iterable[Group], span: engine.Interval) -> dict[str, list[engine.Busy]]:
	"""Return each user's blocked times. Recurring blocked times are expanded within `span`."""
	blocked: dict[str, list[engine.Busy]] = defaultdict(list)
	for (user,), rows in groups:
		blocked[user] = [engine.Busy(start, end, name) for start, end, series, name in rows if not series]
		for *_times, series, name in rows:
			if series:
				blocked[user] += [engine.Busy(*occurrence, name) for occurrence in engine.occurrences(series, *span)]
	return blocked
