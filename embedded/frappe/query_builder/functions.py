"""`frappe.query_builder.functions`: PyPika's."""

from frappe.missing import missing
from pypika.functions import *  # noqa: F403

__getattr__ = missing(__name__)
