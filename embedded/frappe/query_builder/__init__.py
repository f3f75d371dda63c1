"""`frappe.query_builder`: PyPika, with queries that run on `frappe.db`."""
# ruff: noqa: F401

from frappe.missing import missing
from frappe.query_builder.builder import DocType, EmbeddedQuery, Table, install
from pypika import *  # noqa: F403
from pypika import Field

install()


def Column(name: str, *args, **kwargs) -> Field:
	return Field(name, *args, **kwargs)


__getattr__ = missing(__name__)
