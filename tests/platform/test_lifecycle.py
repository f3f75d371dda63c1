"""Custom fields, and on the embedded site: a second migrate changes nothing, and uninstalling leaves nothing."""

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
def extra_field():
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
	environment = {"SITE_FOLDER": str(folder), "PATH": "/usr/bin:/bin"}
	run = [sys.executable, "-m", "embedded", *arguments]
	return subprocess.run(run, cwd=ROOT, env=environment, check=True, capture_output=True, text=True).stdout


@only_embedded
@pytest.mark.slow
def test_a_site_is_made_migrated_and_reset(tmp_path):
	folder = tmp_path / "site"
	embedded(folder, "install")
	assert json.loads((folder / "site_config.json").read_text())["encryption_key"]
	said = embedded(folder, "execute", "frappe.utils.nowdate")
	assert len(said.strip()) == 10
	before = embedded(folder, "execute", "frappe.get_installed_apps")
	embedded(folder, "migrate")
	embedded(folder, "install")
	assert embedded(folder, "execute", "frappe.get_installed_apps") == before
	embedded(folder, "run-jobs")
	embedded(folder, "reset")
	assert not folder.exists()


@only_embedded
@pytest.mark.slow
def test_uninstalling_takes_the_apps_tables(tmp_path):
	folder = tmp_path / "site"
	embedded(folder, "install")
	code = (
		"from embedded import put_on_path\nput_on_path()\nfrom embedded.__main__ import connect, site_folder\n"
		"connect(site_folder())\nimport frappe\nfrom embedded.lifecycle import uninstall_app\n"
		"uninstall_app('scheduler_integration')\n"
		"print(frappe.db.table_exists('Booking'), frappe.db.exists('DocType', 'Booking'), frappe.get_installed_apps())"
	)
	environment = {"SITE_FOLDER": str(folder), "PATH": "/usr/bin:/bin"}
	run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True)
	assert run.stdout.strip() == "False None ['frappe']", run.stderr


@only_embedded
def test_what_is_not_implemented_says_so():
	for ask in (
		lambda: frappe.get_print("User", "Guest"),
		lambda: frappe.utils.pdf,
		lambda: frappe.db.truncate("User"),
		lambda: frappe.cache.lpush("a", 1),
		lambda: frappe.get_all("User", with_childnames=True),
		lambda: frappe.sendmail(recipients="a@b.example", inline_images=[{}]),
	):
		with pytest.raises(NotImplementedError):
			ask()
