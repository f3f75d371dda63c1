"""Install, migrate and uninstall: what `bench` does with an app, on the embedded site."""

import importlib
import json
import shutil
from pathlib import Path
from typing import Any

import frappe
from cryptography.fernet import Fernet
from frappe.core.doctype_row import DEFINITION, make_role, write_definition
from frappe.core.doctypes import definitions
from frappe.model.meta import Meta
from frappe.utils.password import update_password

APP = "scheduler_integration"
STANDARD_ROLES = (
	"Administrator", "System Manager", "Guest", "All", "Desk User", "Sales User", "Sales Manager", "Sales Master Manager",
	"Website Manager",
)  # fmt: skip
LANGUAGES = {
	"en": "English", "de": "Deutsch", "fr": "Français", "es": "Español", "ar": "العربية", "he": "עברית", "it": "Italiano",
	"ja": "日本語", "nl": "Nederlands", "pt": "Português", "zh": "简体中文", "hi": "हिंदी", "pl": "Polski", "tr": "Türkçe",
}  # fmt: skip


def new_site(
	folder: Path, *, config: dict | None = None, time_zone: str = "Asia/Kolkata", password: str = "admin"
) -> None:
	"""Make the site's folder and file, Frappe's own DocTypes and records, and install the app."""
	folder.mkdir(parents=True, exist_ok=True)
	for sub in ("public/files", "private/files"):
		(folder / sub).mkdir(parents=True, exist_ok=True)
	settings = {"encryption_key": Fernet.generate_key().decode(), "db_name": "site", **(config or {})}
	(folder / "site_config.json").write_text(json.dumps(settings, indent=1))
	frappe.init(folder.name, str(folder.parent), force=True)
	frappe.connect()
	frappe.flags.in_install = True
	frappe.db.create_system_tables()
	frappe.local.memo["installed_apps"] = ["frappe"]
	frappe.db.sync_table(Meta(DEFINITION))
	for definition in definitions():
		write_definition(definition)
	frappe.db.set_global("installed_apps", json.dumps(["frappe"]))
	_core_records(time_zone, password)
	frappe.db.commit()
	frappe.flags.in_install = False
	install_app(APP)


def _core_records(time_zone: str, password: str) -> None:
	for role in STANDARD_ROLES:
		make_role(role)
	for definition in definitions():
		for permission in definition["permissions"]:
			make_role(permission["role"])
	for code, name in LANGUAGES.items():
		_insert("Language", language_code=code, language_name=name, enabled=1)
	for code, symbol in {"USD": "$", "EUR": "€", "GBP": "£", "INR": "₹"}.items():
		_insert("Currency", currency_name=code, symbol=symbol, enabled=1)
	_insert("User", first_name="Administrator", email="admin@example.com", is_admin=1, send_welcome_email=0)
	_insert("User", first_name="Guest", email="guest@example.com", is_guest=1, send_welcome_email=0)
	frappe.db.set_value("User", "Guest", "user_type", "Website User")
	update_password("Administrator", password)
	settings = {"language": "en", "time_zone": time_zone, "date_format": "yyyy-mm-dd", "number_format": "#,###.##"}
	frappe.get_doc("System Settings").update({**settings, "setup_complete": 1}).save()


def _insert(doctype: str, **values: Any) -> None:
	frappe.get_doc({"doctype": doctype, **values}).insert(ignore_permissions=True)


# Hooks of the desk change nothing here; any other hook that isn't implemented has to be refused.
HOOKS = """
	app_name app_title app_publisher app_description app_email app_license app_logo_url app_icon app_color app_home
	app_version required_apps add_to_apps_screen before_install after_install after_sync before_migrate after_migrate
	before_uninstall after_uninstall fixtures doc_events scheduler_events permission_query_conditions has_permission
	ignore_links_on_delete jinja override_whitelisted_methods website_route_rules page_renderer home_page before_request
	after_request before_job after_job app_include_css app_include_js web_include_css web_include_js doctype_js
	doctype_list_js doctype_calendar_js calendars user_data_fields export_python_type_annotations
	default_log_clearing_doctypes
"""


def check_hooks(app: str) -> None:
	unknown = {name for name in frappe.get_hooks(app_name=app) if name not in HOOKS.split()}
	if unknown:
		raise NotImplementedError(f"Hooks that the embedded site doesn't implement: {', '.join(sorted(unknown))}")


def install_app(app: str) -> None:
	frappe.flags.in_install = app
	module = importlib.import_module(f"{app}.hooks")
	check_hooks(app)
	_run_hook(module, "before_install")
	installed = frappe.get_installed_apps()
	frappe.db.set_global("installed_apps", json.dumps([*installed, app]))
	frappe.db.commit()
	frappe.clear_cache()
	sync_app(app)
	for patch in _patches(app)[1]:
		_remember(patch)
	_run_hook(module, "after_install")
	sync_fixtures(app)
	_run_hook(module, "after_sync")
	frappe.db.commit()
	frappe.flags.in_install = False
	frappe.clear_cache()


def _run_hook(module: Any, name: str) -> None:
	paths = getattr(module, name, [])
	for path in [paths] if isinstance(paths, str) else paths:
		frappe.get_attr(path)()


def sync_app(app: str) -> None:
	"""Bring the DocTypes to what the app's JSON says, then let their modules add indexes."""
	names = []
	for path in sorted(Path(frappe.get_app_path(app)).glob("*/doctype/*/*.json")):
		definition = json.loads(path.read_text(encoding="utf-8"))
		if definition.get("doctype") == "DocType":
			write_definition({**definition, "app": app})
			names.append(definition["name"])
	for name in names:
		meta = frappe.get_meta(name)
		folder = f"{app}.{frappe.scrub(meta.module)}.doctype.{frappe.scrub(name)}"
		module = importlib.import_module(f"{folder}.{frappe.scrub(name)}")
		if hasattr(module, "on_doctype_update"):
			module.on_doctype_update()
	frappe.db.commit()


def sync_fixtures(app: str) -> None:
	"""Records of `fixtures/*.json`, made or brought up to date."""
	frappe.flags.in_fixtures = True
	for path in sorted(Path(frappe.get_app_path(app, "fixtures")).glob("*.json")):
		for record in json.loads(path.read_text(encoding="utf-8")):
			known = frappe.db.exists(record["doctype"], record.get("name"))
			doc = frappe.get_doc(record["doctype"], record["name"]) if known else frappe.get_doc(record)
			if known:
				doc.update({k: v for k, v in record.items() if k not in ("modified", "creation", "owner", "docstatus")})
				doc.save(ignore_permissions=True)
			else:
				doc.insert(ignore_permissions=True, set_name=record.get("name"))
	frappe.flags.in_fixtures = False
	frappe.db.commit()


def _patches(app: str) -> tuple[list[str], list[str]]:
	"""The patches before the model is synced, and all of them."""
	section, before, every = "[pre_model_sync]", [], []
	for line in frappe.get_file_items(frappe.get_app_path(app, "patches.txt")):
		if line.startswith("["):
			section = line
			continue
		every.append(line)
		if section == "[pre_model_sync]":
			before.append(line)
	return before, every


def _remember(patch: str) -> None:
	frappe.db.sql("insert ignore into `tabPatch Log` values (%s, %s)", (patch, frappe.utils.now()))


def _run_patches(patches: list[str]) -> None:
	done = set(frappe.db.sql("select patch from `tabPatch Log`", pluck=True))
	for patch in patches:
		if patch not in done:
			frappe.flags.in_patch = True
			frappe.get_attr(f"{patch.split()[0]}.execute")()
			frappe.flags.in_patch = False
			_remember(patch)
			frappe.db.commit()


def migrate() -> None:
	"""Run new patches, sync DocTypes and fixtures, then the apps' after_migrate."""
	frappe.flags.in_migrate = True
	frappe.db.create_system_tables()
	for definition in definitions():
		write_definition(definition)
	for app in frappe.get_installed_apps()[1:]:
		module = importlib.import_module(f"{app}.hooks")
		check_hooks(app)
		_run_hook(module, "before_migrate")
		before, every = _patches(app)
		_run_patches(before)
		sync_app(app)
		_run_patches([patch for patch in every if patch not in before])
		sync_fixtures(app)
		_run_hook(module, "after_migrate")
	frappe.db.commit()
	frappe.flags.in_migrate = False
	frappe.clear_cache()


def uninstall_app(app: str) -> None:
	"""The app's own hook first, then its DocTypes with all their rows."""
	frappe.flags.in_uninstall = True
	_run_hook(importlib.import_module(f"{app}.hooks"), "before_uninstall")
	for name in frappe.db.sql("select name from `tabDocType` where app = %s", (app,), pluck=True):
		frappe.db.sql("delete from `tabSingles` where doctype = %s", (name,))
		frappe.db.delete("DocType", {"name": name})
		frappe.db.sql_ddl(f"drop table if exists `tab{name}`")
	apps = [known for known in frappe.get_installed_apps() if known != app]
	frappe.db.set_global("installed_apps", json.dumps(apps))
	_run_hook(importlib.import_module(f"{app}.hooks"), "after_uninstall")
	frappe.db.commit()
	frappe.flags.in_uninstall = False
	frappe.clear_cache()


def remove_site(folder: Path) -> None:
	shutil.rmtree(folder, ignore_errors=True)
