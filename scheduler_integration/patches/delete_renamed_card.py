"""Deletes the number card under its former name. The migration brings it as "Conversion rate of reports"."""

import frappe

OLD = "Conversion of reports"


def execute():
	# The embedded site has no desk, and so no number cards.
	if frappe.db.table_exists("Number Card"):
		frappe.delete_doc("Number Card", OLD, force=True, ignore_missing=True)
