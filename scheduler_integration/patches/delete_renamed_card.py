"""Deletes the number card under its former name. The migration brings it as "Conversion rate of reports"."""

import frappe


def execute():
	frappe.delete_doc("Number Card", "Conversion of reports", force=True, ignore_missing=True)
