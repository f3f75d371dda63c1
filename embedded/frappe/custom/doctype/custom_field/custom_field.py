"""`frappe.custom.doctype.custom_field.custom_field`, where apps import create_custom_fields from."""

from frappe.core.customizing import CustomField, create_custom_fields
from frappe.missing import missing

__all__ = ["CustomField", "create_custom_fields"]
__getattr__ = missing(__name__)
