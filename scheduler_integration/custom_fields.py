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
	"""Makes the fields whose DocType is there, or brings them up to date, and removes those whose DocType is gone."""
	frappe.cache.delete_value(_CACHE_KEY)
	for needed, fields in CUSTOM_FIELDS.items():
		if needed in optional_doctypes():
			create_custom_fields(fields)
		else:
			_remove(fields)


def follow_other_apps() -> None:
	"""Like `sync_custom_fields`, but leaves fields that exist as they are.

	Frappe calls this in a dry run of an uninstallation too. Saving a field commits, and with it everything that the other
	app's hooks have done so far.
	"""
	frappe.cache.delete_value(_CACHE_KEY)
	for needed, fields in CUSTOM_FIELDS.items():
		if needed not in optional_doctypes():
			_remove(fields)
		elif not all(frappe.db.exists("Custom Field", name) for name in _names(fields)):
			create_custom_fields(fields)


def remove_custom_fields() -> None:
	frappe.cache.delete_value(_CACHE_KEY)
	for fields in CUSTOM_FIELDS.values():
		_remove(fields)


def _existing() -> list[str]:
	return frappe.get_all("DocType", {"name": ["in", OPTIONAL_DOCTYPES]}, pluck="name", order_by="name")


def _remove(fields_by_doctype: dict[str, list[dict]]) -> None:
	for name in _names(fields_by_doctype):
		frappe.delete_doc("Custom Field", name, ignore_missing=True, force=True)


def _names(fields_by_doctype: dict[str, list[dict]]) -> list[str]:
	return [f"{doctype}-{field['fieldname']}" for doctype, fields in fields_by_doctype.items() for field in fields]
