"""`availability.get`, `update`, `impact`, `add_override`, `block` and the others, as docs/reference/api.md describes them."""

from typing import ClassVar

import frappe
import pytest

from scheduler_integration.platform.clock import now
from tests.support import door
from tests.support.api import call
from tests.support.factories import (
	ALWAYS,
	at,
	make_host,
	make_meeting_type,
	make_page,
	make_schedule,
	make_user,
	payload,
)

GET, UPDATE, IMPACT = "availability.get", "availability.update", "availability.impact"
MONDAY = "2026-11-23"
WEEK = [{"day_of_week": day, "start_time": "09:00", "end_time": "17:00", "is_available": True} for day in range(1, 6)]


@pytest.fixture
def jane(frozen, commit_clean):
	frozen("2026-11-22 08:00")
	user = make_host("Jane", timezone="Europe/Berlin")
	page = make_page(user)
	page.intro = make_meeting_type(page, title="Intro", duration_minutes=60)
	# A refused call rolls back.
	frappe.db.commit()
	return page


def book(page, start):
	return door.book(payload(page, page.intro, at(start, "Europe/Berlin")), now()).id


def data(method, user, /, **arguments):
	_status, body = call(method, user, **arguments)
	assert body["success"], body
	return body["data"]


def problems(method, user, /, **arguments):
	status, body = call(method, user, **arguments)
	assert (status, body["code"]) == (400, "VALIDATION_ERROR"), body
	return body["details"]


def spans(answer):
	return [(rule["day_of_week"], rule["start_time"], rule["end_time"]) for rule in answer["rules"]]


def test_the_hours_have_the_names_of_the_seeds(jane):
	found = data(GET, jane.user)
	assert found["rules"] == WEEK
	wanted = {"timezone", "buffer_minutes", "minimum_notice_hours", "max_days_in_advance", "overrides", "blocked_times"}
	assert wanted < set(found)


def test_rules_replace_the_week_and_other_fields_stay(jane):
	lunch = [
		{"day_of_week": "mon", "start_time": "09:00", "end_time": "12:00"},
		{"day_of_week": 1, "start_time": "22:00", "end_time": "02:00", "is_available": True},
	]
	found = data(UPDATE, jane.user, rules=lunch, buffer_minutes=15)
	assert spans(found) == [(1, "09:00", "12:00"), (1, "22:00", "02:00")]
	assert (found["buffer_minutes"], found["timezone"]) == (15, "Europe/Berlin")
	assert data(UPDATE, jane.user, minimum_notice_hours=4)["buffer_minutes"] == 15


def test_the_short_form_of_the_settings_page(jane):
	found = data(
		UPDATE,
		jane.user,
		workingDays={"mon": True, "tue": False, "wed": True},
		startTime="08:00",
		endTime="16:30",
		bufferTime=15,
		minNotice=4,
		maxAdvance=30,
		timezone="America/New_York",
	)
	assert spans(found) == [(1, "08:00", "16:30"), (3, "08:00", "16:30")]
	assert [found[field] for field in ("buffer_minutes", "minimum_notice_hours", "max_days_in_advance")] == [15, 4, 30]
	assert found["timezone"] == "America/New_York"


def test_fields_text_and_the_short_form_give_the_same_records(jane):
	by_fields = data(UPDATE, jane.user, rules=WEEK)["rules"]
	by_text = data(UPDATE, jane.user, hours="Mon-Fri 9-17")["rules"]
	days = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), True)
	by_short = data(UPDATE, jane.user, workingDays=days, startTime="09:00", endTime="17:00")["rules"]
	assert by_fields == by_text == by_short


def test_a_new_zone_keeps_the_clock_or_the_instants(jane):
	assert spans(data(UPDATE, jane.user, timezone="Asia/Tokyo"))[0] == (1, "09:00", "17:00")
	back = data(UPDATE, jane.user, timezone="Europe/Berlin", keep="instants")
	# Monday 09:00 in Tokyo is Monday 01:00 in Berlin.
	assert spans(back)[0] == (1, "01:00", "09:00")
	moved = data(UPDATE, jane.user, timezone="America/Los_Angeles", keep="instants")
	assert spans(moved)[-1] == (0, "16:00", "00:00")


@pytest.mark.parametrize(
	("fields", "wrong"),
	[
		({"rules": [{"day_of_week": 7, "start_time": "09:00", "end_time": "10:00"}]}, "rules"),
		({"rules": [{"day_of_week": 1, "start_time": "9", "end_time": "10:00"}]}, "rules"),
		({"rules": "nonsense"}, "rules"),
		({"hours": "Mon-Fri"}, "hours"),
		({"hours": "Mon-Fri 9-17 perhaps"}, "hours"),
		({"hours": "Mon 25-26"}, "hours"),
		({"timezone": "Mars/Base"}, "timezone"),
		({"buffer_minutes": -1}, "buffer_minutes"),
		({"workingDays": {"mon": True}}, "startTime"),
		({"workingDays": {"someday": True}, "startTime": "09:00", "endTime": "10:00"}, "workingDays"),
		({"colour": "red"}, "colour"),
		({"keep": "cool", "timezone": "UTC"}, "keep"),
	],
)
def test_a_wrong_field_is_named_and_nothing_changes(jane, fields, wrong):
	before = data(GET, jane.user)
	assert wrong in problems(UPDATE, jane.user, **fields)
	assert data(GET, jane.user) == before


def test_two_windows_neither_silently_loses(jane, frozen):
	version = data(GET, jane.user)["version"]
	frozen("2026-11-22 08:01")
	data(UPDATE, jane.user, version=version, hours="Mon 9-12")
	frappe.db.commit()
	status, body = call(UPDATE, jane.user, version=version, hours="Tue 9-12")
	assert (status, body["code"]) == (409, "CHANGED_MEANWHILE")
	assert spans(data(GET, jane.user)) == [(1, "09:00", "12:00")]


class TestSomebodyElses:
	def test_hours_are_refused_by_every_method(self, jane):
		other = make_user("Mallory")
		override = data("availability.add_override", jane.user, date="2026-12-24")["id"]
		times = {"start_time": "2026-12-28T09:00:00+01:00", "end_time": "2026-12-28T12:00:00+01:00"}
		blocked = data("availability.block", jane.user, **times)["id"]
		frappe.db.commit()
		for method, arguments in (
			(GET, {"user": jane.user}),
			(UPDATE, {"user": jane.user, "buffer_minutes": 5}),
			(IMPACT, {"user": jane.user, "hours": "Mon 9-10"}),
			("availability.add_override", {"user": jane.user, "date": "2026-12-24"}),
			("availability.block", {"user": jane.user, **times}),
			("availability.remove_override", {"id": override}),
			("availability.unblock", {"id": blocked}),
		):
			assert call(method, other, **arguments)[0] == 403, method
			assert call(method, "Guest", **arguments)[0] == 401, method

	def test_schedule_by_its_name_is_not_found(self, jane):
		schedule = data(GET, jane.user)["schedule"]
		# A refusal rolls back the test's records, so each call has a user of its own.
		assert call(GET, make_host("Mallory"), schedule=schedule)[0] == 404
		assert call(UPDATE, make_host("Mallory"), schedule=schedule, hours="Mon 9-10")[0] == 404

	def test_hours_are_open_to_managers(self, jane):
		manager = make_user("Maya", roles=("Scheduling Manager",))
		assert spans(data(UPDATE, manager, user=jane.user, hours="Mon 9-10")) == [(1, "09:00", "10:00")]


class TestOverrides:
	def test_are_listed_until_they_are_over_and_can_be_removed(self, jane):
		made = data("availability.add_override", jane.user, date="2026-12-24", end_date="2026-12-31", reason="Xmas")
		assert made.pop("conflicts") == []
		assert data(GET, jane.user)["overrides"] == [made]
		assert made == {
			"id": made["id"], "date": "2026-12-24", "end_date": "2026-12-31", "is_available": False, "start_time": None,
			"end_time": None, "timezone": None, "reason": "Xmas", "is_away": False, "message": None, "stand_ins": [],
		}  # fmt: skip
		assert call("availability.remove_override", jane.user, id=made["id"])[0] == 200
		assert data(GET, jane.user)["overrides"] == []

	def test_name_the_bookings_that_stay(self, jane):
		booking = book(jane, f"{MONDAY} 09:00")
		made = data(
			"availability.add_override", jane.user, date=MONDAY, is_available=True, start_time="13:00", end_time="15:00"
		)
		assert [each["booking"] for each in made["conflicts"]] == [booking]
		assert frappe.db.get_value("Booking", booking, "status") == "Scheduled"

	def test_need_both_times_or_none(self, jane):
		assert "end_time" in problems("availability.add_override", jane.user, date=MONDAY, start_time="13:00")

	def test_may_be_a_trip_to_another_zone(self, jane):
		made = data("availability.add_override", jane.user, date=MONDAY, timezone="Asia/Tokyo")
		assert (made["timezone"], made["is_available"]) == ("Asia/Tokyo", True)


class TestBlockedTime:
	TIMES: ClassVar = {"start_time": "2026-11-23T09:30:00+01:00", "end_time": "2026-11-23T12:00:00+01:00"}

	def test_comes_back_as_it_was_sent(self, jane):
		made = data("availability.block", jane.user, reason="Dentist", **self.TIMES)
		assert made.pop("conflicts") == []
		wanted = {**self.TIMES, "id": made["id"], "reason": "Dentist", "recurring": False, "recurrence_rule": None}
		assert data(GET, jane.user)["blocked_times"] == [made] == [wanted]
		assert call("availability.unblock", jane.user, id=made["id"])[0] == 200
		assert data(GET, jane.user)["blocked_times"] == []

	def test_may_recur_and_names_the_bookings_in_it(self, jane):
		booking = book(jane, "2026-11-30 10:00")
		made = data("availability.block", jane.user, recurrence_rule="FREQ=WEEKLY", **self.TIMES)
		assert made["recurring"] is True
		assert [each["booking"] for each in made["conflicts"]] == [booking]


class TestImpact:
	def test_counts_what_four_weeks_gain_and_lose(self, jane):
		# Four weeks from Sunday have four Mondays: 17:00 comes, 09:00 and 10:00 go.
		week = "Mon 11-18; Tue-Fri 9-17"
		found = data(IMPACT, jane.user, hours=week)
		assert (found["gained"], found["lost"]) == (4, 8)
		(intro,) = found["meeting_types"]
		assert intro == {"meeting_type_id": jane.intro.name, "name": "Intro", "gained": 4, "lost": 8}
		assert data(GET, jane.user)["rules"] == WEEK

	def test_names_the_bookings_that_stay(self, jane):
		inside = book(jane, f"{MONDAY} 11:00")
		outside = book(jane, f"{MONDAY} 09:00")
		found = data(IMPACT, jane.user, hours="Mon 11-18")
		assert [each["booking"] for each in found["bookings_outside"]] == [outside] != [inside]

	def test_of_another_schedule_concerns_the_types_that_use_it(self, jane):
		evenings = make_schedule(
			jane.user, {"Monday": ["18:00-20:00"]}, **{**ALWAYS, "is_default": 0}, title="Evenings"
		)
		make_meeting_type(jane, title="Late", duration_minutes=60, availability_schedule=evenings.name)
		found = data(IMPACT, jane.user, schedule=evenings.name, hours="Mon 18-21")
		assert [(each["name"], each["gained"]) for each in found["meeting_types"]] == [("Late", 4)]
