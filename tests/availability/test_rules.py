"""The fields of a meeting type and of a schedule, and their effect on slots. 2 March 2026 is a Monday."""

from datetime import date

import frappe
import pytest

from scheduler_integration.availability.schedules import load_schedules
from scheduler_integration.exceptions import SlotTaken
from tests.support import door
from tests.support.door import first_month_with_slots, offered_hours, slots_between
from tests.support.factories import (
	at,
	make_host,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	make_user,
	payload,
)

MONDAY = date(2026, 3, 2)
NOW = at("2026-03-01 06:00")
OWN = {"uses_host_defaults": 0, "minimum_notice": 0, "window_type": "Indefinite"}


def days(page, meeting_type, first=MONDAY, last=date(2026, 3, 31), now=NOW):
	found = slots_between(page.slug, meeting_type.slug, first, last, "UTC", None, now)
	return [str(day) for day in found.days]


def hours(page, meeting_type, day=MONDAY, now=NOW, duration=None):
	return offered_hours(page, meeting_type, day, now, duration=duration)


def book(page, meeting_type, when, now=NOW, **fields):
	return door.book(payload(page, meeting_type, at(when), **fields), now)


@pytest.fixture
def page():
	return make_page(hours={"Monday": ["09:00-12:00"], "Tuesday": ["09:00-12:00"], "Thursday": ["09:00-12:00"]})


@pytest.mark.parametrize(
	("fields", "last"),
	[
		({"window_type": "Rolling Days", "max_days_in_advance": 2}, "2026-03-03"),
		({"window_type": "Rolling Business Days", "max_days_in_advance": 3}, "2026-03-05"),
		({"window_type": "Rolling Days", "max_days_in_advance": 4, "only_days_with_slots": 1}, "2026-03-09"),
		({"window_type": "Fixed Range", "window_from": "2026-03-05", "window_to": "2026-03-10"}, "2026-03-10"),
		({"window_type": "Indefinite", "max_days_in_advance": 1}, "2026-03-31"),
	],
)
def test_the_booking_window_ends_by_its_type(page, fields, last):
	offered = days(page, make_meeting_type(page, **{**OWN, **fields}))
	assert offered[-1] == last
	assert offered[0] == ("2026-03-05" if "window_from" in fields else "2026-03-02")


@pytest.mark.parametrize(
	("unit", "first"), [("Minutes", "2026-03-02"), ("Hours", "2026-03-03"), ("Days", "2026-03-31")]
)
def test_the_notice_has_a_unit(page, unit, first):
	meeting_type = make_meeting_type(page, **{**OWN, "minimum_notice": 30, "minimum_notice_unit": unit})
	offered = days(page, meeting_type, last=date(2026, 4, 1))
	assert offered[0] == first


@pytest.mark.parametrize(
	("fields", "booked", "closed", "open_again"),
	[
		({"daily_limit": 1}, ["2026-03-02 09:00"], "2026-03-02", "2026-03-03"),
		({"weekly_limit": 1}, ["2026-03-02 09:00"], "2026-03-05", "2026-03-09"),
		({"monthly_limit": 2}, ["2026-03-02 09:00", "2026-03-03 09:00"], "2026-03-31", "2026-04-02"),
		({"daily_minutes": 60}, ["2026-03-02 09:00", "2026-03-02 11:00"], "2026-03-02", "2026-03-03"),
		({"weekly_minutes": 59}, ["2026-03-02 09:00"], "2026-03-05", "2026-03-09"),
		({"monthly_minutes": 30}, ["2026-03-02 09:00"], "2026-03-31", "2026-04-02"),
	],
	ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_limit_of_the_type_closes_its_period(page, fields, booked, closed, open_again):
	limited, other = make_meeting_type(page, **fields), make_meeting_type(page)
	for when in booked:
		book(page, limited, when)
	offered = days(page, limited, last=date(2026, 4, 3))
	assert closed not in offered
	assert offered[0] == open_again
	assert "2026-03-02" in days(page, other)


def test_a_limit_of_the_host_counts_all_types():
	page = make_page(hours={"Monday": ["09:00-12:00"]}, schedule={"daily_limit": 1})
	one, other = make_meeting_type(page), make_meeting_type(page)
	book(page, one, "2026-03-02 09:00")
	assert days(page, other)[0] == "2026-03-09"


def test_a_limit_of_the_host_counts_types_with_a_schedule_of_their_own():
	page = make_page(hours={"Monday": ["09:00-12:00"]}, schedule={"daily_limit": 1, "buffer_minutes": 30})
	mornings = make_schedule(page.user, {"Monday": ["09:00-11:00"]}, is_default=0)
	named, plain = make_meeting_type(page, availability_schedule=mornings.name), make_meeting_type(page)
	assert hours(page, named) == ["09:00", "09:30", "10:00", "10:30"]
	book(page, plain, "2026-03-02 09:00")
	assert days(page, named)[0] == "2026-03-09"
	with pytest.raises(SlotTaken):
		book(page, named, "2026-03-02 10:30")
	book(page, named, "2026-03-09 10:30")
	assert days(page, plain)[0] == "2026-03-16"


def test_a_shared_schedule_leaves_each_host_their_own_limits():
	ann, bea, cem = make_user("Ann"), make_host("Bea", daily_limit=1), make_host("Cem", daily_limit=2)
	shared = make_schedule(ann, daily_limit=3)
	page = make_team_page([ann, bea, cem])
	frappe.db.set_value("Availability Schedule", {"user": cem}, "is_default", 0)
	found = load_schedules(shared.name, [cem, bea, ann])
	assert {user: schedule.limits[0].most for user, schedule in found.items()} == {cem: 3, bea: 1, ann: 3}
	assert len({schedule.weekly for schedule in found.values()}) == 1
	assert hours(page, make_meeting_type(page, assignment="Round Robin", availability_schedule=shared.name))


def test_starts_are_offset_from_the_full_grid(page):
	assert hours(page, make_meeting_type(page, duration_minutes=60, slot_offset=10)) == ["09:10", "10:10"]


def test_short_gaps_are_used_where_the_type_says_so(page):
	short = make_meeting_type(page, duration_minutes=15)
	hourly, filling = (
		make_meeting_type(page, duration_minutes=60),
		make_meeting_type(page, duration_minutes=60, fill_gaps=1),
	)
	book(page, short, "2026-03-02 09:00")
	assert hours(page, hourly) == ["10:00", "11:00"]
	assert hours(page, filling) == ["09:15", "10:00", "11:00"]
	assert book(page, filling, "2026-03-02 09:15").start


def test_only_the_first_slot_of_a_day_is_offered(page):
	first = make_meeting_type(page, first_slot_only=1)
	assert hours(page, first) == ["09:00"]
	with pytest.raises(SlotTaken):
		book(page, first, "2026-03-02 10:00")
	book(page, first, "2026-03-02 09:00")
	assert hours(page, first) == ["09:30"]


def test_the_guest_chooses_among_durations(page):
	choosable = make_meeting_type(page, duration_options="60, 90")
	assert hours(page, choosable, duration=90) == ["09:00", "10:30"]


def test_on_a_trip_the_hours_follow_the_other_clock():
	page = make_page(hours={"Monday": ["09:00-11:00"], "Tuesday": ["09:00-11:00"]})
	trip = {"doctype": "Availability Override", "user": page.user, "date": "2026-03-02", "is_travel": 1}
	frappe.get_doc({**trip, "timezone": "Asia/Tokyo"}).insert()
	hourly = make_meeting_type(page, duration_minutes=60)
	assert hours(page, hourly, MONDAY) == ["00:00", "01:00"]
	assert hours(page, hourly, date(2026, 3, 3)) == ["09:00", "10:00"]


def test_a_trip_needs_a_time_zone():
	user = make_user()
	with pytest.raises(frappe.ValidationError):
		frappe.get_doc(
			{"doctype": "Availability Override", "user": user, "date": "2026-03-02", "is_travel": 1}
		).insert()


def test_hosts_whose_hours_begin_at_other_times_can_meet():
	"""If each host had a grid, the grids would never meet: Kolkata is five and a half hours ahead."""
	monday = {"Monday": ["09:00-17:00"]}
	lead, other = make_host("Ann", monday, timezone="Europe/London"), make_host("Bea", monday, timezone="Asia/Kolkata")
	page = make_team_page([lead, other])
	meeting_type = make_meeting_type(page, assignment="Collective", duration_minutes=60)
	assert hours(page, meeting_type) == ["09:00", "10:00"]
	booking = book(page, meeting_type, "2026-03-02 10:00")
	assert len(booking.hosts) == 2


def test_the_next_free_day_is_one_request(page):
	meeting_type = make_meeting_type(page)
	found = first_month_with_slots(page.slug, meeting_type.slug, "UTC", None, NOW, after=date(2026, 3, 31))
	assert (found.earliest, found.month) == (date(2026, 4, 2), date(2026, 4, 1))
	assert date(2026, 3, 31) in found.offered.days
