"""The table of the specification: its fields, and what deleting the records that it links to does."""

import frappe
import pytest

from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.targets import find_target
from tests.support.consultants import engagement, make_assessment, make_scheduler, make_type
from tests.support.factories import at, make_user

NOW = at("2026-03-01 12:00")


@pytest.fixture
def target():
	consultant = make_scheduler().consultant
	assessment = make_assessment(consultant, client=make_user("Carl", roles=()))
	return find_target(assessment.name, make_type(consultant).name)


@pytest.fixture
def row(target):
	record_click(target, "report", Visit("203.0.113.9"), NOW)
	return engagement(consultant=target.consultant)[0]


def test_the_fields_are_those_of_the_specification():
	meta = frappe.get_meta("Scheduler Engagement")
	kinds = meta.get_field("event_type").options.split("\n")
	assert kinds == ["link_clicked", "meeting_booked", "meeting_completed", "meeting_cancelled"]
	lengths = {name: meta.get_field(name).length for name in ("scheduler_event_id", "referrer")}
	assert lengths == {"scheduler_event_id": 200, "referrer": 500}
	instants = [meta.get_field(f"{name}_at").fieldtype for name in ("clicked", "booked", "completed")]
	assert {*instants, meta.get_field("scheduled_for").fieldtype} == {"Long Int"}
	links = {name: meta.get_field(name).options for name in ("assessment", "consultant", "client", "meeting_type")}
	assert links == {
		"assessment": "Client Assessment",
		"consultant": "User",
		"client": "User",
		"meeting_type": "Meeting Type",
	}


def test_an_unknown_event_is_refused(target):
	with pytest.raises(frappe.ValidationError):
		frappe.get_doc(
			{"doctype": "Scheduler Engagement", "consultant": target.consultant, "event_type": "link_seen"}
		).insert()


def test_the_desk_shows_the_sites_wall_time(row):
	from scheduler_integration.platform.clock import to_site_time

	assert row.happened_on == to_site_time(NOW)
	assert row.scheduled_on is None


def test_a_deleted_client_is_taken_out(row, target):
	assert row.client == target.client
	frappe.delete_doc("User", target.client, force=True)
	(kept,) = engagement(consultant=target.consultant)
	assert (kept.client, kept.assessment, kept.clicked_at) == (None, target.assessment, NOW)


def test_a_deleted_consultants_rows_go_with_them(row, target):
	frappe.delete_doc("User", target.consultant, force=True)
	assert engagement(consultant=target.consultant) == []
