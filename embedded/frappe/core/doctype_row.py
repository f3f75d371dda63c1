"""Stands in for frappe.core.doctype.doctype: stores a definition as JSON, beside the columns that queries need."""

import json
from pathlib import Path
from typing import Any

import frappe
from frappe import _
from frappe.context import forget_memo
from frappe.model.document import Document

COLUMNS = ("module", "app", "istable", "issingle", "custom")
DEFINITION: dict = {
	"name": "DocType",
	"app": "frappe",
	"module": "Core",
	"autoname": "Prompt",
	"fields": [
		{"fieldname": "module", "fieldtype": "Data"},
		{"fieldname": "app", "fieldtype": "Data"},
		{"fieldname": "istable", "fieldtype": "Check"},
		{"fieldname": "issingle", "fieldtype": "Check"},
		{"fieldname": "custom", "fieldtype": "Check"},
		{"fieldname": "definition", "fieldtype": "Code"},
	],
	"permissions": [{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1}],
}


def definitions() -> list[dict]:
	"""Return Frappe's own DocTypes, with only the fields that the app reads and writes."""
	found = json.loads(Path(__file__).with_name("doctypes.json").read_text(encoding="utf-8"))
	for definition in found:
		definition["app"] = "frappe"
	return found


def write_definition(definition: dict) -> None:
	"""Store the DocType's definition and update its table."""
	row = {column: definition.get(column) or (0 if column in COLUMNS[2:] else None) for column in COLUMNS}
	row |= {"name": definition["name"], "definition": json.dumps(definition)}
	row |= {"modified": frappe.utils.now(), "creation": frappe.utils.now()}
	updates = ", ".join(f"`{column}` = excluded.`{column}`" for column in row if column not in ("name", "creation"))
	columns = ", ".join(f"`{column}`" for column in row)
	query = f"insert into `tabDocType` ({columns}) values %s on conflict do update set {updates}"
	frappe.db.sql(query, [list(row.values())])
	forget_memo()
	frappe.db.sync_table(frappe.get_meta(definition["name"]))
	for permission in definition.get("permissions", []):
		make_role(permission["role"])


def make_role(role: str) -> None:
	if frappe.db.table_exists("Role") and not frappe.db.exists("Role", role):
		frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(ignore_permissions=True)


class DocType(Document):
	"""The document of a DocType. Only custom DocTypes can be created and deleted here; an app's come from its JSON."""

	def __init__(self, data: Any, *args: Any, **kwargs: Any):
		super().__init__(data, *args, **kwargs)
		self._given = data

	def insert(self) -> "DocType":
		if not self.custom:
			raise NotImplementedError("A DocType made at run time has to be custom")
		self.check_permission("create")
		if frappe.db.exists("DocType", self.name):
			raise frappe.DuplicateEntryError("DocType", self.name)
		write_definition(self._given)
		frappe.db.commit()
		return self

	def save(self) -> "DocType":
		raise NotImplementedError("Changing a DocType in place; edit its JSON and migrate")

	def after_delete(self) -> None:
		if not self.custom:
			frappe.throw(_("Standard DocType can not be deleted."))
		frappe.db.commit()
		frappe.db.sql_ddl(f"drop table if exists `tab{self.name}`")
		forget_memo()
