"""DocTypes with the fields that the app reads of another app's, for sites that don't have that app."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import frappe
import pytest

from scheduler_integration.custom_fields import sync_custom_fields

RIGHTS = ("read", "write", "create", "delete")
Definitions = Mapping[str, dict[str, Any]]


def field(name: str, kind: str, options: str | None = None, **properties: Any) -> dict[str, Any]:
	label = name.replace("_", " ").title()
	return {"fieldname": name, "fieldtype": kind, "label": label, "options": options, **properties}


@contextmanager
def standing_in(definitions: Definitions) -> Iterator[None]:
	"""Made and dropped with a commit: DDL commits anyway on MariaDB. Skips the tests where the site has the real ones."""
	frappe.db.rollback()
	frappe.set_user("Administrator")
	if frappe.get_all("DocType", {"name": ["in", [*definitions]], "custom": 0}):
		pytest.skip("the site has the real DocTypes")
	make(definitions)
	yield
	frappe.db.rollback()
	frappe.set_user("Administrator")
	drop(definitions)


def make(definitions: Definitions) -> None:
	"""In their order: a DocType comes after those that it links to."""
	drop(definitions)
	for name, definition in definitions.items():
		managers = [{"role": "System Manager", **dict.fromkeys(RIGHTS, 1)}]
		permissions = [] if definition.get("istable") else managers
		doctype = {"doctype": "DocType", "name": name, "module": "Core", "custom": 1, "permissions": permissions}
		frappe.get_doc({**doctype, **definition}).insert()
	sync_custom_fields()
	frappe.db.commit()


def drop(definitions: Definitions) -> None:
	for name in reversed([*definitions]):
		if frappe.db.exists("DocType", name):
			frappe.delete_doc("DocType", name, force=True)
	sync_custom_fields()
	frappe.db.commit()
