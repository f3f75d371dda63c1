"""What a site needs beside the app's own DocTypes."""

import frappe

from scheduler_integration.custom_fields import follow_other_apps, remove_custom_fields, sync_custom_fields
from scheduler_integration.notifications.templates import TEMPLATES, body_source, subject_source

ROLES = ("Scheduling Manager", "Scheduling User")


def before_install() -> None:
	"""Lets Frappe know the app's module.

	Frappe keeps a map of all apps' modules in Redis. If it is older than the app, no DocType would be synced, and the
	installation would fail later on.
	"""
	frappe.cache.delete_value("app_modules")
	frappe.setup_module_map()


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


def after_app_change(app: str) -> None:
	"""Another app came or went: so do the fields that link to its DocTypes."""
	# A dry run of this app's own uninstallation ends here as well, and must not make again what it took away.
	if app != "scheduler_integration":
		follow_other_apps()


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
	"""Takes the app's icons and sidebars off the desktop of Frappe 16, also those that Frappe made without naming the app.

	Frappe itself finds icons by the app's title alone. Not with delete_doc, which in developer mode deletes the app's files.
	"""
	if not frappe.db.exists("DocType", "Workspace Sidebar"):
		return
	sidebars = frappe.get_all(
		"Workspace Sidebar",
		or_filters={"app": "scheduler_integration", "module": "Scheduler Integration"},
		pluck="name",
	)
	icons = frappe.get_all(
		"Desktop Icon", or_filters={"app": "scheduler_integration", "link_to": ["in", sidebars]}, pluck="name"
	)
	for doctype, names in (("Workspace Sidebar", sidebars), ("Desktop Icon", icons)):
		for table in frappe.get_meta(doctype).get_table_fields():
			frappe.db.delete(table.options, {"parenttype": doctype, "parent": ["in", names]})
		frappe.db.delete(doctype, {"name": ["in", names]})


def after_uninstall() -> None:
	"""Drops the index in another app's table.

	A dry run calls this too, before it rolls everything back: a change of a table would commit it. Only after a dry run
	are the app's own DocTypes still there.
	"""
	if not frappe.db.exists("DocType", "Booking"):
		drop_core_indexes()


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


def drop_core_indexes() -> None:
	"""MariaDB names an index per table, PostgreSQL per schema."""
	table = " on `tabContact Email`" if frappe.db.db_type == "mariadb" else ""
	frappe.db.sql_ddl(f"drop index if exists `email_id_creation_index`{table}")


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
