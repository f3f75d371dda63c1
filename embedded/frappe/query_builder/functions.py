"""Stands in for frappe.query_builder.functions: the functions of PyPika."""

from frappe.missing import missing
from pypika.functions import *  # noqa: F403

__getattr__ = missing(__name__)
