"""Statements whose text is built without the query builder, or once and kept.

The query builder takes longer to write a query than the database takes to run it. Values that differ from request to
request are placeholders in the text, and `frappe.db.sql` gets them separately.
"""

from collections.abc import Sequence

import frappe
from pypika.terms import Parameter


def value(name: str) -> Parameter:
	"""Return the placeholder of a value, or of a tuple after IN, that `frappe.db.sql` gets under this name."""
	return Parameter(f"%({name})s")


def insert_rows(doctype: str, fields: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
	"""Insert a few rows with one statement, without running hooks. `rows` has at least one.

	For thousands of rows use Frappe's `bulk_insert`. It is slower for a few, because it uses the query builder for each row.
	"""
	columns, row = ", ".join(f"`{field}`" for field in fields), ", ".join(["%s"] * len(fields))
	places = ", ".join([f"({row})"] * len(rows))
	frappe.db.sql(f"insert into `tab{doctype}` ({columns}) values {places}", [each for row in rows for each in row])
