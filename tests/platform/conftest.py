"""DocTypes for these tests, with one field for each rule, two users with permissions, and one without."""

from collections.abc import Iterator

import frappe
import pytest

THING, ROW, SETTINGS = "Platform Thing", "Platform Row", "Platform Settings"
JANE, EVE, STRANGER = "platform-jane@example.com", "platform-eve@example.com", "platform-stranger@example.com"
PASSWORD = "correct-horse-battery-7"
ROLE = "Platform Tester"


def _field(name: str, kind: str, options: str | None = None, **properties: object) -> dict:
	return {"fieldname": name, "fieldtype": kind, "label": name.title(), "options": options, **properties}


_ROW = {
	"name": ROW,
	"istable": 1,
	"fields": [_field("label", "Data", reqd=1), _field("amount", "Int"), _field("at", "Time")],
}
_SETTINGS = {
	"name": SETTINGS,
	"issingle": 1,
	"fields": [
		_field("limit", "Int", default="7"),
		_field("on", "Check"),
		_field("secret", "Password"),
		_field("note", "Data"),
		_field("rows", "Table", ROW),
	],
	"permissions": [{"role": "System Manager", "read": 1, "write": 1, "create": 1}],
}
_THING = {
	"name": THING,
	"autoname": "format:THING-{title}",
	"fields": [
		_field("title", "Data", reqd=1, length=20),
		_field("kind", "Select", "Small\nLarge", default="Small"),
		_field("code", "Data", unique=1),
		_field("email", "Data", "Email"),
		_field("link_url", "Data", "URL"),
		_field("phone", "Data", "Phone"),
		_field("holder", "Link", "User"),
		_field("parent_thing", "Link", THING),
		_field("subject_type", "Link", "DocType"),
		_field("subject_name", "Dynamic Link", "subject_type"),
		_field("sealed", "Data", set_only_once=1),
		_field("count_of", "Int", non_negative=1),
		_field("ratio", "Float"),
		_field("is_on", "Check", default="1"),
		_field("day", "Date", default="Today"),
		_field("starts_on", "Datetime"),
		_field("time_of_day", "Time"),
		_field("body", "Text Editor"),
		_field("remark", "Small Text"),
		_field("snippet", "Code"),
		_field("password", "Password"),
		_field("secret_note", "Data", permlevel=1),
		_field("rows", "Table", ROW),
	],
	"permissions": [
		{"role": "System Manager", "read": 1, "write": 1, "create": 1, "delete": 1},
		{"role": "System Manager", "read": 1, "write": 1, "permlevel": 1},
		{"role": ROLE, "read": 1, "write": 1, "create": 1, "delete": 1, "if_owner": 1},
	],
}


@pytest.fixture(scope="session")
def _platform_records(site) -> Iterator[None]:
	"""Create and commit the records. DDL commits on MariaDB anyway, and the server must see them."""
	frappe.db.rollback()
	frappe.set_user("Administrator")
	_remove_records()
	frappe.get_doc({"doctype": "Role", "role_name": ROLE}).insert()
	for definition in (_ROW, _SETTINGS, _THING):
		frappe.get_doc({"doctype": "DocType", "module": "Core", "custom": 1, **definition}).insert()
	for email in (JANE, EVE, STRANGER):
		roles = [] if email == STRANGER else [{"role": ROLE}]
		values = {"first_name": email.split("-")[1].split("@")[0].title(), "last_name": "Platform", "roles": roles}
		frappe.get_doc(
			{"doctype": "User", "email": email, "new_password": PASSWORD, "send_welcome_email": 0, **values}
		).insert()
	frappe.db.commit()
	yield
	frappe.db.rollback()
	frappe.set_user("Administrator")
	_remove_records()


def _remove_records() -> None:
	for email in (JANE, EVE, STRANGER):
		frappe.db.delete("Contact Email", {"email_id": email})
		frappe.db.delete("Contact", {"email_id": email})
		if frappe.db.exists("User", email):
			frappe.delete_doc("User", email, force=True, ignore_permissions=True)
	for doctype in (THING, SETTINGS, ROW):
		if frappe.db.exists("DocType", doctype):
			frappe.delete_doc("DocType", doctype, force=True)
	if frappe.db.exists("Role", ROLE):
		frappe.delete_doc("Role", ROLE, force=True)
	frappe.db.commit()
	frappe.clear_cache()


@pytest.fixture(autouse=True)
def _records(_platform_records) -> None:
	"""Create the records for every test in this folder."""


@pytest.fixture
def thing():
	"""Insert a thing: `thing("a", kind="Large")`."""

	def make(title: str = "one", **values):
		return frappe.get_doc({"doctype": THING, "title": title, **values}).insert()

	return make


@pytest.fixture
def committed(commit_clean) -> Iterator[None]:
	"""Delete afterwards the things that the test commits, and everything that `commit_clean` deletes."""
	yield
	frappe.db.rollback()
	frappe.set_user("Administrator")
	frappe.db.delete(THING)
	frappe.db.delete(ROW)
	frappe.db.delete("Singles", {"doctype": SETTINGS})
	frappe.db.commit()
	frappe.clear_document_cache(SETTINGS, SETTINGS)
	frappe.db.commit()
