"""Stands in for frappe.model.utils."""
