"""Creates and removes what the app needs beside its own DocTypes: messages, fields, indexes, roles."""

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.conferencing.notices import tell
from scheduler_integration.crm.form_scripts import ensure_form_scripts, remove_form_scripts
from scheduler_integration.domains.table import forget_table
from scheduler_integration.insights import export_files
from scheduler_integration.notifications.automations.preview import broken_templates
from scheduler_integration.notifications.defaults import ensure_messages, remove_templates
from scheduler_integration.outbox.tasks import reopen_failed_events
from scheduler_integration.permissions import managers
from scheduler_integration.platform.language import language_of
from scheduler_integration.platform.optional_apps import follow_other_apps, remove_custom_fields, sync_custom_fields

CORE_INDEXES = {"Contact Email": ("email_id", "creation"), "User": ("email", "creation")}
ROLES = ("Scheduling Manager", "Scheduling User")


def before_install() -> None:
	"""Refuse a site on PostgreSQL, and refresh Frappe's map of modules.

	Frappe keeps the map in Redis. With a map from before the app came, no DocType would be synced, and the installation
	would fail later.
	"""
	if frappe.db.db_type == "postgres":
		frappe.throw(
			_(
				"Scheduler Integration runs on MariaDB. What keeps hosts from being double-booked, its row locks and the"
				" order of its transactions, was proved there only. Install it on a site that was made with --db-type mariadb."
			)
		)
	frappe.cache.delete_value("app_modules")
	frappe.setup_module_map()


def after_install() -> None:
	"""Create the roles, the messages, an index, custom fields and buttons in Frappe CRM."""
	ensure_roles()
	store_default_settings()
	ensure_messages()
	ensure_core_indexes()
	sync_custom_fields()
	ensure_form_scripts()


def after_migrate() -> None:
	"""Add the settings, messages, indexes, custom fields and buttons that a newer version of the app brings."""
	ensure_roles()
	ensure_new_settings()
	ensure_messages()
	ensure_core_indexes()
	sync_custom_fields()
	ensure_form_scripts()
	reopen_failed_events()
	name_broken_templates()
	# Requests before the migration have stored that there are no domains.
	forget_table()


def after_app_change(app: str) -> None:
	"""Add or remove custom fields, and add buttons in Frappe CRM, after another app was installed or uninstalled."""
	# Frappe also calls this in a dry run of the app's own uninstallation. Fields that were removed must not come back.
	if app != "scheduler_integration":
		follow_other_apps()
		ensure_form_scripts()


def before_uninstall() -> None:
	"""Remove the app's records in DocTypes of Frappe. Contacts, events and messages are people's own, and are kept."""
	remove_custom_fields()
	remove_form_scripts()
	remove_templates()
	export_files.forget_all()
	for role in ROLES:
		frappe.db.delete("Has Role", {"role": role})
		frappe.delete_doc("Role", role, ignore_missing=True, force=True)
	remove_desktop_entries()
	frappe.db.delete("Singles", {"doctype": "Scheduler Settings"})
	# The values of Password fields.
	for doctype in frappe.get_all("DocType", {"module": "Scheduler Integration"}, pluck="name"):
		frappe.db.delete("__Auth", {"doctype": doctype})
	for job in frappe.get_all("Scheduled Job Type", {"method": ["like", "scheduler_integration.%"]}, pluck="name"):
		frappe.delete_doc("Scheduled Job Type", job, force=True)


def remove_desktop_entries() -> None:
	"""Remove the app's icons and sidebars from the desktop of Frappe 16.

	Frappe itself removes only icons with the app's title. It also creates icons that don't name the app. `delete_doc`
	isn't used, because in developer mode it deletes the app's files.
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
	"""Drop the indexes in Frappe's tables, unless this is a dry run.

	Frappe rolls a dry run back at its end, but changing a table would commit it. In a dry run, the app's own DocTypes
	still exist here.
	"""
	if not frappe.db.exists("DocType", "Booking"):
		drop_core_indexes()


def ensure_roles() -> None:
	"""Create the roles that are missing.

	As fixtures they would be deleted and inserted with each migration, and with them what admins set: two-factor
	authentication, the home page.
	"""
	for role in ROLES:
		if not frappe.db.exists("Role", role):
			# Installation and migration act for the site, not for a user whose permissions could apply.
			frappe.get_doc({"doctype": "Role", "role_name": role, "desk_access": 1}).insert(ignore_permissions=True)


def store_default_settings() -> None:
	"""Store the defaults of Scheduler Settings. Otherwise, setting one field first would leave all the others empty."""
	# The installation acts for the site, not for a user whose permissions could apply.
	frappe.get_doc("Scheduler Settings").save(ignore_permissions=True)


# Boxes for what a site did before it had them.
_AS_BEFORE = frozenset({"typed_text_in_calendars"})


def ensure_new_settings() -> None:
	"""Set new settings to their default. Frappe does this only if the settings were never saved.

	An upgrade switches nothing on: a new box stays unticked, unless the site behaved as if it was ticked.
	"""
	single = frappe.qb.DocType("Singles")
	stored = set(
		frappe.qb.from_(single).select(single["field"]).where(single["doctype"] == "Scheduler Settings").run(pluck=True)
	)
	for field in frappe.get_meta("Scheduler Settings").fields if stored else ():
		if field.default and field.fieldname not in stored:
			default = int(field.fieldname in _AS_BEFORE) if field.fieldtype == "Check" else field.default
			frappe.db.set_single_value("Scheduler Settings", field.fieldname, default)


def name_broken_templates() -> None:
	"""Tell each manager which Email Templates can't be rendered any more, unless they have that to read already."""
	for template, reason in broken_templates().items():
		for manager in managers():
			known = {"for_user": manager, "document_type": "Email Template", "document_name": template, "read": 0}
			if frappe.db.exists("Notification Log", known):
				continue
			with print_language(language_of(manager)):
				subject = _("The text of “{0}” is broken").format(template)
				told = _(
					"Its messages are sent with the app's text: {0}. Correct it, or delete it to get the app's text back."
				)
			tell(manager, "Email Template", template, subject, told.format(reason))


def ensure_core_indexes() -> None:
	"""Add indexes on the e-mail addresses of contacts and users.

	Each booking looks up its attendee's address in both tables while it holds the hosts' locks, and Frappe has no such
	indexes. Each index has two columns: a migration drops an index on a single column that isn't indexed in its DocType.
	"""
	for doctype, fields in CORE_INDEXES.items():
		frappe.db.add_index(doctype, list(fields))


def drop_core_indexes() -> None:
	"""Drop the indexes of `ensure_core_indexes`. Their names belong to a table in MariaDB, to the file in SQLite."""
	for doctype, fields in CORE_INDEXES.items():
		table = f" on `tab{doctype}`" if frappe.db.db_type == "mariadb" else ""
		frappe.db.sql_ddl(f"drop index if exists `{'_'.join(fields)}_index`{table}")
