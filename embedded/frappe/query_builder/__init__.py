"""`frappe.query_builder`: PyPika's MySQL dialect, with queries that run on `frappe.db`; values are SQLite literals."""

import datetime
from typing import Any

import frappe
from frappe.database.dialect import DATETIME_FORMAT, time_text
from frappe.missing import missing
from pypika import *  # noqa: F403
from pypika import MySQLQuery, Order, Table, terms
from pypika.queries import QueryBuilder, _SetOperation

_format_plain = terms.ValueWrapper.get_formatted_value.__func__


def DocType(name: str) -> Table:
	return Table(f"tab{name}")


class EmbeddedQuery(MySQLQuery):
	"""What `frappe.qb` is."""

	DocType = staticmethod(DocType)
	desc, asc = Order.desc, Order.asc


def _formatted(cls: type, value: Any, **kwargs: Any) -> str:
	"""Dates and times as Frappe stores them; PyPika would write the ISO form with a T."""
	if isinstance(value, datetime.datetime):
		value = value.strftime(DATETIME_FORMAT)
	elif isinstance(value, datetime.time):
		value = value.strftime("%H:%M:%S.%f")
	elif isinstance(value, datetime.timedelta):
		value = time_text(value)
	return _format_plain(cls, value, **kwargs)


def _run(query: Any, **kwargs: Any) -> Any:
	return frappe.db.sql(query.get_sql(), **kwargs)


terms.ValueWrapper.get_formatted_value = classmethod(_formatted)
QueryBuilder.run = _SetOperation.run = _run

__getattr__ = missing(__name__)
