"""Stands in for frappe.desk.form.assign_to: a to-do says whose job a record is. Nobody is told of it here."""

from typing import Any

import frappe


def add(args: dict[str, Any], *, ignore_permissions: bool = False) -> None:
	about = {"reference_type": args["doctype"], "reference_name": args["name"]}
	for user in args["assign_to"]:
		todo = {"doctype": "ToDo", **about, "allocated_to": user, "description": args["description"]}
		frappe.get_doc({**todo, "status": "Open"}).insert(ignore_permissions=True)


def remove(doctype: str, name: str, assign_to: str, ignore_permissions: bool = False) -> None:
	about = {"reference_type": doctype, "reference_name": name, "allocated_to": assign_to}
	frappe.db.set_value("ToDo", about, "status", "Cancelled")
