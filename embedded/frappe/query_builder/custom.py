"""`frappe.query_builder.custom`: nothing of it is needed so far."""

from frappe.missing import missing

__getattr__ = missing(__name__)
