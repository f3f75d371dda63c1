"""Stands in for frappe.desk.form."""
