"""Hours of certain dates, and undoing what was changed."""

import pickle
from datetime import date

import frappe
import pytest

from scheduler_integration.availability import hours
from scheduler_integration.availability.hours_change import change_dates, runs_of, taken_back
from scheduler_integration.availability.week import week_of
from scheduler_integration.exceptions import ChangedMeanwhile, InvalidRequest, NotPermitted
from scheduler_integration.times import dates_between
from tests.availability.weeks import rules_of
from tests.support.door import offered_hours
from tests.support.factories import ALWAYS, at, make_host, make_meeting_type, make_page, make_schedule, make_user

NOW = at("2026-11-22 08:00")
CHRISTMAS = dates_between(date(2026, 12, 24), date(2026, 12, 31))
MORNING = [("10:00:00", "12:00:00")]


@pytest.fixture
def jane():
	return make_host("Jane")


def overrides(user):
	found = frappe.get_all(
		"Availability Override",
		{"user": user},
		["date", "end_date", "start_time", "reason"],
		order_by="date, start_time",
	)
	return [
		f"{row.date:%d}-{row.end_date:%d}{f' from {str(row.start_time)[:5]}' if row.start_time is not None else ''} {row.reason or ''}"
		for row in found
	]


def test_days_in_a_row_make_one_record():
	days = [date(2026, 12, day) for day in (24, 26, 25, 31)]
	assert runs_of(days) == [(date(2026, 12, 24), date(2026, 12, 26)), (date(2026, 12, 31), date(2026, 12, 31))]
	assert dates_between(date(2026, 12, 2), date(2026, 12, 1)) == []


def test_new_hours_replace_those_that_were_set_before(jane):
	change_dates(jane, CHRISTMAS, [], "Christmas").save()
	assert overrides(jane) == ["24-31 Christmas"]
	change_dates(jane, [date(2026, 12, 28), date(2026, 12, 29)], [*MORNING, ("14:00:00", "15:00:00")], "Open").save()
	assert overrides(jane) == [
		"24-27 Christmas",
		"28-29 from 10:00 Open",
		"28-29 from 14:00 Open",
		"30-31 Christmas",
	]
	change_dates(jane, CHRISTMAS, None).save()
	assert overrides(jane) == []
	with pytest.raises(InvalidRequest, match="marked"):
		change_dates(jane, CHRISTMAS, None)


def test_the_dates_are_offered_as_planned(jane):
	page = make_page(jane)
	intro = make_meeting_type(page, duration_minutes=60)
	change_dates(jane, CHRISTMAS, [], "Christmas").save()
	change_dates(jane, [date(2026, 12, 26)], MORNING).save()
	assert offered_hours(page, intro, date(2026, 12, 28), NOW) == []
	# A Saturday.
	assert offered_hours(page, intro, date(2026, 12, 26), NOW) == ["10:00", "11:00"]


def test_trips_stay(jane):
	hours.add_override(
		jane, {"date": CHRISTMAS[0], "end_date": CHRISTMAS[-1], "is_travel": 1, "timezone": "Asia/Tokyo"}
	).save()
	change_dates(jane, CHRISTMAS[:2], [], "Ill").save()
	assert sorted(overrides(jane)) == ["24-25 Ill", "24-31 "]


@pytest.mark.parametrize("days", [[], dates_between(date(2026, 1, 1), date(2027, 6, 1))])
def test_no_day_and_too_many_are_refused(jane, days):
	with pytest.raises(InvalidRequest) as refused:
		change_dates(jane, days, [])
	assert list(refused.value.details) == ["day"]


def test_another_hosts_dates_are_refused(jane, as_user):
	with as_user(make_user("Mallory")), pytest.raises((NotPermitted, frappe.PermissionError)):
		change_dates(jane, CHRISTMAS, [])


class TestUndoing:
	@pytest.fixture
	def undone(self):
		"""Save a change and take it back, as between two requests."""

		def undo(change):
			facts = pickle.loads(pickle.dumps(change.save_undoably()))
			taken_back(facts).save()

		return undo

	def test_restores_the_week(self, jane, undone):
		before = rules_of(week_of(hours.hours_of(jane, None, NOW).schedule.rules))
		undone(hours.change_hours(jane, None, {"rules": [], "buffer_minutes": 45}, NOW))
		schedule = hours.hours_of(jane, None, NOW).schedule
		assert (rules_of(week_of(schedule.rules)), schedule.buffer_minutes) == (before, 0)

	def test_restores_dates(self, jane, undone):
		change_dates(jane, CHRISTMAS, [], "Christmas").save()
		before = overrides(jane)
		undone(change_dates(jane, CHRISTMAS[2:4], MORNING))
		undone(change_dates(jane, CHRISTMAS, None))
		undone(hours.add_override(jane, {"date": "2027-01-02", "whole_day": 1}))
		assert overrides(jane) == before

	def test_restores_blocked_time(self, jane, undone):
		start = at("2026-11-24 10:00")
		rule = {"recurring": 1, "recurrence_rule": "FREQ=WEEKLY", "timezone": "UTC", "reason": "Sport"}
		made = hours.block(jane, start, start + 3600, rule).save()
		undone(hours.unblock(made.name))
		[blocked] = hours.hours_of(jane, None, NOW).blocked
		assert (blocked.starts_at, blocked.recurrence_rule, blocked.reason) == (start, "FREQ=WEEKLY", "Sport")

	def test_restores_the_default_and_deleted_schedules(self, jane, undone):
		make_schedule(jane, {"Monday": ["18:00-20:00"]}, **{**ALWAYS, "is_default": 0}, title="Evenings")

		def schedules():
			found = hours.hours_of(jane, None, NOW).schedules
			return [(each.title, each.is_default) for each in found]

		evenings = hours.hours_of(jane, None, NOW).schedules[1].name
		assert schedules() == [("Hours", 1), ("Evenings", 0)]
		undone(hours.change_hours(jane, evenings, {"is_default": 1}, NOW))
		assert schedules() == [("Hours", 1), ("Evenings", 0)]
		undone(hours.delete_schedule(jane, evenings, NOW))
		assert schedules() == [("Hours", 1), ("Evenings", 0)]
		undone(hours.delete_schedule(jane, hours.hours_of(jane, None, NOW).schedule.name, NOW))
		assert schedules() == [("Hours", 1), ("Evenings", 0)]

	def test_is_refused_after_somebody_else_has_saved(self, jane, frozen):
		frozen("2026-11-22 08:00:00.5")
		facts = hours.change_hours(jane, None, {"buffer_minutes": 45}, NOW).save_undoably()
		frozen("2026-11-22 08:01:00.5")
		hours.change_hours(jane, None, {"buffer_minutes": 30}, NOW).save()
		with pytest.raises(ChangedMeanwhile):
			taken_back(facts)


def test_a_schedule_that_a_type_names_is_not_deleted(jane):
	evenings = make_schedule(jane, {"Monday": ["18:00-20:00"]}, **{**ALWAYS, "is_default": 0}, title="Evenings")
	make_meeting_type(make_page(jane), title="Late talk", availability_schedule=evenings.name)
	with pytest.raises(InvalidRequest, match="used by Late talk"):
		hours.delete_schedule(jane, evenings.name, NOW)
