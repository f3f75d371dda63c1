"""Queries that return the rows of a group as one text.

PyMySQL, which Frappe 15 uses, is written in Python: it takes longer to read five hundred rows than MariaDB takes to find
them, and longer to read the descriptions of ten columns than to run a small query. JSON is read by code in C, which
takes an eighth of the time. So a query asks for three columns, whatever it selects:

	select json_array(user), group_concat(json_array(starts_at, ends_at)), count(*) from … group by user

	["jane@hosts.example"]    [1795503600, 1795504800],[1795505700, 1795506900]    2
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import frappe
from pypika.functions import Count
from pypika.terms import Function, Term

# MariaDB cuts the text silently, by default at one megabyte. That is about 20,000 busy times of one host.
_LONGEST_TEXT = 1 << 30


class Group(NamedTuple):
	"""What the rows of a group share, and the rows.

	Numbers, texts and NULL (None) are as the database has them. Dates and times are text, such as `2026-11-23`.
	"""

	shared: list[Any]
	rows: list[list[Any]]


def packed(shared: Iterable[Term], fields: Iterable[Term]) -> tuple[Term, Term, Term]:
	"""Return the columns of a query for `packed_rows`. The query groups by the `shared` fields."""
	# Spelled alike in MariaDB and SQLite. The comma between rows is what both put there.
	return Function("JSON_ARRAY", *shared), Function("GROUP_CONCAT", Function("JSON_ARRAY", *fields)), Count("*")


def packed_rows(query: str, values: Mapping[str, object]) -> list[Group]:
	"""Run a query that selects what `packed` returns. The rows of a group are in no order.

	If a LEFT JOIN found nothing for a group, it has one row with None in all fields.
	"""
	found = frappe.db.sql(query, values)
	if any(_unpacked(text, count) is None for _shared, text, count in found):
		frappe.db.sql(f"set session group_concat_max_len = {_LONGEST_TEXT}")
		found = frappe.db.sql(query, values)
	return [Group(json.loads(shared), _unpacked(text, count) or []) for shared, text, count in found]


def _unpacked(text: str, count: int) -> list[list[Any]] | None:
	"""Return the rows, or None if the text was cut, be it within a row or between two."""
	try:
		rows = json.loads(f"[{text}]")
	except json.JSONDecodeError:
		return None
	return rows if len(rows) == count else None
