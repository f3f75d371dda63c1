"""Stands in for frappe.model: the fields that every document has, and the field types without data."""

DEFAULT_FIELDS = ("name", "owner", "creation", "modified", "modified_by", "docstatus", "idx")
CHILD_FIELDS = ("parent", "parentfield", "parenttype")
TABLE_TYPES = ("Table", "Table MultiSelect")
LAYOUT_TYPES = ("Section Break", "Column Break", "Tab Break", "HTML", "Button", "Heading")
