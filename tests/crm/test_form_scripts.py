"""The buttons in Frappe CRM's own pages: they come with the CRM, are an administrator's to change, and go with the app."""

import json
import shutil
import subprocess
from urllib.parse import parse_qs, urlsplit

import frappe
import pytest

from scheduler_integration import install
from scheduler_integration.crm.form_scripts import remove_form_scripts
from tests.support.stand_ins import field, standing_in

pytestmark = pytest.mark.usefixtures("commit_clean")

FORM_SCRIPT = {
	"CRM Form Script": {
		"autoname": "prompt",
		"fields": [
			field("dt", "Data", reqd=1),
			field("view", "Data"),
			field("enabled", "Check"),
			field("script", "Code"),
		],
	}
}
DOCTYPES = ("CRM Lead", "CRM Deal")


@pytest.fixture(autouse=True)
def _frappe_crm(commit_clean):
	with standing_in(FORM_SCRIPT):
		yield
		remove_form_scripts()
		install.after_app_change("crm")
		frappe.db.commit()


def scripts():
	filters = {"dt": ["in", DOCTYPES], "name": ["like", "Scheduling:%"]}
	return {
		row.dt: row for row in frappe.get_all("CRM Form Script", filters, ["name", "dt", "view", "enabled", "script"])
	}


def test_the_buttons_come_with_frappe_crm_and_go_with_the_app():
	remove_form_scripts()
	assert scripts() == {}
	install.after_app_change("crm")
	assert {(dt, row.view, row.enabled) for dt, row in scripts().items()} == {(dt, "Form", 1) for dt in DOCTYPES}
	install.before_uninstall()
	assert scripts() == {}
	frappe.db.rollback()


def test_what_an_administrator_changed_stays():
	install.after_app_change("crm")
	lead, deal = (frappe.get_doc("CRM Form Script", scripts()[doctype].name) for doctype in DOCTYPES)
	lead.update({"enabled": 0}).save()
	deal.update({"script": "function setupForm() { return { actions: [] } }"}).save()
	install.after_app_change("crm")
	install.after_migrate()
	kept = scripts()
	assert kept["CRM Lead"].enabled == 0
	assert kept["CRM Deal"].script == deal.script


# As Frappe CRM of 2024 and 2026 runs a script, and then presses its buttons.
PRESS = """
const [script, doc] = JSON.parse(process.argv[1]);
globalThis.__ = (text) => text;
const opened = [];
globalThis.window = { open: (url) => opened.push(url) };
const setupForm = new Function(script + "\\nreturn setupForm")();
const { actions } = setupForm({ doc });
for (const { onClick } of actions) onClick();
console.log(JSON.stringify([actions.map(({ label }) => label), opened]));
"""


@pytest.mark.skipif(not shutil.which("node"), reason="Node runs the script")
def test_the_buttons_open_the_pages_for_the_record():
	install.after_app_change("crm")
	script = scripts()["CRM Deal"].script
	# A newer Frappe CRM takes a script with this word for one of another kind.
	assert "class " not in script
	given = json.dumps([script, {"name": "DEAL & 1"}])
	ran = subprocess.run(["node", "-e", PRESS, given], capture_output=True, text=True, check=True)
	labels, opened = json.loads(ran.stdout)
	assert labels == ["Book a meeting", "Times for an e-mail"]
	assert [urlsplit(url).path for url in opened] == ["/scheduling/book", "/scheduling/times"]
	assert [parse_qs(urlsplit(url).query) for url in opened] == [{"doctype": ["CRM Deal"], "record": ["DEAL & 1"]}] * 2
