"""A site of an earlier version is migrated, and everything is as it was. See tests/support/earlier.py."""

import json
import os
import subprocess
import sys

import frappe
import pytest

from scheduler_integration.bookings import old_instants
from scheduler_integration.insights import stat_days
from scheduler_integration.install import ensure_new_settings
from scheduler_integration.platform.clock import to_site_time
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, payload
from tests.support.site import ROOT, on_real_site

BOXES = ["count_visitors", "typed_text_in_calendars"]
NOW, NINE = at("2026-03-01 06:00"), at("2026-03-02 09:00")


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory):
	if on_real_site():
		pytest.skip("drops columns: run python -m tests.support.earlier BENCH SITE on a site of its own")
	paths = os.pathsep.join([str(ROOT), str(ROOT / "embedded")])
	run = subprocess.run(
		[sys.executable, "-m", "tests.support.earlier", tmp_path_factory.mktemp("sites") / "earlier.localhost"],
		cwd=ROOT, env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True, timeout=120,
	)  # fmt: skip
	assert "REPORT" in run.stdout, run.stderr
	return json.loads(run.stdout.partition("REPORT")[2])


@pytest.mark.long
def test_bookings_tasks_calendars_automations_and_edited_texts_are_as_they_were(upgraded):
	assert upgraded["changed"] == []
	assert upgraded["statuses"] == ["Scheduled", "Cancelled", "Rescheduled", "Scheduled"]


@pytest.mark.long
def test_figures_said_0_for_what_was_booked_before_the_upgrade(upgraded):
	# A meeting that was moved was booked when the first one was.
	assert upgraded["booked_at"] == [0, 60, 120, 120]


def test_an_upgrade_ticks_no_new_box_but_the_one_for_what_the_site_did_before():
	# The first is ticked on a new site, the second isn't.
	assert [frappe.get_meta("Scheduler Settings").get_field(field).default for field in BOXES] == ["1", "0"]
	frappe.db.delete("Singles", {"doctype": "Scheduler Settings", "field": ["in", BOXES]})
	ensure_new_settings()
	assert [frappe.db.get_single_value("Scheduler Settings", field) for field in BOXES] == [0, 1]


def test_managers_are_told_of_texts_that_no_longer_render(upgraded):
	assert upgraded["broken"] == ["Scheduler: Confirmation to the host"]


def test_the_patch_takes_few_statements_and_lets_the_days_be_counted_again(commit_clean, monkeypatch, queries):
	monkeypatch.setattr(old_instants, "_BATCH", 3)
	page = make_page()
	meeting_type = make_meeting_type(page)
	names = [door.book(payload(page, meeting_type, NINE + number * 3600), NOW).id for number in range(7)]
	frappe.db.set_value("Booking", {"name": ["in", names]}, {"booked_at": 0, "creation": to_site_time(NOW)})
	before = frappe.get_all("Booking", {"name": ["in", names]}, ["name", "modified"], order_by="name")
	day = to_site_time(NOW).date()
	stat_days.note([day])
	frappe.db.set_value("Scheduling Stat Day", {"date": day}, "is_counted", 1)
	queries.clear()
	old_instants.execute()
	# Three batches, and a look that finds nothing more.
	assert len([each for each in queries if "tabBooking`" in each]) == 3 * 3 + 1
	assert set(frappe.get_all("Booking", {"name": ["in", names]}, pluck="booked_at")) == {NOW}
	assert frappe.get_all("Booking", {"name": ["in", names]}, ["name", "modified"], order_by="name") == before
	assert stat_days.waiting(day, day) == [day]
	# Nothing is left, so nothing changes.
	frappe.db.delete("Scheduling Stat Day", {"date": day, "is_counted": 0})
	old_instants.execute()
	assert stat_days.waiting(day, day) == []
