"""Stands in for `bench new-site`, `migrate` and `uninstall-app`."""

import json
from configparser import ConfigParser
from pathlib import Path

import frappe
from cryptography.fernet import Fernet
from frappe.core.doctype_row import DEFINITION, definitions, write_definition
from frappe.model.meta import Meta
from frappe.utils.password import update_password

APP = "scheduler_integration"
# Hooks that only change the desk have no effect here. Any other hook that isn't implemented is refused.
HOOKS = """
	app_name app_title app_publisher app_description app_email app_license app_logo_url app_icon app_color app_home
	app_version required_apps auth_hooks add_to_apps_screen before_install after_install after_app_install after_app_uninstall
	before_migrate after_migrate before_uninstall after_uninstall fixtures scheduler_events permission_query_conditions
	has_permission ignore_links_on_delete website_redirects page_renderer after_request before_request before_job on_login doctype_js doctype_list_js
	doctype_calendar_js calendars doc_events booking_consequences user_data_fields export_python_type_annotations default_log_clearing_doctypes
	jinja override_doctype_dashboards extend_doctype_class
"""


def new_site(folder: Path, *, config: dict | None = None, time_zone: str = "Asia/Kolkata") -> None:
	"""Create the site's folder and database file, Frappe's own DocTypes and records, and install the app."""
	folder.mkdir(parents=True, exist_ok=True)
	settings = {"encryption_key": Fernet.generate_key().decode(), **(config or {})}
	(folder / "site_config.json").write_text(json.dumps(settings, indent=1))
	frappe.init(folder.name, str(folder.parent), force=True)
	frappe.connect()
	frappe.flags.in_install = True
	frappe.db.create_system_tables()
	frappe.db.set_global("installed_apps", json.dumps(["frappe"]))
	frappe.db.commit()
	frappe.db.sync_table(Meta(DEFINITION))
	for definition in definitions():
		write_definition(definition)
	frappe.db.add_index("Communication", ["reference_doctype", "reference_name"])
	sync_fixtures("frappe")
	update_password("Administrator", "admin")
	settings = {"language": "en", "time_zone": time_zone, "date_format": "yyyy-mm-dd", "number_format": "#,###.##"}
	frappe.get_doc("System Settings").update({**settings, "setup_complete": 1}).save()
	frappe.db.commit()
	frappe.flags.in_install = False
	install_app(APP)


def configure(folder: Path, config: dict) -> None:
	"""Change the given settings of an existing site's site_config.json."""
	path = folder / "site_config.json"
	settings = {**json.loads(path.read_text(encoding="utf-8")), **config}
	path.write_text(json.dumps(settings, indent=1))


def check_hooks(app: str) -> None:
	unknown = sorted(set(frappe.get_hooks(app_name=app)).difference(HOOKS.split()))
	if unknown:
		raise NotImplementedError(f"Hooks that the embedded site doesn't implement: {', '.join(unknown)}")


def install_app(app: str) -> None:
	frappe.flags.in_install = app
	check_hooks(app)
	_run_hook(app, "before_install")
	frappe.db.set_global("installed_apps", json.dumps([*frappe.get_installed_apps(), app]))
	frappe.db.commit()
	frappe.clear_cache()
	sync_app(app)
	for patch in [*_patches(app, "pre_model_sync"), *_patches(app, "post_model_sync")]:
		_remember(patch)
	_run_hook(app, "after_install")
	sync_fixtures(app)
	for path in frappe.get_hooks("after_app_install"):
		frappe.get_attr(path)(app)
	frappe.db.commit()
	frappe.flags.in_install = False
	frappe.clear_cache()


def _run_hook(app: str, name: str) -> None:
	for path in frappe.get_hooks(name, app_name=app):
		frappe.get_attr(path)()


def sync_app(app: str) -> None:
	"""Update the DocTypes from the app's JSON files, then let their modules add indexes."""
	app_path = Path(frappe.get_app_path(app))
	paths = sorted(app_path.glob("*/doctype/*/*.json"))
	for path in paths:
		write_definition({**json.loads(path.read_text(encoding="utf-8")), "app": app})
	for path in paths:
		module = frappe.get_module(".".join(path.relative_to(app_path.parent).with_suffix("").parts))
		if hasattr(module, "on_doctype_update"):
			module.on_doctype_update()
	frappe.db.commit()


def sync_fixtures(app: str) -> None:
	"""Create or update the records of `fixtures/*.json`."""
	for path in sorted(Path(frappe.get_app_path(app, "fixtures")).glob("*.json")):
		for record in json.loads(path.read_text(encoding="utf-8")):
			if frappe.db.exists(record["doctype"], record["name"]):
				doc = frappe.get_doc(record["doctype"], record["name"])
				doc.update(
					{key: value for key, value in record.items() if key not in ("modified", "creation", "owner")}
				)
				doc.save(ignore_permissions=True)
			else:
				frappe.get_doc(record).insert(ignore_permissions=True, set_name=record["name"])
	frappe.db.commit()


def _patches(app: str, section: str) -> list[str]:
	"""Return the patches that run before the DocTypes are synced ("pre_model_sync") or after ("post_model_sync")."""
	parser = ConfigParser(allow_no_value=True, delimiters="\n")
	parser.optionxform = str
	parser.read(frappe.get_app_path(app, "patches.txt"))
	return list(parser[section]) if parser.has_section(section) else []


def _remember(patch: str) -> None:
	frappe.db.sql("insert or ignore into `tabPatch Log` values (%s)", (patch,))


def _run_patches(app: str, section: str) -> None:
	done = frappe.db.sql("select patch from `tabPatch Log`", pluck=True)
	for patch in _patches(app, section):
		if patch not in done:
			frappe.get_attr(f"{patch.split()[0]}.execute")()
			_remember(patch)
			frappe.db.commit()


def migrate() -> None:
	"""Run new patches, sync DocTypes and fixtures, then run the apps' after_migrate."""
	frappe.flags.in_migrate = True
	frappe.db.create_system_tables()
	for definition in definitions():
		write_definition(definition)
	for app in frappe.get_installed_apps()[1:]:
		check_hooks(app)
		_run_hook(app, "before_migrate")
		_run_patches(app, "pre_model_sync")
		sync_app(app)
		_run_patches(app, "post_model_sync")
		sync_fixtures(app)
		_run_hook(app, "after_migrate")
	frappe.db.commit()
	frappe.flags.in_migrate = False
	frappe.clear_cache()


def uninstall_app(app: str) -> None:
	"""Run the app's own hook, then delete its DocTypes with all their rows."""
	_run_hook(app, "before_uninstall")
	for name in frappe.get_all("DocType", {"app": app}, pluck="name"):
		frappe.db.delete("Singles", {"doctype": name})
		frappe.db.delete("DocType", {"name": name})
		frappe.db.commit()
		frappe.db.sql_ddl(f"drop table if exists `tab{name}`")
	_run_hook(app, "after_uninstall")
	frappe.db.set_global("installed_apps", json.dumps([known for known in frappe.get_installed_apps() if known != app]))
	frappe.db.commit()
	frappe.clear_cache()
