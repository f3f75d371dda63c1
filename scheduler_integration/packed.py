"""Queries that return the rows of a group as one text.

PyMySQL, which Frappe 15 uses, is written in Python: it takes longer to read five hundred rows than MariaDB takes to find
them, and longer to read the descriptions of ten columns than to run a small query. JSON is read by code in C, which
takes an eighth of the time. So a query asks for two columns, whatever it selects:

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

# MariaDB makes a temporary table for what it groups: in memory for texts of at most 512 characters, otherwise on disk, which
# takes longer than a small query.
_SHORT, _LONG = "CHAR(512)", "CHAR"
# MariaDB cuts the text of a group silently, by default at one megabyte. That is about 20,000 busy times of one host.
_LONGEST_TEXT = 1 << 30


class Group(NamedTuple):
	"""What the rows of a group share, and the rows.

	Numbers, texts and NULL (None) are as the database has them. Dates and times are text, such as `2026-11-23`.
	"""

	shared: list[Any]
	rows: list[list[Any]]


def packed(shared: Iterable[Term], fields: Iterable[Term]) -> tuple[Term, Term]:
	"""Return the columns of a query for `packed_rows`. The query groups by the `shared` fields."""
	return _array(shared), _rows(fields)


def packed_apart(shared: Iterable[Term], fields: Iterable[Term], source: QueryBuilder) -> tuple[Term, Selectable]:
	"""Return the same for a query that doesn't group, with a group's rows from another table.

	`source` selects nothing yet, and its conditions name the outer query's tables. MariaDB groups a join only after it has
	stored and sorted all its rows, which takes twice as long.
	"""
	return _array(shared), source.select(_rows(fields)).as_("text")


def _array(fields: Iterable[Term]) -> Term:
	return Cast(Function("JSON_ARRAY", *fields), _SHORT)


def _rows(fields: Iterable[Term]) -> Term:
	# Spelled alike in MariaDB and SQLite. The comma between rows is what both put there.
	return Function("JSON_ARRAY", Count("*"), Function("GROUP_CONCAT", _array(fields)))


def packed_rows(query: str, values: Mapping[str, object]) -> list[Group]:
	"""Run a query that selects what `packed` returns. The rows of a group are in no order.

	If a LEFT JOIN found nothing for a group, it has one row with None in all fields. `packed_apart` gives it no row.
	"""
	return packed_together({"rows": query}, values)["rows"]


def packed_together(queries: Mapping[str, str], values: Mapping[str, object]) -> dict[str, list[Group]]:
	"""Run several such queries as one statement. Return the groups of each by its name, which is plain letters."""
	statement = " UNION ALL ".join(
		f"SELECT '{name}',{query.removeprefix('SELECT ')}" for name, query in queries.items()
	)
	try:
		return _by_query(queries, frappe.db.sql(statement, values))
	except ValueError:
		frappe.db.sql(f"set session group_concat_max_len = {_LONGEST_TEXT}")
		return _by_query(queries, frappe.db.sql(statement.replace(_SHORT, _LONG), values))


def _by_query(names: Iterable[str], found: Iterable[Sequence[Any]]) -> dict[str, list[Group]]:
	groups: dict[str, list[Group]] = {name: [] for name in names}
	for name, shared, text in found:
		groups[name].append(Group(json.loads(shared), _unpacked(text)))
	return groups


def _unpacked(text: str) -> list[list[Any]]:
	"""Return the rows of a group. Raises ValueError if MariaDB cut a text, be it within a row or between two."""
	count, joined = json.loads(text)
	rows = json.loads(f"[{joined or ''}]")
	if len(rows) != count:
		raise ValueError(f"{len(rows)} of {count} rows")
	return rows
