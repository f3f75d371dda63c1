"""Puts a site back to an earlier version of the app, with data, and upgrades it. Says what the migration has changed.

    python -m tests.support.earlier FOLDER                      a new embedded site in this folder
    BENCH/env/bin/python -m tests.support.earlier BENCH SITE    a site of a bench that is kept for tests

`earlier_schema.json` has the fields of each DocType as they were on 22 November 2026. Tables and columns that came later
are dropped, with the messages that came later, and what was noted about patches.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

SCHEMA = {
	doctype: fields.split()
	for doctype, fields in json.loads(Path(__file__).with_name("earlier_schema.json").read_text()).items()
}
# Not "modified": a migration may add a field to a record, but says nothing about who changed it.
STANDARD = ("name", "creation", "owner", "docstatus", "idx", "parent", "parentfield", "parenttype")
BROKEN = '{% from "scheduler_integration/templates/emails/_layout.html" import gone %}{{ gone(date) }}'


def make_records() -> dict[str, Any]:
	"""Make what a site has after some weeks, and return the names that the report is about. Commits."""
	import frappe

	from scheduler_integration import bookings
	from scheduler_integration.meetings.tokens import manage_token
	from scheduler_integration.parsing.reschedule_request import RescheduleRequest
	from scheduler_integration.platform.clock import to_site_time
	from tests.support import door
	from tests.support.factories import at, make_meeting_type, make_page, make_user, payload

	made_at, nine = at("2037-03-01 06:00"), at("2037-03-02 09:00")
	manager = make_user("Mary", roles=("Scheduling Manager",))
	page = make_page()
	meeting_type = make_meeting_type(page, questions=[{"label": "Why?", "question_type": "Long Text"}])
	names = []
	for number, start in enumerate((nine, nine + 3600, nine + 7200)):
		booked = door.book(payload(page, meeting_type, start, guests=["guest@example.com"]), made_at)
		frappe.db.set_value("Booking", booked.id, "creation", to_site_time(made_at + number * 60))
		names.append(booked.id)
	bookings.cancel_by_host(names[1], "Ill", made_at + 3600)
	token = manage_token(frappe.get_doc("Booking", names[2]))
	moved = bookings.reschedule_by_token(token, RescheduleRequest(nine + 5 * 3600), made_at + 7200)
	frappe.db.set_value("Booking", moved.id, "creation", to_site_time(made_at + 7200))
	calendar = {
		"calendar_name": "Work",
		"calendar_id": "work",
		"check_conflicts": 1,
		"write_bookings": 1,
		"can_write": 1,
	}
	connection = frappe.get_doc(
		{
			"doctype": "Calendar Connection", "user": page.user, "provider": "Google", "account_name": "jane@example.com",
			"status": "Connected", "next_sync_at": 4_000_000_000, "calendars": [calendar],
		}
	)  # fmt: skip
	connection.flags.from_provider = True
	connection.insert()
	of_connection = {"connection": connection.name, "calendar": connection.calendars[0].name, "user": page.user}
	event = {
		"subject": "uid",
		"booking": names[0],
		"key": "k" * 32,
		"uid": "uid",
		"state": "Stored",
		"external_id": "e",
	}
	frappe.get_doc({"doctype": "Mirrored Event", **of_connection, "calendar_id": "work", **event}).insert()
	own = {
		"title": "An hour before",
		"trigger": "Before Start",
		"channel": "Email",
		"recipient": "Attendee",
		"minutes": 61,
	}
	template = "Scheduler: Reminder to the attendee"
	frappe.get_doc({"doctype": "Meeting Automation", **own, "email_template": template}).insert()
	reminder = frappe.get_doc("Meeting Automation", {"built_in": "attendee_reminder"})
	reminder.update({"minutes": 77, "is_active": 0}).save()
	template = frappe.get_doc("Email Template", "Scheduler: Confirmation to the attendee")
	template.update({"subject": "Own: {{ attendee_name }}", "response_html": "<p>{{ date }}</p>"}).save()
	broken = frappe.get_doc("Email Template", "Scheduler: Confirmation to the host")
	broken.update({"response_html": BROKEN}).save()
	frappe.get_doc("Role", "Scheduling Manager").update({"two_factor_auth": 1, "home_page": "/own-home"}).save()
	frappe.db.commit()
	return {"names": [*names, moved.id], "made_at": made_at, "manager": manager, "page": page.name}


def go_back() -> None:
	"""Take away what came after the earlier version. Commits."""
	import frappe

	from tests.notifications.test_templates import EARLIER

	frappe.db.delete("Meeting Automation", {"built_in": ["not in", [*EARLIER, ""]]})
	frappe.db.sql("delete from `tabPatch Log` where patch like 'scheduler_integration.%'")
	if frappe.get_meta("DocType").has_field("migration_hash"):
		# Otherwise a bench leaves out the DocTypes whose files are as they were, and the columns stay away.
		frappe.db.set_value("DocType", {"module": "Scheduler Integration"}, "migration_hash", None)
	frappe.db.commit()
	for meta in map(frappe.get_meta, frappe.get_all("DocType", {"module": "Scheduler Integration"}, pluck="name")):
		if meta.issingle:
			_drop_settings(meta.name)
		elif meta.name not in SCHEMA:
			frappe.db.sql_ddl(f"drop table `tab{meta.name}`")
		else:
			_drop_columns(meta.name)
	frappe.db.commit()


def _drop_settings(doctype: str) -> None:
	import frappe

	kept = ", ".join(f"'{field}'" for field in (*SCHEMA.get(doctype, ()), "name", "modified"))
	frappe.db.sql(f"delete from tabSingles where doctype = '{doctype}' and field not in ({kept})")


def _drop_columns(doctype: str) -> None:
	import frappe

	table = f"tab{doctype}"
	standard = {*STANDARD, "modified", "modified_by", "_user_tags", "_comments", "_assign", "_liked_by", "_seen"}
	later = [each for each in _columns(table) if each not in standard and each not in SCHEMA[doctype]]
	if frappe.db.db_type == "sqlite":
		# SQLite drops no column that an index has. The migration makes the indexes again.
		for (index,) in frappe.db.sql(
			"select name from sqlite_master where type = 'index' and tbl_name = %s", (table,)
		):
			if not index.startswith("sqlite_"):
				frappe.db.sql_ddl(f"drop index `{index}`")
	for column in later:
		frappe.db.sql_ddl(f"alter table `{table}` drop column `{column}`")


def _columns(table: str) -> list[str]:
	import frappe

	if frappe.db.db_type == "sqlite":
		return [row[1] for row in frappe.db.sql(f"pragma table_info(`{table}`)")]
	return [row[0] for row in frappe.db.sql(f"show columns from `{table}`")]


def stored() -> dict[str, dict[str, dict[str, str]]]:
	"""Return the values of all records in fields of the earlier version, by DocType and name."""
	import frappe

	found = {}
	for doctype in [*SCHEMA, "Email Template", "Role"]:
		if doctype in SCHEMA and frappe.get_meta(doctype).issingle:
			values = frappe.db.sql("select field, value from tabSingles where doctype = %s", (doctype,))
			found[doctype] = {"": {field: str(value) for field, value in values if field in SCHEMA[doctype]}}
			continue
		present = _columns(f"tab{doctype}")
		wanted = [*STANDARD, *SCHEMA[doctype]] if doctype in SCHEMA else present
		# Fields that a patch or the migration itself keeps up to date aren't a person's.
		fields = [field for field in wanted if field in present and field not in ("modified", "idx")]
		rows = frappe.db.sql(f"select {', '.join(f'`{field}`' for field in fields)} from `tab{doctype}`", as_dict=True)
		found[doctype] = {row["name"]: {field: str(row[field]) for field in fields} for row in rows}
	return found


def changed(before: dict, after: dict) -> list[str]:
	"""Return what isn't as it was before: records that are gone, and fields with another value. New records aren't named."""
	told = []
	for doctype, rows in before.items():
		for name, values in rows.items():
			now = after[doctype].get(name)
			if now is None:
				told.append(f"{doctype} {name}: gone")
				continue
			told += [
				f"{doctype} {name}: {field} {was!r} -> {now.get(field)!r}"
				for field, was in values.items()
				if now.get(field) != was
			]
	return told


def report(made: dict[str, Any], before: dict) -> dict[str, Any]:
	"""Return what the migration has changed, and what the new version says about the records of the earlier one."""
	import frappe

	from scheduler_integration.meetings.lookup import get_for_host
	from scheduler_integration.platform import clock

	instants = {name: frappe.db.get_value("Booking", name, "booked_at") for name in made["names"]}
	known = {"for_user": made["manager"], "document_type": "Email Template"}
	return {
		"changed": changed(before, stored()),
		"booked_at": [instants[name] - made["made_at"] for name in made["names"]],
		"statuses": [get_for_host(name, clock.now()).status for name in made["names"]],
		"broken": frappe.get_all("Notification Log", known, pluck="document_name"),
	}


def main(*arguments: str) -> None:
	import frappe

	if len(arguments) == 1:
		from embedded import lifecycle

		lifecycle.new_site(Path(arguments[0]))
		migrate = lifecycle.migrate
	else:
		bench, site = arguments
		frappe.init(site, sites_path=str(Path(bench) / "sites"), force=True)
		frappe.connect()

		def migrate() -> None:
			subprocess.run(
				["bench", "--site", site, "migrate", "--skip-failing"], cwd=bench, check=True, stdout=sys.stderr
			)

	frappe.set_user("Administrator")
	made = make_records()
	go_back()
	before = stored()
	migrate()
	frappe.db.commit()
	frappe.clear_cache()
	sys.stdout.write("REPORT" + json.dumps(report(made, before)))
	frappe.destroy()


if __name__ == "__main__":
	main(*sys.argv[1:])
