"""What a site needs beside the app's own DocTypes."""

import frappe

from scheduler_integration.custom_fields import remove_custom_fields, sync_custom_fields
from scheduler_integration.notifications.templates import TEMPLATES, body_source, subject_source

ROLES = ("Scheduling Manager", "Scheduling User")


def after_install() -> None:
	"""Makes the e-mail templates. The roles come as fixtures, after the DocTypes."""
	ensure_email_templates()
	ensure_core_indexes()
	sync_custom_fields()


def after_migrate() -> None:
	"""Makes the e-mail templates and the fields that a newer version of the app adds, and sets its new settings."""
	ensure_new_settings()
	ensure_email_templates()
	ensure_core_indexes()
	sync_custom_fields()


def after_app_change(_app: str) -> None:
	"""Another app came or went: so do the fields that link to its DocTypes."""
	sync_custom_fields()


def before_uninstall() -> None:
	"""Takes along what the app made in other apps' DocTypes, but for what people wrote: contacts, events, messages."""
	remove_custom_fields()
	for template in TEMPLATES.values():
		frappe.delete_doc("Email Template", template.record, ignore_missing=True, force=True)
	for role in ROLES:
		frappe.db.delete("Has Role", {"role": role})
		frappe.delete_doc("Role", role, ignore_missing=True, force=True)
	remove_desktop_entries()
	frappe.db.delete("Singles", {"doctype": "Scheduler Settings"})
	for job in frappe.get_all("Scheduled Job Type", {"method": ["like", "scheduler_integration.%"]}, pluck="name"):
		frappe.delete_doc("Scheduled Job Type", job, force=True)


def remove_desktop_entries() -> None:
	"""Takes the app's icon and sidebar off the desktop of Frappe 16, which itself looks for icons by the app's title alone.

	Not with delete_doc: in developer mode it would delete their files in the app's folder, too.
	"""
	for doctype in ("Desktop Icon", "Workspace Sidebar"):
		if not frappe.db.exists("DocType", doctype):
			continue
		names = frappe.get_all(doctype, {"app": "scheduler_integration"}, pluck="name")
		for table in frappe.get_meta(doctype).get_table_fields():
			frappe.db.delete(table.options, {"parenttype": doctype, "parent": ["in", names]})
		frappe.db.delete(doctype, {"name": ["in", names]})


def ensure_new_settings() -> None:
	"""Gives settings that came with a newer version their default: Frappe does so only for a form that was never saved."""
	single = frappe.qb.DocType("Singles")
	stored = set(
		frappe.qb.from_(single).select(single["field"]).where(single["doctype"] == "Scheduler Settings").run(pluck=True)
	)
	for field in frappe.get_meta("Scheduler Settings").fields if stored else ():
		if field.default and field.fieldname not in stored:
			frappe.db.set_single_value("Scheduler Settings", field.fieldname, field.default)


def ensure_core_indexes() -> None:
	"""Each booking looks its guest's address up among all contacts' addresses, under the hosts' locks.

	Frappe has no index there. Of two columns, because a migration drops one of a single column that its DocType doesn't name.
	"""
	frappe.db.add_index("Contact Email", ["email_id", "creation"])


def ensure_email_templates() -> None:
	"""Makes what is missing and leaves what is there: a fixture would undo an admin's words with each migration."""
	settings = frappe.get_doc("Scheduler Settings")
	for key, template in TEMPLATES.items():
		if not frappe.db.exists("Email Template", template.record):
			_insert_email_template(key)
		if not settings.get(template.setting):
			settings.set(template.setting, template.record)
	settings.save(ignore_permissions=True)


def _insert_email_template(key: str) -> None:
	frappe.get_doc(
		{
			"doctype": "Email Template",
			"name": TEMPLATES[key].record,
			"subject": subject_source(key),
			"use_html": 1,
			"response_html": body_source(key),
		}
	).insert(ignore_permissions=True)
