"""Times that hosts have blocked, once or recurring."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

import frappe
from frappe.model.document import Document
from frappe.query_builder import DocType

from scheduler_integration import engine
from scheduler_integration.platform.sql import value


@lru_cache
def blocked_query() -> str:
	"""Return the query of the `users` for times that end after `first` and begin before `last`, epoch seconds."""
	row = DocType("Blocked Time")
	sql: str = (
		frappe.qb.from_(row)
		.select(row.user, row.starts_at, row.ends_at, row.series, row.name)
		.where(row.user.isin(value("users")) & (row.ends_at > value("first")) & (row.starts_at < value("last")))
		.get_sql()
	)
	return sql


def read_blocked(rows: Iterable[frappe._dict | Document], span: engine.Interval) -> dict[str, list[engine.Busy]]:
	"""Return each user's blocked times, from rows or records. Recurring blocked times are expanded within `span`."""
	blocked: dict[str, list[engine.Busy]] = defaultdict(list)
	for row in rows:
		times = engine.occurrences(row.series, *span) if row.series else [(row.starts_at, row.ends_at)]
		blocked[row.user] += [engine.Busy(start, end, row.name or "") for start, end in times]
	return blocked
