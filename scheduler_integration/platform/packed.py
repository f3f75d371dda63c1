"""Queries that return the rows of a group as one text.

PyMySQL, which Frappe 15 uses, is written in Python. Reading five hundred rows takes it longer than MariaDB needs to find
them, and reading the descriptions of ten columns longer than a small query. Python reads JSON with code in C, in an
eighth of the time. So each query returns two columns, whatever it selects:

	select json_array(user), json_array(count(*), group_concat(json_array(starts_at, ends_at))) from … group by user

	["jane@hosts.example"]    [2, "[1795503600, 1795504800],[1795505700, 1795506900]"]
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import frappe
from pypika.functions import Cast, Count
from pypika.queries import QueryBuilder, Selectable
from pypika.terms import Function, Term

# MariaDB makes a temporary table to group rows. With texts of more than 512 characters it is on disk, which takes longer
# than a small query.
_SHORT, _LONG = "CHAR(512)", "CHAR"
# MariaDB cuts the text of a group silently, by default at one megabyte. That is about 20,000 busy times of one host.
_LONGEST_TEXT = 1 << 30


class Group(NamedTuple):
	"""The fields that the rows of a group share, and the rows.

	Numbers, texts and NULL (None) are as in the database. Dates and times are text, such as `2026-11-23`.
	"""

	shared: list[Any]
	rows: list[list[Any]]


def packed(shared: Iterable[Term], fields: Iterable[Term]) -> tuple[Term, Term]:
	"""Return the columns of a query for `packed_together`. The query groups by the `shared` fields."""
	return _array(shared), _rows(fields)


def packed_apart(shared: Iterable[Term], fields: Iterable[Term], source: QueryBuilder) -> tuple[Term, Selectable]:
	"""Return the same for a query that doesn't group, with a group's rows from another table.

	`source` selects nothing yet, and its conditions name the outer query's tables. A join would take twice as long: MariaDB
	stores and sorts all its rows before it groups them.
	"""
	return _array(shared), source.select(_rows(fields)).as_("text")


def _array(fields: Iterable[Term]) -> Term:
	return Cast(Function("JSON_ARRAY", *fields), _SHORT)


def _rows(fields: Iterable[Term]) -> Term:
	# The same text works in MariaDB and SQLite. Both put a comma between rows.
	return Function("JSON_ARRAY", Count("*"), Function("GROUP_CONCAT", _array(fields)))


def packed_together(queries: Mapping[str, str], values: Mapping[str, object]) -> dict[str, list[Group]]:
	"""Run queries that select what `packed` returns as one statement. The rows of a group are in no order.

	Returns each query's groups under its name, which is plain letters.
	"""
	statement = " UNION ALL ".join(
		f"SELECT '{name}',{query.removeprefix('SELECT ')}" for name, query in queries.items()
	)
	try:
		return _by_query(queries, frappe.db.sql(statement, values))
	except ValueError:
		frappe.db.sql(f"set session group_concat_max_len = {_LONGEST_TEXT}")
		return _by_query(queries, frappe.db.sql(statement.replace(_SHORT, _LONG), values))


def _by_query(names: Iterable[str], rows: Iterable[Sequence[Any]]) -> dict[str, list[Group]]:
	groups: dict[str, list[Group]] = {name: [] for name in names}
	for name, shared, text in rows:
		count, joined = json.loads(text)
		unpacked = json.loads(f"[{joined or ''}]")
		# If MariaDB cut the text within a row, `json` has raised ValueError. Here it was cut between two rows.
		if len(unpacked) != count:
			raise ValueError(f"{len(unpacked)} of {count} rows")
		groups[name].append(Group(json.loads(shared), unpacked))
	return groups
