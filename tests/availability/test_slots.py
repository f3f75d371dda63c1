"""From records to slots: the offered slots follow from the database."""

from datetime import date, timedelta

import frappe
import pytest

from scheduler_integration.exceptions import (
	InvalidRequest,
	MeetingTypeNotFound,
	PageNotFound,
	RangeTooLong,
	UnknownTimeZone,
)
from tests.support import door
from tests.support.door import first_month_with_slots, offered_hours, slots_between
from tests.support.factories import (
	at,
	make_host,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	payload,
)

# A Monday.
MONDAY = date(2026, 3, 2)
NOW = at("2026-03-01 06:00")


def hours(page, meeting_type, day=MONDAY, zone="UTC", now=NOW, duration=None):
	"""Return the starts offered on one day of the visitor's zone, as HH:MM in that zone."""
	return offered_hours(page, meeting_type, day, now, zone=zone, duration=duration)


def override(user, day, **fields):
	return frappe.get_doc({"doctype": "Availability Override", "user": user, "date": day, **fields}).insert()


@pytest.fixture
def page():
	return make_page(hours={"Monday": ["09:00-12:00"], "Tuesday": ["22:00-02:00"]})


@pytest.fixture
def team():
	"""Ann is there from 9 to 11, Ben from 10 to 12."""
	return make_team_page(
		[make_host("Ann", {"Monday": ["09:00-11:00"]}), make_host("Ben", {"Monday": ["10:00-12:00"]})]
	)


@pytest.fixture
def hourly(page):
	return make_meeting_type(page, duration_minutes=60)


def test_weekly_hours_are_offered(page, hourly):
	assert hours(page, hourly) == ["09:00", "10:00", "11:00"]


def test_hours_past_midnight_reach_into_the_next_day(page, hourly):
	assert hours(page, hourly, date(2026, 3, 3)) == ["22:00", "23:00"]
	assert hours(page, hourly, date(2026, 3, 4)) == ["00:00", "01:00"]


def test_a_cut_of_the_weekly_hours_is_not_offered():
	page = make_page(hours={"Monday": ["09:00-13:00", "!10:00-11:00"]})
	assert hours(page, make_meeting_type(page, duration_minutes=60)) == ["09:00", "11:00", "12:00"]


def test_the_guests_zone_groups_and_prints(page, hourly):
	assert hours(page, hourly, MONDAY, "Pacific/Auckland") == ["22:00", "23:00"]
	assert hours(page, hourly, date(2026, 3, 3), "Pacific/Auckland") == ["00:00"]


def test_a_day_off_without_times_is_a_whole_day_off(page, hourly):
	override(page.user, MONDAY)
	assert hours(page, hourly) == []


def test_a_day_off_blocks_what_its_times_say(page, hourly):
	override(page.user, MONDAY, whole_day=0, start_time="10:00:00", end_time="11:00:00")
	assert hours(page, hourly) == ["09:00", "11:00"]


def test_a_day_with_its_own_hours_replaces_the_weekly_ones(page, hourly):
	override(page.user, MONDAY, is_available=1, whole_day=0, start_time="00:00:00", end_time="01:00:00")
	assert hours(page, hourly) == ["00:00"]


def test_a_run_of_days_off_spans_its_dates(page, hourly):
	override(page.user, date(2026, 2, 20), end_date=MONDAY)
	assert hours(page, hourly) == []
	assert hours(page, hourly, date(2026, 3, 3)) == ["22:00", "23:00"]


def test_blocked_time_is_read_in_the_sites_zone(page, hourly, monkeypatch):
	monkeypatch.setattr("scheduler_integration.platform.clock.get_system_timezone", lambda: "America/New_York")
	block = {"doctype": "Blocked Time", "user": page.user}
	frappe.get_doc({**block, "start_time": "2026-03-02 05:00:00", "end_time": "2026-03-02 06:00:00"}).insert()
	assert hours(page, hourly) == ["09:00", "11:00"]


def test_bookings_of_all_the_hosts_types_are_busy(page, hourly):
	short = make_meeting_type(page, duration_minutes=15)
	door.book(payload(page, short, at("2026-03-02 10:15")), NOW)
	assert hours(page, hourly) == ["09:00", "11:00"]


def test_notice_and_window_come_from_the_hosts_schedule():
	page = make_page(schedule={"minimum_notice_hours": 24, "max_days_in_advance": 7})
	hourly = make_meeting_type(page, duration_minutes=60)
	now = at("2026-03-02 10:00")
	assert hours(page, hourly, date(2026, 3, 3), now=now)[0] == "10:00"
	assert hours(page, hourly, date(2026, 3, 9), now=now) != []
	assert hours(page, hourly, date(2026, 3, 10), now=now) == []


def test_a_type_may_have_its_own_notice(page):
	eager = make_meeting_type(page, uses_host_defaults=0, minimum_notice=2, duration_minutes=60)
	assert hours(page, eager, now=at("2026-03-02 08:00")) == ["10:00", "11:00"]


def test_a_type_may_name_a_schedule(page):
	evenings = make_schedule(page.user, {"Monday": ["18:00-20:00"]}, is_default=0, title="Evenings")
	late = make_meeting_type(page, duration_minutes=60, availability_schedule=evenings.name)
	assert hours(page, late) == ["18:00", "19:00"]


def test_a_hosts_hours_follow_the_hosts_clock_not_the_sites():
	page = make_page(schedule={"timezone": "America/New_York"})
	hourly = make_meeting_type(page, duration_minutes=60)
	assert hours(page, hourly, date(2026, 3, 6))[0] == "14:00"
	# Two days later New York's clocks go forward.
	assert hours(page, hourly, date(2026, 3, 9))[0] == "13:00"


def test_round_robin_offers_what_any_host_can_and_collective_what_all_can(team):
	pool = make_meeting_type(team, assignment="Round Robin", duration_minutes=60)
	panel = make_meeting_type(team, assignment="Collective", duration_minutes=60)
	assert hours(team, pool) == ["09:00", "10:00", "11:00"]
	assert hours(team, panel) == ["10:00"]


def test_an_optional_host_of_a_collective_meeting_does_not_narrow_it(team):
	team.hosts[1].is_required = 0
	team.save()
	panel = make_meeting_type(team, assignment="Collective", duration_minutes=60)
	assert hours(team, panel) == ["09:00", "10:00"]


def test_a_team_page_that_became_personal_offers_its_owners_time_alone(team):
	owner = make_host("Cem", {"Monday": ["15:00-16:00"]})
	# A script writes past the form, which would delete the rows of hosts.
	frappe.db.set_value("Scheduling Page", team.name, {"page_type": "Personal", "user": owner})
	frappe.clear_document_cache("Scheduling Page", team.name)
	assert hours(team, make_meeting_type(team)) == ["15:00", "15:30"]


# Both are looked for at first in the next forty days, until 10 April. The month that is found is whole all the same.
@pytest.mark.parametrize("first", [date(2026, 4, 6), date(2026, 4, 13)])
def test_the_first_month_with_a_free_slot_is_found(first):
	page = make_page(schedule={"timezone": "Europe/Berlin"})
	meeting_type = make_meeting_type(page)
	override(page.user, date(2026, 3, 1), end_date=first - timedelta(days=1))
	month = first_month_with_slots(page.slug, meeting_type.slug, "Europe/Berlin", None, NOW)
	assert (month.month, month.earliest) == (date(2026, 4, 1), first)
	assert month.offered.days[first][0].start == at(f"{first} 09:00", "Europe/Berlin")
	assert date(2026, 4, 30) in month.offered.days


def test_a_host_without_any_free_time_has_an_empty_month():
	page = make_page(hours={})
	month = first_month_with_slots(page.slug, make_meeting_type(page).slug, "UTC", None, NOW)
	assert (month.month, month.earliest, month.offered.days) == (date(2026, 3, 1), None, {})


@pytest.mark.parametrize(
	("arguments", "error"),
	[
		({"slug": "no-such-page"}, PageNotFound),
		({"slug": ""}, PageNotFound),
		({"type_slug": "no-such-type"}, MeetingTypeNotFound),
		({"timezone": "Mars/Base"}, UnknownTimeZone),
		({"last": date(2026, 5, 3)}, RangeTooLong),
		({"last": date(2026, 3, 1)}, InvalidRequest),
		({"duration": 31}, InvalidRequest),
	],
)
def test_what_cannot_be_answered_is_refused(page, hourly, arguments, error):
	asked = {"slug": page.slug, "type_slug": hourly.slug, "first": MONDAY, "last": MONDAY, "timezone": "UTC"}
	with pytest.raises(error):
		slots_between(**{**asked, "duration": None, "now": NOW, **arguments})
