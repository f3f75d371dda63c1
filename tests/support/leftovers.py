"""Installs the app on a site of a bench, migrates twice, uninstalls it, and lists everything that is left of it.

    BENCH/env/bin/python tests/support/leftovers.py BENCH SITE

Use a site that doesn't have the app. The script compares all tables, their columns and indexes, and the rows of those
tables that an app may write to.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

# This code runs in the bench's Python, on a connected site.
INVENTORY = """
import frappe, json, sys
frappe.init(sys.argv[1], sites_path=".")
frappe.connect()
found = set()
for table in (
	"Custom DocPerm", "Custom Field", "Custom Role", "Dashboard", "Dashboard Chart", "Desktop Icon",
	"DocType", "Email Template", "Has Role", "Module Def", "Notification", "Number Card",
	"Page", "Patch Log", "Portal Menu Item", "Print Format", "Property Setter", "Report", "Role", "Scheduled Job Type",
	"Series", "Server Script", "Client Script", "User Type", "Web Form", "Web Page", "Workspace", "Workspace Sidebar",
):
	if frappe.db.table_exists(table):
		found |= {f"row of {table}: {name}" for name in frappe.db.sql(f"select name from `tab{table}`", pluck=True)}
# Their names are drawn again whenever a migration writes them.
for table, key in (
	("DocField", "fieldname"), ("DocPerm", "role"), ("DocType Link", "link_doctype"), ("DefaultValue", "defkey")
):
	rows = frappe.db.sql(f"select parent, `{key}` from `tab{table}`")
	found |= {f"row of {table}: {parent} {value}" for parent, value in rows}
for doctype in frappe.db.sql("select distinct doctype from tabSingles", pluck=True):
	found.add(f"single: {doctype}")
schema = "where table_schema = database()"
for table, column in frappe.db.sql(f"select table_name, column_name from information_schema.columns {schema}"):
	found |= {f"table {table}", f"column {table}.{column}"}
for table, index in frappe.db.sql(f"select table_name, index_name from information_schema.statistics {schema}"):
	found.add(f"index {table}.{index}")
found |= {f"installed: {app}" for app in frappe.get_installed_apps()}
print("INVENTORY" + json.dumps(sorted(found)))
frappe.destroy()
"""


def main(bench: Path, site: str) -> int:
	from tests.support.bench import APP, add_packages, environment_of, shadow_of

	sites = shadow_of(bench)
	python = bench / "env" / "bin" / "python"
	add_packages(python)

	def run(*command: str) -> str:
		done = subprocess.run(
			[python, *command], cwd=sites, env=environment_of(bench, site, sites), text=True, stdout=subprocess.PIPE
		)
		if done.returncode:
			sys.exit(f"{done.stdout}\n`{' '.join(command[-3:])}` failed with exit code {done.returncode}")
		return done.stdout

	def inventory() -> set[str]:
		return set(json.loads(run("-W", "ignore", "-c", INVENTORY, site).rpartition("INVENTORY")[2]))

	def frappe(*command: str) -> None:
		run("-m", "frappe.utils.bench_helper", "frappe", "--site", site, *command)

	# Changes that any migration makes aren't the app's.
	frappe("migrate", "--skip-search-index")
	before = inventory()
	if f"installed: {APP}" in before:
		sys.exit(f"{site} has the app already")
	frappe("install-app", APP)
	installed = inventory()
	for _time in range(2):
		frappe("migrate", "--skip-search-index")
	migrated = inventory()
	frappe("uninstall-app", APP, "--yes", "--no-backup", "--dry-run")
	undone = inventory()
	frappe("uninstall-app", APP, "--yes", "--no-backup")
	after = inventory()
	report = [f"installed: {len(installed - before)} more, {len(before - installed)} fewer"]
	report += _difference("changed by migrating twice", installed, migrated)
	report += _difference("changed by a dry run of uninstalling", migrated, undone)
	report += _difference("left by uninstalling", before, after)
	sys.stdout.write("\n".join(report) + "\n")
	return int(not installed == migrated == undone or before != after)


def _difference(what: str, before: set[str], after: set[str]) -> list[str]:
	changes = [f"  + {item}" for item in sorted(after - before)] + [f"  - {item}" for item in sorted(before - after)]
	return [f"{what}:", *(changes or ["  nothing"])]


if __name__ == "__main__":
	if len(sys.argv) != 3:
		sys.exit("usage: python tests/support/leftovers.py BENCH SITE")
	sys.exit(main(Path(sys.argv[1]).expanduser().resolve(), sys.argv[2]))
