"""Recurring blocked time, from the form to the offered slots."""

from datetime import date

import frappe
import pytest

from scheduler_integration.scheduler_integration.doctype.blocked_time.blocked_time import preview
from tests.support.door import slots_between
from tests.support.factories import at, hour, make_meeting_type, make_page, make_schedule, make_user

BERLIN = "Europe/Berlin"
EVERY_DAY = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
NOW = at("2026-03-01 06:00")


@pytest.fixture(autouse=True)
def _site_in_calcutta(site_zone):
	"""Set a site's zone that is neither the host's nor the visitor's."""
	site_zone("Asia/Kolkata")


@pytest.fixture
def page():
	"""Create a page of a host in Berlin who works from nine to noon, every day."""
	user = make_user()
	make_schedule(user, {day: ["09:00-12:00"] for day in EVERY_DAY}, timezone=BERLIN)
	return make_page(user)


@pytest.fixture
def hourly(page):
	return make_meeting_type(page, duration_minutes=60)


def block(user, start, end, rule, **fields):
	"""Create recurring blocked time. `start` and `end` are in Calcutta's time, 4:30 hours ahead of Berlin in winter."""
	values = {"user": user, "start_time": f"{start}:00", "end_time": f"{end}:00"}
	return frappe.get_doc(
		{"doctype": "Blocked Time", **values, "recurring": 1, "recurrence_rule": rule, **fields}
	).insert()


def hours(page, meeting_type, day):
	day = date.fromisoformat(day)
	answer = slots_between(page.slug, meeting_type.slug, day, day, BERLIN, None, NOW)
	return [hour(slot.start, BERLIN) for slot in answer.days.get(day, [])]


def test_a_block_recurs(page, hourly):
	block(page.user, "2026-03-02 13:30", "2026-03-02 14:30", "FREQ=WEEKLY;BYDAY=MO,WE")
	assert hours(page, hourly, "2026-03-02") == ["10:00", "11:00"]
	assert hours(page, hourly, "2026-03-03") == ["09:00", "10:00", "11:00"]
	assert hours(page, hourly, "2026-03-04") == ["10:00", "11:00"]


def test_a_block_keeps_its_wall_clock_time_when_clocks_change(page, hourly):
	block(page.user, "2026-03-02 13:30", "2026-03-02 14:30", "FREQ=DAILY")
	for day in ("2026-03-28", "2026-03-29", "2026-03-30", "2026-10-24", "2026-10-25", "2026-10-26"):
		assert hours(page, hourly, day) == ["10:00", "11:00"], day


def test_a_rule_ends_by_count_and_by_until(page, hourly):
	block(page.user, "2026-03-02 13:30", "2026-03-02 14:30", "FREQ=DAILY;COUNT=2")
	block(page.user, "2026-03-02 14:30", "2026-03-02 15:30", "FREQ=DAILY;UNTIL=20260304")
	offered = [hours(page, hourly, f"2026-03-{day:02}") for day in range(2, 6)]
	assert offered == [["11:00"], ["11:00"], ["09:00", "11:00"], ["09:00", "10:00", "11:00"]]


def test_excluded_and_added_dates_count(page, hourly):
	rule = "RRULE:FREQ=WEEKLY;BYDAY=MO\nEXDATE;VALUE=DATE:20260309\nRDATE;TZID=Europe/Berlin:20260310T100000"
	block(page.user, "2026-03-02 13:30", "2026-03-02 14:30", rule)
	assert hours(page, hourly, "2026-03-09") == ["09:00", "10:00", "11:00"]
	assert hours(page, hourly, "2026-03-10") == ["09:00", "11:00"]


def test_a_block_of_several_days_covers_them(page, hourly):
	block(page.user, "2026-03-02 13:30", "2026-03-04 13:30", "FREQ=MONTHLY")
	offered = [hours(page, hourly, f"2026-04-{day:02}") for day in range(1, 5)]
	assert offered == [["09:00", "10:00", "11:00"], [], [], ["09:00", "10:00", "11:00"]]


def test_the_zone_is_that_of_the_hosts_schedule_unless_another_is_given(page):
	rule = "FREQ=DAILY"
	assert block(page.user, "2026-03-02 13:30", "2026-03-02 14:30", rule).timezone == BERLIN
	other = block(page.user, "2026-03-02 13:30", "2026-03-02 14:30", rule, timezone="America/New_York")
	assert "DTSTART;TZID=America/New_York:20260302T030000" in other.series


def test_the_instants_reach_from_the_first_occurrence_to_the_last(page):
	rule = "FREQ=WEEKLY;COUNT=3\nEXDATE;VALUE=DATE:20260302"
	made = block(page.user, "2026-03-02 13:30", "2026-03-02 14:30", rule)
	assert (made.starts_at, made.ends_at) == (at("2026-03-09 09:00", BERLIN), at("2026-03-16 10:00", BERLIN))
	endless = block(page.user, "2026-03-02 13:30", "2026-03-02 14:30", "FREQ=WEEKLY")
	assert endless.ends_at == at("9999-01-01 00:00")


def test_years_after_its_start_a_rule_still_blocks(page, hourly):
	block(page.user, "1996-02-29 13:30", "1996-02-29 14:30", "FREQ=DAILY;INTERVAL=7")
	assert hours(page, hourly, "2026-03-05") == ["10:00", "11:00"]
	assert hours(page, hourly, "2026-03-06") == ["09:00", "10:00", "11:00"]


def test_a_changed_rule_counts_at_once(page, hourly):
	made = block(page.user, "2026-03-02 13:30", "2026-03-02 14:30", "FREQ=DAILY")
	made.update({"recurring": 0, "recurrence_rule": ""}).save()
	assert made.series is None
	assert hours(page, hourly, "2026-03-02") == ["10:00", "11:00"]
	assert hours(page, hourly, "2026-03-03") == ["09:00", "10:00", "11:00"]


def test_a_preview_says_the_rule_in_words(frozen):
	frozen("2026-03-20T06:00:00.123456+00:00")
	asked = {"start_time": "2026-03-02 13:30:00", "end_time": "2026-03-02 14:30:00", "timezone": BERLIN}
	answer = preview(**asked, recurrence_rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;UNTIL=20260410")
	assert answer["sentence"] == "Every 2 weeks on Monday and Friday, until April 10, 2026"
	times = ["Fri, Mar 20, 2026 9:00 AM", "Mon, Mar 30, 2026 9:00 AM", "Fri, Apr 3, 2026 9:00 AM"]
	assert [" ".join(time.split()) for time in answer["next"]] == times


@pytest.mark.parametrize(
	("rule", "words"),
	[
		("FREQ=DAILY", "Every day"),
		("FREQ=DAILY;INTERVAL=3;COUNT=4", "Every 3 days, 4 times"),
		("FREQ=WEEKLY", "Every week on Monday"),
		("FREQ=MONTHLY", "Every month, on day 2"),
		("FREQ=MONTHLY;BYDAY=-1FR", "Every month, on the last Friday"),
		("FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1,-1", "Every 2 months, on day 1 and last"),
		("FREQ=YEARLY", "Every year on March 2"),
		("FREQ=YEARLY;BYMONTH=5", "By the rule FREQ=YEARLY;BYMONTH=5"),
		("FREQ=DAILY;BYMONTHDAY=2", "By the rule FREQ=DAILY;BYMONTHDAY=2"),
		("FREQ=DAILY\nEXDATE;VALUE=DATE:20260303,20260304", "Every day, except on March 3, 2026 and March 4, 2026"),
		("FREQ=DAILY\nEXDATE;VALUE=DATE:20260303", "Every day, except on March 3, 2026"),
		(
			"FREQ=DAILY\nEXDATE;VALUE=DATE:20260303,20260304,20260305,20260306",
			"Every day, without 4 excluded dates",
		),
		("FREQ=WEEKLY;COUNT=1\nRDATE;VALUE=DATE:20260304", "Every week on Monday, once, and on March 4, 2026"),
	],
)
def test_rules_in_words(rule, words):
	asked = {"start_time": "2026-03-02 13:30:00", "end_time": "2026-03-02 14:30:00", "timezone": BERLIN}
	assert preview(**asked, recurrence_rule=rule)["sentence"] == words


@pytest.mark.parametrize(
	"wrong",
	[{"recurrence_rule": "FREQ=HOURLY"}, {"recurrence_rule": ["x"]}, {"timezone": "Mars/Base"}]
	+ [{"start_time": each} for each in ("", "x", None, ["x"], "2026-03-02 15:00:00")],
)
def test_a_preview_of_what_would_be_refused_says_why(wrong):
	asked = {"start_time": "2026-03-02 13:30:00", "end_time": "2026-03-02 14:30:00", "recurrence_rule": "FREQ=DAILY"}
	assert preview(**{**asked, **wrong})["problem"]
