"""PyPika's MySQL dialect, made to run; values are written as SQLite literals."""

import datetime
from typing import Any

import frappe
from frappe.database.dialect import DATETIME_FORMAT, time_text
from pypika import MySQLQuery, Order, terms
from pypika import Table as PypikaTable
from pypika.queries import QueryBuilder, Schema, _SetOperation

_format_plain = terms.ValueWrapper.get_formatted_value.__func__


def DocType(name: str, *args: Any, **kwargs: Any) -> PypikaTable:
	"""The table of a DocType; names that start with two underscores are tables as they are."""
	return PypikaTable(name if name.startswith("__") else f"tab{name}", *args, **kwargs)


Table = PypikaTable


class EmbeddedQuery(MySQLQuery):
	"""What `frappe.qb` is."""

	DocType = staticmethod(DocType)
	Table, Field, Schema = PypikaTable, terms.Field, Schema
	terms = terms
	desc, asc = Order.desc, Order.asc

	@classmethod
	def from_(cls, table: Any, *args: Any, **kwargs: Any) -> QueryBuilder:
		return super().from_(DocType(table) if isinstance(table, str) else table, *args, **kwargs)

	@classmethod
	def into(cls, table: Any, *args: Any, **kwargs: Any) -> QueryBuilder:
		return super().into(DocType(table) if isinstance(table, str) else table, *args, **kwargs)

	@classmethod
	def update(cls, table: Any, *args: Any, **kwargs: Any) -> QueryBuilder:
		return super().update(DocType(table) if isinstance(table, str) else table, *args, **kwargs)

	@staticmethod
	def functions(name: str, *args: Any, **kwargs: Any) -> terms.Function:
		return terms.Function(name, *args, **kwargs)

	@classmethod
	def get_query(cls, *args: Any, **kwargs: Any) -> QueryBuilder:
		raise NotImplementedError("The embedded site doesn't implement frappe.qb.get_query")


def _formatted(cls: type, value: Any, **kwargs: Any) -> str:
	"""Dates and times as Frappe stores them; PyPika would write the ISO form with a T."""
	if isinstance(value, datetime.datetime):
		value = value.strftime(DATETIME_FORMAT)
	elif isinstance(value, datetime.time):
		value = value.strftime("%H:%M:%S.%f")
	elif isinstance(value, datetime.timedelta):
		value = time_text(value)
	elif isinstance(value, bool):
		value = int(value)
	return _format_plain(cls, value, **kwargs)


def _run(query: Any, *args: Any, **kwargs: Any) -> Any:
	return frappe.db.sql(query.get_sql(), *args, **kwargs)


def _walk(query: Any) -> tuple[str, dict]:
	return query.get_sql(), {}


def install() -> None:
	"""Give PyPika's queries `run()` and `walk()`, and its values our formats."""
	terms.ValueWrapper.get_formatted_value = classmethod(_formatted)
	for builder in (QueryBuilder, _SetOperation):
		builder.run = _run
		builder.walk = _walk
