"""Fields that the app has only where another app's DocType is there to link to. They are data: nothing is patched."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

# The DocType that has to exist, and the fields it makes sense of.
CUSTOM_FIELDS = {
	"Holiday List": {
		"Availability Schedule": [
			{
				"fieldname": "holiday_list",
				"fieldtype": "Link",
				"options": "Holiday List",
				"label": "Holiday List",
				"description": "In place of the employee's own or their company's",
				"insert_after": "is_default",
			}
		]
	}
}
_CACHE_KEY = "scheduler_integration:optional_doctypes"
OPTIONAL_DOCTYPES = ("Holiday List", "Employee", "Company", "Leave Application", "Holiday List Assignment")


def optional_doctypes() -> frozenset[str]:
	"""Which of other apps' DocTypes the site has: asked of the database once, and again when apps come or go."""
	return frozenset(frappe.cache.get_value(_CACHE_KEY, generator=_existing))


def sync_custom_fields() -> None:
	"""Makes the fields whose DocType is there, and removes those whose DocType is gone."""
	frappe.cache.delete_value(_CACHE_KEY)
	for needed, fields in CUSTOM_FIELDS.items():
		if needed in optional_doctypes():
			create_custom_fields(fields)
		else:
			_remove(fields)


def remove_custom_fields() -> None:
	frappe.cache.delete_value(_CACHE_KEY)
	for fields in CUSTOM_FIELDS.values():
		_remove(fields)


def _existing() -> list[str]:
	return frappe.get_all("DocType", {"name": ["in", OPTIONAL_DOCTYPES]}, pluck="name", order_by="name")


def _remove(fields_by_doctype: dict[str, list[dict]]) -> None:
	for doctype, fields in fields_by_doctype.items():
		for field in fields:
			frappe.delete_doc("Custom Field", f"{doctype}-{field['fieldname']}", ignore_missing=True, force=True)
