"""Stands in for frappe.desk."""
