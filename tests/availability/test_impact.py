"""The impact of a change equals what the listing says before and after the change is saved."""

import random
from datetime import date, timedelta

import frappe
import pytest

from scheduler_integration.availability import hours
from scheduler_integration.availability.hours_change import change_dates
from scheduler_integration.availability.impact import DAYS, impact_of_hours, impact_of_types
from tests.support import door
from tests.support.factories import at, make_host, make_meeting_type, make_page, make_schedule, make_team_page, payload
from tests.support.stand_ins import of_leave

NOW = at("2026-03-20 07:40")
TODAY = date(2026, 3, 20)
# The clocks change within the four weeks, in New York before, in Berlin on the 29th.
ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.mark.long
@pytest.mark.parametrize("seed", range(20))
def test_equals_a_recount_by_the_listing(seed):
	"""Each seed makes a host with types, bookings and dates off, and ten changes: 200 in all."""
	dice = random.Random(seed)
	host = _host(dice)
	before = _listed(host)
	for _number in range(10):
		change, types = _change(dice, host)
		if change:
			counted = impact_of_hours(change, host.zone, NOW)
			change.save()
		else:
			counted = impact_of_types(types, host.zone, NOW)
			for each in types:
				each.save()
		after = _listed(host)
		concerned = [each.name for each in types or host.types]
		all_before, all_after = (set().union(*(side[name] for name in concerned)) for side in (before, after))
		assert (set(counted.gained), set(counted.lost)) == (all_after - all_before, all_before - all_after)
		wanted = {
			name: (len(after[name] - before[name]), len(before[name] - after[name]))
			for name in before
			if before[name] != after[name]
		}
		assert {each.meeting_type: (each.gained, each.lost) for each in counted.types} == wanted
		before = after


class TestBookingsOutside:
	def test_are_those_that_were_inside_before(self):
		page = make_page(make_host("Jane", timezone="Europe/Berlin"))
		intro = make_meeting_type(page)
		kept, early = (_booked(page, intro, f"2026-03-23 {time}") for time in ("14:00", "09:00"))
		late = _booked(page, intro, "2026-03-30 16:30")
		change = hours.change_hours(page.user, None, {"rules": _rules(("Monday", 10, 16))}, NOW)
		outside = [each.booking for each in impact_of_hours(change, "Europe/Berlin", NOW).outside]
		assert outside == [early, late]
		assert kept not in outside
		# Those that lie outside already aren't named again.
		change.save()
		again = hours.change_hours(page.user, None, {"rules": _rules(("Monday", 11, 16))}, NOW)
		assert impact_of_hours(again, "Europe/Berlin", NOW).outside == ()

	def test_are_judged_by_the_schedule_of_their_type(self):
		page = make_page(make_host("Jane"))
		schedule = make_schedule(page.user, {"Monday": ["09:00-12:00"]}, is_default=0)
		own = make_meeting_type(page, availability_schedule=schedule.name)
		_booked(page, own, "2026-03-23 09:00", "UTC")
		change = hours.change_hours(page.user, None, {"rules": _rules(("Tuesday", 9, 17))}, NOW)
		assert impact_of_hours(change, "UTC", NOW).outside == ()


def test_a_type_that_is_switched_off_loses_all_its_starts():
	page = make_page(make_host("Jane"))
	intro = make_meeting_type(page)
	intro.is_active = 0
	counted = impact_of_types([intro], "UTC", NOW)
	assert len(counted.lost) == len(_listed_type(page, frappe.get_doc("Meeting Type", intro.name))) > 0
	assert counted.gained == ()


@pytest.mark.long
def test_more_types_bookings_and_hosts_take_no_more_queries(queries):
	page = make_page(make_host("Jane"))
	types = [make_meeting_type(page)]
	own = make_schedule(page.user, {"Monday": ["09:00-12:00"]}, is_default=0).name

	def asked():
		change = hours.change_hours(page.user, None, {"rules": _rules(("Monday", 10, 11))}, NOW)
		impact_of_hours(change, "UTC", NOW)
		queries.clear()
		impact_of_hours(change, "UTC", NOW)
		return len(queries)

	_booked(page, types[0], "2026-03-23 09:00", "UTC")
	few = asked()
	types += [make_meeting_type(page, availability_schedule=own) for _number in range(3)]
	for day in (23, 24, 25):
		_booked(page, types[0], f"2026-03-{day} 13:00", "UTC")
	team = make_team_page([page.user, *(make_host("Ann") for _number in range(3))])
	make_meeting_type(team, assignment="Round Robin")
	assert asked() == few <= 13 + of_leave()


def test_a_limit_of_the_month_counts_what_was_booked_before_the_four_weeks():
	page = make_page(make_host("Jane"))
	make_meeting_type(page, daily_limit=9)
	rare = make_meeting_type(page, monthly_limit=1)
	door.book(payload(page, rare, at("2026-03-04 09:00")), at("2026-03-02 09:00"))
	change = hours.change_hours(page.user, None, {"rules": _rules(("Saturday", 9, 10))}, NOW)
	counted = {each.meeting_type: each for each in impact_of_hours(change, "UTC", NOW).types}
	before = len(_listed_type(page, rare))
	change.save()
	# March is full; April has two Saturdays with two starts each.
	assert len(_listed_type(page, rare)) == counted[rare.name].gained == 4
	assert counted[rare.name].lost == before


def test_nothing_is_stored_by_counting():
	page = make_page(make_host("Jane"))
	make_meeting_type(page)
	writes = frappe.db.transaction_writes
	change = hours.change_hours(page.user, None, {"rules": _rules(("Monday", 9, 10))}, NOW)
	impact_of_hours(change, "UTC", NOW)
	impact_of_hours(hours.add_override(page.user, {"date": TODAY, "whole_day": 1}), "UTC", NOW)
	assert frappe.db.transaction_writes == writes


def _host(dice):
	zone = dice.choice(ZONES)
	user = make_host("Jane", _week(dice), timezone=zone)
	page = make_page(user)
	page.zone = zone
	page.types = [make_meeting_type(page, duration_minutes=dice.choice((30, 45, 60))) for _number in range(2)]
	for _number in range(4):
		starts = sorted(_listed_type(page, page.types[0]))
		if starts:
			door.book(payload(page, page.types[0], dice.choice(starts)), NOW)
	return page


def _change(dice, host):
	kind = dice.randrange(10)
	if kind == 0:
		return hours.change_hours(host.user, None, {"rules": _rules(*_spans(dice))}, NOW), None
	if kind == 1:
		fields = {"buffer_minutes": dice.choice((0, 15)), "minimum_notice_hours": dice.choice((0, 48))}
		return hours.change_hours(host.user, None, {**fields, "max_days_in_advance": dice.choice((0, 9))}, NOW), None
	if kind == 2:
		zone = dice.choice(ZONES)
		return hours.change_hours(host.user, None, {"timezone": zone}, NOW, keeps_clock=dice.random() < 0.5), None
	if kind == 3:
		return hours.add_override(host.user, _override(dice)), None
	if kind == 4:
		start = NOW + dice.randrange(20) * 43200 // 300 * 300
		rule = dice.choice(("", "FREQ=DAILY;COUNT=5", "FREQ=WEEKLY"))
		fields = {"recurring": int(bool(rule)), "recurrence_rule": rule}
		return hours.block(host.user, start, start + 3 * 3600, fields), None
	stored = frappe.get_all("Availability Override", {"user": host.user}, pluck="name", order_by="creation")
	if kind == 5 and stored:
		return hours.remove_overrides([dice.choice(stored)]), None
	if kind in (6, 7):
		days = [TODAY + timedelta(days=dice.randrange(12)) for _number in range(4)]
		spans = dice.choice(([], [("10:00:00", "14:00:00")], [("08:00:00", "09:00:00"), ("20:00:00", "02:00:00")]))
		return change_dates(host.user, days, spans), None
	if kind == 8:
		return _change_of_schedules(dice, host.user), None
	changed = frappe.get_doc("Meeting Type", dice.choice(host.types).name)
	changed.update({"duration_minutes": dice.choice((20, 40)), "is_active": int(dice.random() < 0.8), "daily_limit": 3})
	return None, [changed]


def _change_of_schedules(dice, user):
	chosen = dice.choice(hours.hours_of(user, None, NOW).schedules).name
	if dice.random() < 0.5:
		return hours.change_hours(user, chosen, {"is_default": 1}, NOW)
	copied = hours.new_schedule(user, "Another", chosen, NOW)
	copied.main.set("rules", _rules(*_spans(dice)))
	copied.save()
	return hours.delete_schedule(user, chosen, NOW)


def _override(dice):
	day = TODAY + timedelta(days=dice.randrange(30))
	fields = {"date": day, "end_date": day + timedelta(days=dice.randrange(4)), "is_available": dice.randrange(2)}
	whole = dice.random() < 0.4
	times = {} if whole else {"start_time": "10:00:00", "end_time": f"{dice.randrange(12, 20)}:00:00"}
	return {**fields, **times, "whole_day": int(whole)}


def _week(dice):
	week = {}
	for day, start, end in _spans(dice):
		week.setdefault(day, []).append(f"{start:02}:00-{end:02}:00")
	return week


def _spans(dice):
	return [
		(day, start, start + dice.randrange(1, 5))
		for day in WEEKDAYS
		for start in dice.sample((8, 11, 15, 19), dice.randrange(3))
	]


def _rules(*spans):
	return [
		{"day_of_week": day, "start_time": f"{start:02}:00:00", "end_time": f"{end:02}:00:00", "is_available": 1}
		for day, start, end in spans
	]


def _listed(host):
	types = [frappe.get_doc("Meeting Type", each.name) for each in host.types]
	return {each.name: _listed_type(host, each) if each.is_active else set() for each in types}


def _listed_type(page, meeting_type):
	zone = getattr(page, "zone", "UTC")
	last = TODAY + timedelta(days=DAYS - 1)
	found = door.slots_between(page.slug, meeting_type.slug, TODAY, last, zone, None, NOW)
	return {slot.start for slots in found.days.values() for slot in slots}


def _booked(page, meeting_type, start, zone="Europe/Berlin"):
	return door.book(payload(page, meeting_type, at(start, zone)), NOW).id
