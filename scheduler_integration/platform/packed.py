"""Queries that return their rows as one text.

PyMySQL, which Frappe 15 uses, is written in Python. Reading five hundred rows takes it longer than MariaDB needs to find
them, and reading the descriptions of ten columns longer than a small query. Python reads JSON with code in C, in an
eighth of the time. So each query returns two columns, whatever it selects:

	select null, concat(count(*), ' ', group_concat(concat('[', json_quote(user), ',', starts_at, ']'))) from …

	None    '2 ["jane@hosts.example",1795503600],["jane@hosts.example",1795505700]'

Two usual ways take MariaDB longer than finding the rows: GROUP BY, for which it stores and sorts them, and JSON_ARRAY.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import frappe
from pypika.functions import Cast, Concat, Count
from pypika.queries import QueryBuilder, Selectable
from pypika.terms import Function, NullValue, Term

# A row of more than 512 characters makes MariaDB use a table on disk, which takes longer than a small query.
_SHORT, _LONG = "CHAR(512)", "CHAR"
# MariaDB cuts the text of a query silently, by default at one megabyte. That is about 15,000 busy times.
_LONGEST_TEXT = 1 << 30


class Group(NamedTuple):
	"""Rows, and the fields that they share, if any.

	Numbers, texts and NULL (None) are as in the database. Dates and times are text, such as `2026-11-23`.
	"""

	shared: list[Any]
	rows: list[list[Any]]


def text(field: Term) -> Term:
	"""Return a field that isn't a number, for `packed` and the rows of `packed_apart`."""
	return Function("JSON_QUOTE", field)


def packed(fields: Iterable[Term]) -> tuple[Term, Term]:
	"""Return the columns of a query for `packed_together`: all its rows are one group. `fields` are numbers, or `text`."""
	return NullValue(), _rows(fields)


def packed_apart(shared: Iterable[Term], fields: Iterable[Term], source: QueryBuilder) -> tuple[Term, Selectable]:
	"""Return the same for a query each of whose rows has the `shared` fields of a group, with its rows from another table.

	`source` selects nothing yet, and its conditions name the outer query's tables.
	"""
	return Cast(Function("JSON_ARRAY", *shared), _SHORT), source.select(_rows(fields)).as_("text")


def _rows(fields: Iterable[Term]) -> Term:
	first, *others = (Function("IFNULL", field, "null") for field in fields)
	row = Concat("[", first, *(part for field in others for part in (",", field)), "]")
	# The same text works in MariaDB and SQLite. Both put a comma between rows.
	return Concat(Count("*"), " ", Function("GROUP_CONCAT", Cast(row, _SHORT)))


def packed_together(queries: Mapping[str, str], values: Mapping[str, object]) -> dict[str, list[Group]]:
	"""Run queries that select what `packed` or `packed_apart` returns as one statement. The rows of a group are in no order.

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
	for name, shared, found in rows:
		# Without rows it is NULL.
		count, _space, joined = (found or "0 ").partition(" ")
		unpacked = json.loads(f"[{joined}]")
		# If MariaDB cut the text within a row, `json` has raised ValueError. Here it was cut between two rows.
		if len(unpacked) != int(count):
			raise ValueError(f"{len(unpacked)} of {count} rows")
		groups[name].append(Group(json.loads(shared or "[]"), unpacked))
	return groups
