"""`analytics.scheduler_analytics`: the figures of the specification's example, dates, and who may see whose."""

from datetime import date

import frappe
import pytest

from scheduler_integration.api.analytics import as_json
from scheduler_integration.engagement.access import whose_analytics
from scheduler_integration.engagement.analytics import Counts, analytics
from scheduler_integration.engagement.clicks import Visit, record_click
from scheduler_integration.engagement.rows import insert_row, state_fields
from scheduler_integration.engagement.targets import find_target
from scheduler_integration.exceptions import NotFound, NotPermitted
from tests.support.consultants import make_assessment, make_scheduler, make_type
from tests.support.factories import at, fresh, make_schedule, make_user

ANALYTICS = "scheduler_integration.api.analytics.scheduler_analytics"
MOMENT = at("2025-12-10 12:00")


@pytest.fixture
def consultant():
	return make_scheduler().consultant


def clicks(assessment, meeting_type, count, start=MOMENT):
	"""Record clicks of as many visitors."""
	target = find_target(assessment.name, meeting_type.name)
	for number in range(count):
		assert record_click(target, "report", Visit(f"{start}-{number}"), start + number)


def meetings(assessment, meeting_type, count, completed=0, start=MOMENT, **fields):
	"""Insert rows of meetings that a report led to."""
	for number in range(count):
		status = "Completed" if number < completed else "Scheduled"
		insert_row(
			{
				"consultant": assessment.consultant,
				"assessment": assessment.name,
				"meeting_type": meeting_type and meeting_type.name,
				"phase": assessment.primary_phase,
				"from_report": 1,
				"scheduled_for": start + 7 * 86400,
				**state_fields(status, start + 100 + number, start + number),
				**fields,
			}
		)


@pytest.mark.long
def test_the_example_of_the_specification_comes_out_of_rows(consultant):
	strategy = make_type(consultant)
	deep_dive = make_type(consultant, title="60-Minute Deep Dive", duration_minutes=60)
	phases = {
		"Stabilize": ((8, 2, 1), (0, 0, 0)),
		"Organize": ((5, 1, 1), (0, 0, 0)),
		"Build": ((19, 6, 4), (4, 0, 0)),
		"Grow": ((0, 1, 1), (11, 2, 2)),
	}
	for phase, numbers in phases.items():
		assessment = make_assessment(consultant, primary_phase=phase)
		for meeting_type, (clicked, booked, completed) in zip((strategy, deep_dive), numbers, strict=True):
			clicks(assessment, meeting_type, clicked)
			meetings(assessment, meeting_type, booked, completed)
	data = as_json(analytics(consultant, date(2025, 12, 1), date(2025, 12, 31)))
	assert data["summary"] == {
		"total_clicks": 47,
		"total_bookings": 12,
		"conversion_rate": 25.5,
		"total_completed": 9,
	}
	assert data["by_meeting_type"] == [
		{
			"meeting_type_id": strategy.name,
			"name": "30-Minute Strategy Session",
			"clicks": 32,
			"bookings": 10,
			"completed": 7,
			"conversion_rate": 31.25,
		},
		{
			"meeting_type_id": deep_dive.name,
			"name": "60-Minute Deep Dive",
			"clicks": 15,
			"bookings": 2,
			"completed": 2,
			"conversion_rate": 13.33,
		},
	]
	assert data["by_phase"] == {
		"Stabilize": {"clicks": 8, "bookings": 2},
		"Organize": {"clicks": 5, "bookings": 1},
		"Build": {"clicks": 23, "bookings": 6},
		"Grow": {"clicks": 11, "bookings": 3},
	}
	assert len(data["recent_bookings"]) == 10
	assert set(data) == {"summary", "by_meeting_type", "by_phase", "recent_bookings"}


@pytest.mark.long
def test_a_recent_booking_is_shown_as_the_specification_says(consultant):
	assessment, meeting_type = make_assessment(consultant), make_type(consultant)
	booked, scheduled = at("2025-12-20 14:30"), at("2025-12-27 10:00")
	meetings(assessment, meeting_type, 1, start=booked, scheduled_for=scheduled)
	assert as_json(analytics(consultant, None, None))["recent_bookings"] == [
		{
			"assessment_id": assessment.name,
			"client_name": "ABC Corp",
			"meeting_type": "30-Minute Strategy Session",
			"booked_at": "2025-12-20T14:30:00Z",
			"scheduled_for": "2025-12-27T10:00:00Z",
			"status": "scheduled",
		}
	]


def test_without_rows_everything_is_zero(consultant):
	assert as_json(analytics(consultant, None, None)) == {
		"summary": {"total_clicks": 0, "total_bookings": 0, "conversion_rate": 0.0, "total_completed": 0},
		"by_meeting_type": [],
		"by_phase": {},
		"recent_bookings": [],
	}


@pytest.mark.parametrize(
	("clicked", "booked", "decimals", "rate"),
	[
		(47, 12, 1, 25.5),
		(32, 10, 2, 31.25),
		(15, 2, 2, 13.33),
		(16, 1, 1, 6.3),
		(3, 2, 2, 66.67),
		(0, 5, 1, 0.0),
		(1, 2, 1, 200.0),
	],
)
def test_rates_are_rounded_half_up(clicked, booked, decimals, rate):
	assert Counts(clicked, booked).conversion_rate(decimals) == rate


def test_dates_are_the_consultants_and_both_included(consultant):
	make_schedule(consultant, timezone="America/Los_Angeles")
	assessment, meeting_type = make_assessment(consultant), make_type(consultant)
	for moment in ("2025-12-01 07:59", "2025-12-01 08:00", "2026-01-01 07:59", "2026-01-01 08:00"):
		clicks(assessment, meeting_type, 1, at(moment))
	assert analytics(consultant, date(2025, 12, 1), date(2025, 12, 31)).total.clicks == 2
	assert analytics(consultant, date(2025, 12, 1), None).total.clicks == 3
	assert analytics(consultant, None, date(2025, 12, 31)).total.clicks == 3


def test_each_event_counts_on_its_own_date(consultant):
	assessment, meeting_type = make_assessment(consultant), make_type(consultant)
	clicks(assessment, meeting_type, 1, at("2025-11-30 12:00"))
	meetings(assessment, meeting_type, 1, start=at("2025-12-01 12:00"), clicked_at=at("2025-11-30 12:00"))
	total = analytics(consultant, date(2025, 12, 1), date(2025, 12, 31)).total
	assert (total.clicks, total.bookings) == (0, 1)


def test_a_cancelled_booking_was_booked_and_an_unmatched_one_came_from_no_report(consultant):
	assessment, meeting_type = make_assessment(consultant), make_type(consultant)
	meetings(assessment, meeting_type, 1, event_type="meeting_cancelled", status="Cancelled")
	meetings(assessment, meeting_type, 1, from_report=0)
	found = as_json(analytics(consultant, None, None))
	assert found["summary"]["total_bookings"] == 1
	assert [each["status"] for each in found["recent_bookings"]] == ["cancelled"]


def test_a_deleted_meeting_type_counts_on(consultant):
	assessment, meeting_type = make_assessment(consultant), make_type(consultant)
	clicks(assessment, meeting_type, 2)
	frappe.delete_doc("Meeting Type", meeting_type.name)
	(row,) = as_json(analytics(consultant, None, None))["by_meeting_type"]
	assert (row["meeting_type_id"], row["name"], row["clicks"]) == (None, None, 2)


def test_the_number_of_queries_does_not_grow(consultant, queries):
	assessment = make_assessment(consultant)
	asked = []
	for _round in range(2):
		for _type in range(5):
			meeting_type = make_type(consultant)
			clicks(assessment, meeting_type, 3)
			meetings(assessment, meeting_type, 2, 1)
		queries.clear()
		analytics(consultant, date(2025, 12, 1), date(2025, 12, 31))
		asked.append(len(queries))
	assert asked[0] == asked[1] <= 7


def test_own_analytics_or_a_managers(consultant, as_user):
	other, manager = make_scheduler().consultant, make_user("Max", roles=("Scheduling Manager",))
	with as_user(consultant):
		assert whose_analytics(consultant) == consultant
		for nobody in (other, "nobody@hosts.example", ""):
			with pytest.raises(NotPermitted):
				whose_analytics(nobody)
	with as_user(manager):
		assert whose_analytics(consultant) == consultant
		with pytest.raises(NotFound):
			whose_analytics("nobody@hosts.example")
	with as_user(make_user("Rolf", roles=())), pytest.raises(NotPermitted):
		whose_analytics(frappe.session.user)


@pytest.mark.long
@pytest.mark.usefixtures("commit_clean")
def test_over_http(client):
	password = fresh("Secret")
	user = make_user(new_password=password)
	other = make_scheduler().consultant
	make_scheduler(consultant=user)
	assessment, meeting_type = make_assessment(user), make_type(user)
	clicks(assessment, meeting_type, 1)
	frappe.db.commit()
	assert (client.call(ANALYTICS, "GET").status_code, client.call(ANALYTICS, "GET").json()["code"]) == (
		401,
		"NOT_SIGNED_IN",
	)
	client.login(user, password)
	december = {"start_date": "2025-12-01", "end_date": "2025-12-31"}
	for whose in ({}, {"consultant": user}):
		answer = client.call(ANALYTICS, "GET", **whose, **december)
		assert answer.status_code == 200
		assert answer.json()["success"]
		assert answer.json()["data"]["summary"]["total_clicks"] == 1
	refused = [client.call(ANALYTICS, "GET", consultant=each) for each in (other, "nobody@hosts.example")]
	assert [answer.status_code for answer in refused] == [403, 403]
	assert refused[0].json() == refused[1].json()
	for wrong in ({"start_date": "1 December"}, {"start_date": "2025-12-31", "end_date": "2025-12-01"}):
		assert client.call(ANALYTICS, "GET", **wrong).status_code == 400
	assert client.call(ANALYTICS, "POST").status_code == 403
