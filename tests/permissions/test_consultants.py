"""Consultants see nothing of each other's schedulers, clients and recommendations, through any door."""

import json

import frappe
import pytest

from scheduler_integration.catalogue.history import leave_out_report_fields
from scheduler_integration.catalogue.readable_meeting_types import readable_meeting_types
from scheduler_integration.exceptions import NotPermitted
from tests.support.api import call
from tests.support.factories import (
	make_assessment,
	make_consultant,
	make_external_type,
	make_meeting_type,
	make_page,
	make_team_page,
	make_user,
)
from tests.support.site import on_real_site

SECRET_URL = "https://calendly.com/janes-secret"
OWN = ("Consultant Scheduler Settings", "Client Assessment", "Meeting Type")
RESERVED = ("scheduler_event_url", "priority", "recommended_phases")


@pytest.fixture
def jane():
	return make_consultant("Jane", scheduler_url=SECRET_URL, embed_code=None)


@pytest.fixture
def eve():
	return make_consultant("Eve")


@pytest.fixture
def janes(jane):
	"""The names of Jane's records, by DocType."""
	return {
		"Consultant Scheduler Settings": frappe.db.get_value("Consultant Scheduler Settings", {"consultant": jane}),
		"Client Assessment": make_assessment(jane, client_name="Jane's client").name,
		"Meeting Type": make_external_type(jane, scheduler_event_url=SECRET_URL, priority=7, phases=("Grow",)).name,
	}


@pytest.mark.parametrize("doctype", OWN)
def test_lists_and_counts_hold_ones_own(doctype, janes, jane, eve, as_user):
	for user, sees in ((jane, True), (eve, False)):
		with as_user(user):
			assert (janes[doctype] in frappe.get_list(doctype, pluck="name", limit=0)) is sees
			assert bool(frappe.get_list(doctype, filters={"consultant": jane}, pluck="name")) is sees
			assert bool(frappe.get_list(doctype, filters={"name": janes[doctype]}, fields=["*"])) is sees


@pytest.mark.skipif(not on_real_site(), reason="the embedded site joins no linked records into lists")
def test_a_list_with_titles_of_pages_has_the_types_without_a_page(janes, jane, as_user):
	"""Frappe 16 leaves out rows whose joined record the reader may not read. The desk's list was empty."""
	with as_user(jane):
		rows = frappe.get_list("Meeting Type", fields=["name", "scheduling_page.title as scheduling_page_title"])
	assert janes["Meeting Type"] in [row.name for row in rows]


@pytest.mark.parametrize("doctype", OWN)
@pytest.mark.parametrize("ptype", ["read", "write", "delete", "print", "email", "export", "report", "share"])
def test_single_records_are_ones_own(doctype, ptype, janes, eve, as_user):
	with as_user(eve):
		assert not frappe.get_doc(doctype, janes[doctype]).has_permission(ptype)


@pytest.mark.parametrize("doctype", OWN)
def test_a_record_cannot_be_made_for_another_or_given_to_another_or_taken(doctype, janes, jane, eve, as_user):
	stranger = make_user("Stranger")
	new = {
		"Consultant Scheduler Settings": {"scheduler_provider": "Native"},
		"Client Assessment": {"client_name": "X", "primary_phase": "Build"},
		"Meeting Type": {"title": "X", "duration_minutes": 30, "scheduler_event_url": "https://evil.example/"},
	}[doctype]
	with as_user(eve), pytest.raises((frappe.PermissionError, frappe.ValidationError)):
		frappe.get_doc({"doctype": doctype, "consultant": stranger, **new}).insert()
	with as_user(eve), pytest.raises((frappe.PermissionError, frappe.ValidationError)):
		frappe.get_doc(doctype, janes[doctype]).update({"consultant": eve}).save()
	with as_user(jane), pytest.raises((frappe.PermissionError, frappe.ValidationError)):
		frappe.get_doc(doctype, janes[doctype]).update({"consultant": eve}).save()
	assert frappe.db.get_value(doctype, janes[doctype], "consultant") == jane


def test_rows_of_phases_are_ones_own(janes, jane, eve, as_user):
	for user, expected in ((jane, {"Grow"}), (eve, set())):
		with as_user(user):
			rows = frappe.get_list("Meeting Type Phase", fields=["phase"], parent_doctype="Meeting Type", limit=0)
			assert {row.phase for row in rows} == expected


def test_a_link_to_another_consultants_page_or_type_tells_nothing(janes, eve, as_user):
	"""The refusal is the same whether the page exists or not, apart from the name that was sent."""
	with as_user(eve), pytest.raises((frappe.PermissionError, frappe.LinkValidationError)):
		make_external_type(eve, scheduling_page=make_page(make_user()).name)


def test_every_method_refuses_another_consultant_with_the_same_words(commit_clean, janes, jane, eve):
	frappe.db.commit()
	answers = [
		call("scheduler_settings.get", eve, consultant=jane),
		call("scheduler_settings.update", eve, consultant=jane, display_name="x"),
		call("meeting_types.list", eve, consultant=jane),
		call("meeting_types.create", eve, consultant=jane, name="x", duration_minutes=30),
		call("meeting_types.create_starter_set", eve, consultant=jane),
		call("meeting_types.update", eve, meeting_type=janes["Meeting Type"], name="x"),
		call("meeting_types.delete", eve, meeting_type=janes["Meeting Type"]),
		call("reports.preview", eve, consultant=jane),
		call("reports.section", eve, doctype="Client Assessment", name=janes["Client Assessment"]),
	]
	refused = {"success": False, "error": "You may not do this.", "code": "NOT_PERMITTED", "details": {}}
	assert answers == [(403, refused)] * len(answers)


def test_a_report_is_only_of_a_doctype_that_has_reports(eve):
	status, body = call("reports.section", eve, doctype="User", name="Administrator")
	assert (status, list(body["details"])) == (400, ["doctype"])


# A host of a team page


@pytest.fixture
def team_type(jane, eve):
	"""A type on Jane's team page, of which Eve is a host too."""
	page = make_team_page([jane, eve])
	return make_meeting_type(
		page,
		scheduler_event_url=SECRET_URL,
		priority=7,
		recommended_phases=[{"phase": "Grow"}],
		description="Open to all",
	)


def test_a_team_host_reads_a_colleagues_type_without_its_report_fields(team_type, jane, eve, as_user):
	with as_user(eve):
		assert team_type.has_permission("read")
		seen = frappe.get_doc("Meeting Type", team_type.name)
		seen.apply_fieldlevel_read_permissions()
		assert seen.description == "Open to all"
		assert not any(seen.get(field) for field in RESERVED)
	with as_user(jane):
		seen = frappe.get_doc("Meeting Type", team_type.name)
		seen.apply_fieldlevel_read_permissions()
		assert (seen.scheduler_event_url, seen.priority) == (SECRET_URL, 7)
		assert [row.phase for row in seen.recommended_phases] == ["Grow"]


@pytest.mark.parametrize(
	"filters",
	[
		{},
		{"scheduler_event_url": ["like", "https://calendly%"]},
		{"priority": [">", 5]},
		{"priority": 7},
		[["Meeting Type", "scheduler_event_url", "is", "set"]],
	],
)
def test_a_team_host_cannot_guess_a_colleagues_report_fields_by_filters(filters, team_type, eve, as_user):
	"""Frappe 15 lets people filter by fields that they may not read."""
	with as_user(eve):
		try:
			found = frappe.get_list("Meeting Type", filters=filters, pluck="name", limit=0)
		except frappe.PermissionError:
			found = []
		assert team_type.name not in found


def test_a_team_host_does_not_read_the_rows_of_phases(team_type, eve, as_user):
	row = team_type.recommended_phases[0].name
	with as_user(eve):
		assert not frappe.get_list("Meeting Type Phase", parent_doctype="Meeting Type", pluck="name", limit=0)
		assert not frappe.get_doc("Meeting Type Phase", row).has_permission("read")


def test_a_team_host_still_chooses_the_type_where_times_are_explained(team_type, eve, as_user):
	with as_user(eve):
		assert team_type.name in {each.name for each in readable_meeting_types()}


def test_a_consultant_changes_the_report_fields_of_their_own_types(jane, janes, as_user):
	with as_user(jane):
		own = frappe.get_doc("Meeting Type", janes["Meeting Type"])
		own.update({"priority": 3, "scheduler_event_url": "https://calendly.com/jane/new"})
		own.set("recommended_phases", [{"phase": "Build"}])
		own.save()
	stored = frappe.get_doc("Meeting Type", own.name)
	assert (stored.priority, stored.scheduler_event_url) == (3, "https://calendly.com/jane/new")
	assert [row.phase for row in stored.recommended_phases] == ["Build"]


def test_rows_are_written_with_their_type_only(janes, eve, as_user):
	row = {"parent": janes["Meeting Type"], "parenttype": "Meeting Type", "parentfield": "recommended_phases"}
	with as_user(eve), pytest.raises((NotPermitted, frappe.PermissionError)):
		frappe.get_doc({"doctype": "Meeting Type Phase", "phase": "Build", **row}).insert()


@pytest.mark.skipif(not on_real_site(), reason="the embedded site keeps no versions")
def test_the_history_of_a_type_tells_nothing_of_its_report_fields(team_type, jane, as_user):
	with as_user(jane):
		team_type.reload()
		team_type.update({"priority": 9, "scheduler_event_url": SECRET_URL + "2", "description": "Changed"})
		team_type.set("recommended_phases", [{"phase": "Build"}])
		# In its test mode, Frappe keeps no versions unless it is asked to.
		team_type.save(ignore_version=False)
	history = frappe.get_all("Version", {"docname": team_type.name}, pluck="data")
	assert any("Changed" in each for each in history)
	assert not [each for each in history if any(word in each for word in (*RESERVED, "secret", "Build", "Grow"))]


def test_the_history_leaves_out_the_report_fields_of_meeting_types_only():
	changes = {
		"changed": [["priority", 0, 7], ["title", "a", "b"]],
		"added": [["recommended_phases", {"phase": "Grow"}], ["questions", {"label": "Why?"}]],
		"removed": [],
		"row_changed": [["recommended_phases", 0, "x", []]],
	}
	version = frappe._dict(ref_doctype="Meeting Type", data=json.dumps(changes))
	leave_out_report_fields(version)
	assert json.loads(version.data) == {
		"changed": [["title", "a", "b"]],
		"added": [["questions", {"label": "Why?"}]],
		"removed": [],
		"row_changed": [],
	}
	other = frappe._dict(ref_doctype="Booking", data=json.dumps(changes))
	leave_out_report_fields(other)
	assert json.loads(other.data) == changes
