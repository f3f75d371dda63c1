"""A DocType as a document: its definition is kept as JSON beside the columns that queries ask for."""

import json
from typing import Any

import frappe
from frappe import _
from frappe.context import forget_memo
from frappe.model.document import Document
from frappe.types import _dict

COLUMNS = ("module", "app", "istable", "issingle", "custom")
DEFINITION: dict = {
	"name": "DocType",
	"app": "frappe",
	"module": "Core",
	"autoname": "Prompt",
	"fields": [
		{"fieldname": "module", "fieldtype": "Data", "label": "Module"},
		{"fieldname": "app", "fieldtype": "Data", "label": "App"},
		{"fieldname": "istable", "fieldtype": "Check", "label": "Is Child Table"},
		{"fieldname": "issingle", "fieldtype": "Check", "label": "Is Single"},
		{"fieldname": "custom", "fieldtype": "Check", "label": "Custom?"},
		{"fieldname": "definition", "fieldtype": "Code", "label": "Definition"},
	],
	"permissions": [{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1}],
}


def write_definition(definition: dict) -> None:
	"""Store what the DocType says, and make its table say the same."""
	row = {column: definition.get(column) or 0 for column in COLUMNS[2:]}
	row |= {"module": definition.get("module"), "app": definition.get("app"), "name": definition["name"]}
	row |= {"definition": json.dumps(definition), "modified": frappe.utils.now(), "creation": frappe.utils.now()}
	names = ", ".join(f"`{column}`" for column in row)
	updates = ", ".join(f"`{c}` = values(`{c}`)" for c in row if c not in ("name", "creation"))
	frappe.db.sql(
		f"insert into `tabDocType` ({names}) values ({', '.join(['%s'] * len(row))}) on duplicate key update {updates}",
		list(row.values()),
	)
	forget_memo()
	frappe.db.sync_table(frappe.get_meta(definition["name"]))
	for permission in definition.get("permissions", []):
		make_role(permission["role"])


def make_role(role: str) -> None:
	if frappe.db.table_exists("Role") and not frappe.db.exists("Role", role):
		frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(ignore_permissions=True)


class DocType(Document):
	"""Custom DocTypes may be made and deleted while the site runs; an app's come from its JSON."""

	def _init_from_dict(self, data: dict) -> None:
		self._given = {key: value for key, value in data.items() if not key.startswith("__")}
		super()._init_from_dict({k: v for k, v in data.items() if k not in ("fields", "permissions")})

	def insert(self, *args: Any, **kwargs: Any) -> "DocType":
		if not self._given.get("custom"):
			raise NotImplementedError("A DocType made at run time has to be custom")
		self.check_permission("create")
		if frappe.db.exists("DocType", self.name):
			raise frappe.DuplicateEntryError("DocType", self.name)
		write_definition(self._given)
		frappe.db.commit()
		return self

	def save(self, *args: Any, **kwargs: Any) -> "DocType":
		raise NotImplementedError("Changing a DocType in place; edit its JSON and migrate")

	def load_from_db(self) -> "DocType":
		super().load_from_db()
		definition = json.loads(self.definition)
		self.__dict__.update({key: value for key, value in definition.items() if key != "doctype"})
		self.fields = [_dict(field) for field in definition["fields"]]
		return self

	def after_delete(self) -> None:
		if not self.custom:
			frappe.throw(_("Standard DocType can not be deleted."))
		frappe.db.commit()
		frappe.db.sql_ddl(f"drop table if exists `tab{self.name}`")
		forget_memo()
