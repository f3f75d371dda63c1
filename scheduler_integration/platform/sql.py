"""Statements whose text is built without the query builder, or once and kept.

The query builder takes longer to write a query than the database takes to run it. Values that differ from request to
request are placeholders in the text, and `frappe.db.sql` gets them separately.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import frappe
from pypika import Case
from pypika.terms import Field, Parameter

from scheduler_integration.platform.clock import stamp


def value(name: str) -> Parameter:
	"""Return the placeholder of a value, or of a tuple after IN, that `frappe.db.sql` gets under this name."""
	return Parameter(f"%({name})s")


def field_by_name(doctype: str, names: Iterable[str | None], field: str) -> dict[str, Any]:
	"""Return a field of the records with these names, by name. Those that don't exist are missing."""
	wanted, row = sorted({name for name in names if name}), frappe.qb.DocType(doctype)
	return dict(frappe.qb.from_(row).select(row.name, row[field]).where(row.name.isin(wanted)).run()) if wanted else {}


def insert_rows(doctype: str, fields: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
	"""Insert a few rows with one statement, without running hooks. `rows` has at least one.

	For thousands of rows use Frappe's `bulk_insert`. It is slower for a few, because it uses the query builder for each row.
	"""
	columns, row = ", ".join(f"`{field}`" for field in fields), ", ".join(["%s"] * len(fields))
	places = ", ".join([f"({row})"] * len(rows))
	frappe.db.sql(f"insert into `tab{doctype}` ({columns}) values {places}", [each for row in rows for each in row])


def update_rows(doctype: str, rows: Mapping[str, Mapping[str, object]], *, notes_change: bool = True) -> None:
	"""Store new values of these records, by name, with one statement. Hooks don't run.

	All have values for the same fields. With `notes_change` also who changes them, and when.
	"""
	if not rows:
		return
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.update(table).where(table.name.isin(list(rows)))
	if notes_change:
		query = query.set(table.modified, stamp()).set(table.modified_by, frappe.session.user)
	for field in next(iter(rows.values())):
		query = query.set(table[field], _by_name(table.name, {name: values[field] for name, values in rows.items()}))
	query.run()


def _by_name(column: Field, values: Mapping[str, object]) -> object:
	first, *others = values.values()
	if all(other == first for other in others):
		return first
	case = Case()
	for name, value in values.items():
		case = case.when(column == name, value)
	return case
