"""Custom fields that link to DocTypes of other apps. They exist only on sites that have these DocTypes."""

import frappe
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

# Custom fields by the DocType that they link to.
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
# Reports about leads are disabled on sites without these DocTypes.
_CRM = {"CRM Lead", "CRM Deal", "Lead", "Opportunity"}
_CRM_REPORTS = ("Booking Pipeline",)
_CACHE_KEY = "scheduler_integration:optional_doctypes"
OPTIONAL_DOCTYPES = (
	"Holiday List", "Employee", "Company", "Leave Application", "Holiday List Assignment",
	"CRM Deal", "CRM Lead", "CRM Contacts", "CRM Deal Status", "Opportunity", "Lead", "Customer",
)  # fmt: skip


def optional_doctypes() -> frozenset[str]:
	"""Return which DocTypes of other apps the site has. Cached until the next migration or change of apps."""
	return frozenset(frappe.cache.get_value(_CACHE_KEY, generator=_existing))


def sync_custom_fields() -> None:
	"""Create or update the fields whose DocType exists, and remove the others. The same for reports."""
	frappe.cache.delete_value(_CACHE_KEY)
	for needed, fields in CUSTOM_FIELDS.items():
		if needed in optional_doctypes():
			create_custom_fields(fields)
		else:
			_remove(fields)
	_show_reports()


def follow_other_apps() -> None:
	"""Do the same as `sync_custom_fields`, but don't update existing fields.

	Frappe also calls this in a dry run of an uninstallation. Saving a field commits the transaction, and would make
	permanent what hooks of the other app have done.
	"""
	frappe.cache.delete_value(_CACHE_KEY)
	for needed, fields in CUSTOM_FIELDS.items():
		if needed not in optional_doctypes():
			_remove(fields)
		elif not all(frappe.db.exists("Custom Field", name) for name in _names(fields)):
			create_custom_fields(fields)
	_show_reports()


def remove_custom_fields() -> None:
	"""Remove all fields, before the app is uninstalled."""
	frappe.cache.delete_value(_CACHE_KEY)
	for fields in CUSTOM_FIELDS.values():
		_remove(fields)


def _show_reports() -> None:
	if frappe.db.table_exists("Report"):
		is_off, reports = int(_CRM.isdisjoint(optional_doctypes())), {"name": ["in", _CRM_REPORTS]}
		frappe.db.set_value("Report", reports, "disabled", is_off, update_modified=False)


def _existing() -> list[str]:
	return frappe.get_all("DocType", {"name": ["in", OPTIONAL_DOCTYPES]}, pluck="name", order_by="name")


def _remove(fields_by_doctype: dict[str, list[dict]]) -> None:
	for name in _names(fields_by_doctype):
		frappe.delete_doc("Custom Field", name, ignore_missing=True, force=True)


def _names(fields_by_doctype: dict[str, list[dict]]) -> list[str]:
	return [f"{doctype}-{field['fieldname']}" for doctype, fields in fields_by_doctype.items() for field in fields]
