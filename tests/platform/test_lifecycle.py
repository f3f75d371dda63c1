"""Custom fields; on the embedded site also: a second migration changes nothing, and uninstalling leaves nothing."""

import json
import subprocess
import sys

import frappe
import pytest
from frappe.custom.doctype.custom_field.custom_field import create_custom_fields

from tests.platform.conftest import THING
from tests.support.site import ROOT, on_real_site

only_embedded = pytest.mark.skipif(on_real_site(), reason="makes and removes embedded sites")


@pytest.fixture
def extra_field(commit_clean):
	create_custom_fields(
		{THING: [{"fieldname": "extra", "label": "Extra", "fieldtype": "Data", "insert_after": "title"}]}
	)
	yield
	frappe.db.rollback()
	frappe.delete_doc("Custom Field", f"{THING}-extra")
	frappe.db.commit()


def test_a_custom_field_holds_a_value(extra_field, thing):
	assert frappe.get_meta(THING).has_field("extra")
	assert frappe.db.get_value(THING, thing(extra="here").name, "extra") == "here"


def test_roles_of_a_doctypes_permissions_exist():
	assert frappe.db.exists("Role", "Scheduling Manager")
	assert frappe.db.exists("Role", "Scheduling User")


def embedded(folder, *arguments: str) -> str:
	return _python(folder, "-m", "embedded", *arguments)


def asked(folder, expression: str) -> str:
	"""Return the expression's value in another process that is connected to the site."""
	code = (
		"from embedded.__main__ import connect, site_folder\nconnect(site_folder())\nimport frappe\n"
		f"from embedded.lifecycle import uninstall_app\nprint({expression})"
	)
	return _python(folder, "-c", code).strip()


def _python(folder, *arguments: str) -> str:
	environment = {"SITE_FOLDER": str(folder), "PATH": "/usr/bin:/bin"}
	ran = subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, capture_output=True, text=True)
	assert ran.returncode == 0, ran.stderr
	return ran.stdout


@pytest.mark.long
@only_embedded
def test_a_site_is_made_and_migrated(tmp_path):
	folder = tmp_path / "site"
	embedded(folder, "install")
	assert json.loads((folder / "site_config.json").read_text())["encryption_key"]
	assert asked(folder, "frappe.get_installed_apps()") == "['frappe', 'scheduler_integration']"
	embedded(folder, "install")
	assert asked(folder, "frappe.get_installed_apps()") == "['frappe', 'scheduler_integration']"
	embedded(folder, "run-jobs")


@pytest.mark.long
@only_embedded
def test_uninstalling_takes_the_apps_tables(tmp_path):
	folder = tmp_path / "site"
	embedded(folder, "install")
	asked(folder, "uninstall_app('scheduler_integration')")
	left = "frappe.db.table_exists('Booking'), frappe.db.exists('DocType', 'Booking'), frappe.get_installed_apps()"
	assert asked(folder, left) == "False None ['frappe']"


@only_embedded
def test_what_is_not_implemented_says_so():
	for ask in (
		lambda: frappe.get_print("User", "Guest"),
		lambda: frappe.utils.pdf,
		lambda: frappe.db.truncate("User"),
		lambda: frappe.cache.lpush("a", 1),
		lambda: frappe.get_all("User", with_childnames=True),
		lambda: frappe.get_all("User", {"creation": ["between", ["2026-01-01", "2026-01-02"]]}),
		lambda: frappe.get_all("User", [["Has Role", "role", "=", "All"]]),
		lambda: frappe.get_all("User", ["language.language_name"], ["name"]),
		lambda: frappe.sendmail(recipients=["a@b.example"], inline_images=[{}]),
		lambda: frappe.enqueue("frappe.ping", at_front=True),
		lambda: frappe.render_template("{{ frappe.get_print('User', 'Guest') }}", {}),
		lambda: frappe.whitelist()(_annotated),
		lambda: frappe.get_doc({"doctype": "DocType", "name": "X", "module": "Core"}).insert(),
	):
		with pytest.raises(NotImplementedError):
			ask()


def _annotated(number: int) -> int:
	return number
