"""Stands in for frappe.query_builder: PyPika's MySQL dialect, run on `frappe.db`, with SQLite's literals."""

import datetime
from typing import Any

import frappe
from frappe.missing import missing
from pypika import *  # noqa: F403
from pypika import MySQLQuery, Order, Table, terms
from pypika.queries import QueryBuilder, _SetOperation

_format_plain = terms.ValueWrapper.get_formatted_value.__func__


def DocType(name: str) -> Table:
	return Table(f"tab{name}")


class EmbeddedQuery(MySQLQuery):
	"""The class of `frappe.qb`."""

	DocType = staticmethod(DocType)
	desc, asc = Order.desc, Order.asc


def _formatted(cls: type, value: Any, **kwargs: Any) -> str:
	"""Format datetimes as Frappe stores them. PyPika would write a T between date and time."""
	if isinstance(value, datetime.time | datetime.timedelta):
		raise NotImplementedError("A time of day in frappe.qb on the embedded site")
	if isinstance(value, datetime.datetime):
		value = value.isoformat(" ", "microseconds")
	return _format_plain(cls, value, **kwargs)


def _run(query: Any, **kwargs: Any) -> Any:
	return frappe.db.sql(query.get_sql(), **kwargs)


terms.ValueWrapper.get_formatted_value = classmethod(_formatted)
QueryBuilder.run = _SetOperation.run = _run

__getattr__ = missing(__name__)
