"""A series is several dates of one attendee, booked at once: its records, refusals and consequences."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.api.shapes import as_json
from scheduler_integration.availability.holds import CACHE_KEY
from scheduler_integration.availability.series import plan_dates
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.calendars.sync import window_for
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.catalogue.repeats import WantedSeries
from scheduler_integration.exceptions import DatesTaken, InvalidRequest, SlotTaken
from scheduler_integration.platform.clock import iso as clock_iso
from tests.bookings.standing import check_seats, check_time, check_turns
from tests.support import door
from tests.support.factories import (
	at,
	fresh,
	make_meeting_type,
	make_page,
	make_schedule,
	make_team_page,
	make_user,
	payload,
)
from tests.support.factories import wall as wall_of

BERLIN = "Europe/Berlin"
NOW = at("2026-10-05 06:00")
# A Tuesday. On 25 October the clocks go back.
FIRST = at("2026-10-13 10:00", BERLIN)
WEEK = 7 * 86400


def wall(instant):
	return wall_of(instant, BERLIN)[5:]


def make_series_type(page=None, **fields):
	page = page or make_page(schedule={"timezone": BERLIN}, timezone=BERLIN)
	return page, make_meeting_type(
		page, **{"repeats": "Attendee Chooses", "repeat_weeks": 1, "repeat_count": 6, **fields}
	)


def book(page, meeting_type, times=4, start=FIRST, now=NOW, **fields):
	return door.book(payload(page, meeting_type, start, times=times, **fields), now)


def stored(answer):
	names = frappe.get_all("Booking", {"series": answer.series.id}, pluck="name", order_by="starts_at")
	return [frappe.get_doc("Booking", name) for name in names]


def iso(instant):
	return clock_iso(instant, "UTC")


def test_all_dates_are_booked_at_the_same_time_of_day():
	page, advisory = make_series_type()
	answer = book(page, advisory)
	assert [wall(each.start) for each in answer.series.dates] == [
		"10-13 10:00",
		"10-20 10:00",
		"10-27 10:00",
		"11-03 10:00",
	]
	assert [each.status for each in answer.series.dates] == ["Scheduled"] * 4
	bookings_ = stored(answer)
	assert [each.series_date for each in bookings_] == [each.starts_at for each in bookings_]
	assert len({each.ical_uid for each in bookings_}) == len({each.manage_key for each in bookings_}) == 4
	series = frappe.get_doc("Booking Series", answer.series.id)
	assert (series.host, series.weeks, series.count, series.zone) == (page.user, 1, 4, BERLIN)
	check_time([page.user])


def test_one_date_of_a_type_that_repeats_is_a_plain_booking():
	page, advisory = make_series_type()
	answer = book(page, advisory, times=1)
	assert answer.series is None
	assert not frappe.db.get_value("Booking", answer.id, "series")


def test_a_fixed_series_needs_no_number():
	page, course = make_series_type(repeats="Fixed", repeat_weeks=2, repeat_count=3)
	assert [wall(each.start) for each in book(page, course, times=None).series.dates] == [
		"10-13 10:00", "10-27 10:00", "11-10 10:00",
	]  # fmt: skip


def refusal(page, meeting_type, **fields):
	with pytest.raises(InvalidRequest) as refused:
		book(page, meeting_type, **fields)
	return refused.value.details["dates"]


def test_wrong_numbers_and_dates_are_refused():
	page, advisory = make_series_type()
	assert refusal(page, advisory, times=7) == "Choose a number from 1 to 6."
	assert refusal(page, advisory, times=2, dates=[iso(FIRST), iso(FIRST)]) == "You chose one time for two dates."
	assert (
		refusal(page, advisory, times=2, dates=[iso(FIRST + WEEK), iso(FIRST)])
		== "Give the dates as they were offered."
	)
	far = iso(FIRST + 9 * WEEK)
	assert refusal(page, advisory, times=2, dates=[iso(FIRST), far]) == "Give the dates as they were offered."
	_page, course = make_series_type(page, repeats="Fixed", repeat_count=3)
	assert refusal(page, course, times=2) == "This meeting takes place 3 times."
	single = make_meeting_type(page)
	assert refusal(page, single, times=2) == "This meeting doesn't repeat."


def test_nothing_is_booked_if_a_date_is_taken_and_the_nearest_times_are_told():
	page, advisory = make_series_type()
	other = make_meeting_type(page)
	door.book(payload(page, other, FIRST + WEEK), NOW)
	with pytest.raises(DatesTaken) as refused:
		book(page, advisory)
	assert [each.is_free for each in refused.value.plan.dates] == [True, False, True, True]
	told = as_json(refused.value)
	assert told["code"] == "DATES_TAKEN"
	assert told["dates"][1] == {
		"start": "2026-10-20T10:00:00+02:00",
		"is_free": False,
		"nearest": ["2026-10-20T09:30:00+02:00", "2026-10-20T10:30:00+02:00", "2026-10-20T09:00:00+02:00"],
	}
	assert not frappe.db.exists("Booking", {"meeting_type": advisory.name})


def test_the_dates_that_the_person_agreed_to_are_booked():
	page, advisory = make_series_type()
	other = make_meeting_type(page)
	for week in (1, 2):
		door.book(payload(page, other, stored_start(week)), NOW)
	agreed = [iso(FIRST), iso(stored_start(1) + 1800), None, iso(stored_start(3))]
	answer = book(page, advisory, dates=agreed)
	assert [wall(each.start) for each in answer.series.dates] == ["10-13 10:00", "10-20 10:30", "11-03 10:00"]
	assert [wall(each.series_date) for each in stored(answer)] == ["10-13 10:00", "10-20 10:00", "11-03 10:00"]


def stored_start(week):
	from scheduler_integration.engine import series_starts

	return series_starts(FIRST, 1, week + 1, BERLIN)[week]


def test_a_first_date_that_is_taken_is_told_as_for_a_single_booking():
	page, advisory = make_series_type()
	door.book(payload(page, make_meeting_type(page), FIRST), NOW)
	with pytest.raises(SlotTaken) as refused:
		book(page, advisory)
	assert len(refused.value.suggestions) == 3


def test_days_off_and_limits_bind_each_date():
	page, advisory = make_series_type(monthly_limit=2)
	frappe.get_doc(
		{"doctype": "Availability Override", "user": page.user, "date": "2026-11-03", "is_available": 0, "whole_day": 1}
	).insert()
	with pytest.raises(DatesTaken) as refused:
		book(page, advisory, times=5)
	assert [each.is_free for each in refused.value.plan.dates] == [True, True, False, False, True]


def test_the_booking_window_binds_the_first_date_only():
	page, advisory = make_series_type(uses_host_defaults=0, max_days_in_advance=10, minimum_notice=0)
	assert len(book(page, advisory).series.dates) == 4
	with pytest.raises(SlotTaken):
		book(page, advisory, start=FIRST + WEEK)
	fixed = {"window_type": "Fixed Range", "window_to": "2026-10-21", "uses_host_defaults": 0, "minimum_notice": 0}
	_page, term = make_series_type(page, **fixed)
	with pytest.raises(DatesTaken) as refused:
		book(page, term, start=FIRST + 3600)
	assert [each.is_free for each in refused.value.plan.dates] == [True, True, False, False]


def test_a_repeated_request_returns_the_series():
	page, advisory = make_series_type()
	wanted = payload(page, advisory, FIRST, times=3, idempotency_key="k" * 20)
	first, second = (door.book(wanted, NOW) for _each in range(2))
	assert first.id == second.id
	assert len(second.series.dates) == 3
	assert frappe.db.count("Booking", {"meeting_type": advisory.name}) == 3


def make_pool(size=3, **fields):
	users = [make_user(f"Host{place}") for place in range(size)]
	for user in users:
		make_schedule(user, timezone=BERLIN)
	page = make_team_page(users, timezone=BERLIN)
	return users, *make_series_type(page, assignment="Round Robin", **fields)


def test_one_host_takes_the_whole_series_and_each_date_is_a_turn():
	users, page, advisory = make_pool()
	first, second = book(page, advisory, times=3), book(page, advisory, times=3, start=FIRST + 3600)
	hosts = [{each.host for each in stored(answer)} for answer in (first, second)]
	assert [len(each) for each in hosts] == [1, 1]
	assert hosts[0] != hosts[1]
	rows = frappe.get_all("Round Robin Turn", {"meeting_type": advisory.name}, ["user", "credit"])
	credit = {row.user: row.credit for row in rows}
	# Each has paid for three bookings, and has a third of six.
	assert abs(credit[hosts[0].pop()] + 1_000_000) < 10
	assert abs(credit[hosts[1].pop()] + 1_000_000) < 10
	check_turns([advisory.name])
	check_time(users)


def test_only_a_host_who_has_time_on_all_dates_takes_a_series():
	users, page, advisory = make_pool(2)
	day_off = {"doctype": "Availability Override", "is_available": 0, "whole_day": 1}
	frappe.get_doc({**day_off, "user": users[0], "date": "2026-10-27"}).insert()
	assert {each.host for each in stored(book(page, advisory))} == {users[1]}
	frappe.get_doc({**day_off, "user": users[1], "date": "2026-10-20"}).insert()
	with pytest.raises(DatesTaken) as refused:
		book(page, advisory, start=FIRST + 3600)
	assert len(refused.value.plan.missing) == 1


def test_a_cancelled_date_gives_its_turn_back():
	_users, page, advisory = make_pool()
	answer = book(page, advisory, times=3)
	bookings.cancel_by_host(answer.series.dates[1].id, "", NOW)
	credits = frappe.get_all("Round Robin Turn", {"meeting_type": advisory.name}, pluck="credit")
	# Two of three dates are left, of each of which the host had a third.
	assert abs(min(credits) + 1_333_333) < 10
	check_turns([advisory.name])


def test_collective_meetings_repeat_with_all_their_hosts():
	users = [make_user("Ann"), make_user("Ben")]
	for user in users:
		make_schedule(user, timezone=BERLIN)
	page = make_team_page(users, timezone=BERLIN)
	_page, panel = make_series_type(page, assignment="Collective")
	assert [sorted(each.host_users()) for each in stored(book(page, panel, times=2))] == [sorted(users)] * 2
	check_time(users)


def test_a_date_on_which_one_of_a_panel_is_away_isnt_offered():
	users = [make_user("Ann"), make_user("Ben")]
	for user in users:
		make_schedule(user, timezone=BERLIN)
	page = make_team_page(users, timezone=BERLIN)
	_page, panel = make_series_type(page, assignment="Collective")
	day_off = {"doctype": "Availability Override", "is_available": 0, "whole_day": 1}
	frappe.get_doc({**day_off, "user": users[1], "date": "2026-10-20"}).insert()
	found = find_bookable(page.slug, panel.slug)
	plan = plan_dates(found, SlotRequest(panel.duration_minutes), FIRST, WantedSeries(1, 3), NOW)
	assert [each.is_free for each in plan.dates] == [True, False, True]


def test_booking_a_series_releases_the_time_that_was_held_for_it():
	page, advisory = make_series_type()
	key = door.hold_slot(page.slug, advisory.slug, iso(FIRST), None, None, fresh("address"), NOW).key

	def is_held():
		return any(key in name.decode() for name in frappe.cache.hkeys(CACHE_KEY))

	assert is_held()
	book(page, advisory, hold=key)
	frappe.db.after_commit.run()
	assert not is_held()


def test_seats_of_each_date_are_counted_and_sessions_are_joined():
	page, course = make_series_type(repeats="Fixed", repeat_count=3, seats=2)
	first, second = book(page, course, times=None), book(page, course, times=None)
	sessions = [[each.session for each in stored(answer)] for answer in (first, second)]
	assert sessions[0] == sessions[1]
	assert len(set(sessions[0])) == 3
	with pytest.raises(SlotTaken):
		book(page, course, times=None)
	check_seats([course.name])
	check_time([page.user])


def test_a_full_session_in_between_is_a_missing_date():
	page, course = make_series_type(seats=1, repeat_count=3)
	book(page, course, times=1, start=FIRST + WEEK)
	with pytest.raises(DatesTaken):
		book(page, course, times=3)


def test_a_series_is_one_contact_one_message_each_and_one_line_on_the_timeline():
	page, advisory = make_series_type()
	dates = stored(book(page, advisory))
	assert len({each.contact for each in dates}) == 1
	assert len({each.event for each in dates}) == 4
	lines = frappe.get_all(
		"Communication", {"reference_doctype": "Event", "reference_name": ["in", [each.event for each in dates]]}
	)
	assert len(lines) == 1
	names = [each.name for each in dates]
	mails = frappe.get_all(
		"Outbox Task",
		{"booking": ["in", names], "kind": "email", "purpose": ["!=", "reminder"]},
		["booking", "purpose"],
	)
	assert sorted(row.purpose for row in mails) == ["attendee_confirmed", "host_confirmed"]
	reminders = frappe.get_all("Outbox Task", {"booking": ["in", names], "purpose": "reminder"}, pluck="booking")
	assert set(reminders) == set(names)


@pytest.mark.long
def test_more_dates_take_few_more_statements(queries):
	counts = []
	page, advisory = make_series_type(repeat_count=20)
	for place, times in enumerate((3, 3, 12)):
		frappe.set_user("Guest")
		queries.clear()
		book(page, advisory, times=times, start=FIRST + place * 3600)
		counts.append(len(queries))
		frappe.set_user("Administrator")
	# Each date has an Event, which Frappe stores by itself.
	assert (counts[2] - counts[1]) / 9 <= 12, counts


def test_a_type_that_repeats_over_several_days_cant_be_saved():
	page = make_page()
	with pytest.raises(InvalidRequest):
		make_series_type(page, number_of_days=2)
	with pytest.raises(InvalidRequest):
		make_series_type(page, repeat_count=27)
	with pytest.raises(InvalidRequest):
		make_series_type(page, repeat_weeks=8, repeat_count=12)


def test_a_series_forgets_its_attendee_with_its_bookings():
	page, advisory = make_series_type()
	answer = book(page, advisory, times=2)
	bookings.forget_bookings([each.id for each in answer.series.dates])
	assert frappe.db.get_value("Booking Series", answer.series.id, "attendee_email") == "nobody@erased.invalid"


def test_calendars_are_read_as_far_as_a_series_reaches():
	page, _advisory = make_series_type(repeat_weeks=4, repeat_count=6)
	first, last = window_for(page.user, NOW)
	assert last - first >= 20 * WEEK
