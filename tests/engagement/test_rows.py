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


EVENTS = ("link_clicked", "meeting_booked", "meeting_completed", "meeting_cancelled")


def insert(target, **fields):
	values = {"doctype": "Scheduler Engagement", "consultant": target.consultant, "event_type": EVENTS[0], **fields}
	return frappe.get_doc(values).insert()


@pytest.mark.parametrize("event", EVENTS)
def test_each_event_of_the_specification_is_stored(target, event):
	insert(target, event_type=event)
	assert [row.event_type for row in engagement(consultant=target.consultant)] == [event]


def test_an_unknown_event_is_refused(target):
	with pytest.raises(frappe.ValidationError, match="link_seen") as refused:
		insert(target, event_type="link_seen")
	assert all(event in str(refused.value) for event in EVENTS)


@pytest.mark.parametrize(("field", "length"), [("scheduler_event_id", 200), ("referrer", 500)])
def test_texts_are_as_long_as_in_the_specification(target, field, length):
	assert len(insert(target, **{field: "x" * length}).get(field)) == length
	with pytest.raises(frappe.CharacterLengthExceededError):
		insert(target, **{field: "x" * (length + 1)})


def test_an_instant_after_2038_is_kept(target):
	late = dict.fromkeys(("clicked_at", "booked_at", "completed_at", "scheduled_for"), 2**31 + 1)
	name = insert(target, **late).name
	assert frappe.db.get_value("Scheduler Engagement", name, list(late)) == tuple(late.values())


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
