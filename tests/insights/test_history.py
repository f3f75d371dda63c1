"""The numbers of past days, and those of today beside them, equal a recount of all bookings, whatever happens to them."""

import random
from collections import Counter
from datetime import date, timedelta

import frappe
import pytest

from scheduler_integration import bookings, jobs
from scheduler_integration.engine import local_midnight
from scheduler_integration.insights import history as keeping
from scheduler_integration.insights import stat_days
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.history import history
from scheduler_integration.insights.scope import Scope
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.insights.test_figures import FIRST, LAST, NOW, History, Recount, money, outcome
from tests.support import door
from tests.support.api import call
from tests.support.factories import at, make_host, make_meeting_type, make_page, make_team_page, make_user, payload

HISTORY = "analytics.history"
# The clocks of this zone change on 8 March 2026.
ZONE = "America/New_York"


@pytest.fixture
def past(commit_clean, site_zone, request):
	"""A random history of five hosts, committed, on a site in New York."""
	site_zone(ZONE)
	clear()
	dice = random.Random(request.param if hasattr(request, "param") else 1)
	past = History(dice)
	frappe.db.commit()
	yield past
	clear()


def clear():
	for doctype in ("Scheduling Daily Stat", "Scheduling Stat Day"):
		frappe.db.delete(doctype)
	frappe.db.commit()


def keep(now=NOW):
	keeping.keep(lambda: now, 60)


def scope_of(**fields):
	return Scope(FIRST, LAST, ZONE, **fields)


def assert_equals_a_recount(scope, now=NOW):
	found, plain = history(scope, now), Recount(scope)
	rows = plain.counted()
	outcomes = Counter(outcome(row) for row in rows)
	tally = found.total.tally
	assert (tally.pending, tally.scheduled, tally.completed, tally.no_shows, tally.cancelled) == tuple(
		outcomes[each] for each in ("Pending", "Scheduled", "Completed", "No Show", "Cancelled")
	)
	assert (tally.cancelled_after_start, tally.total) == (outcomes["too late"], len(rows))
	cancelled = [row for row in rows if outcome(row) == "Cancelled"]
	assert tally.late == sum(row.starts_at - row.cancelled_at < 24 * 3600 for row in cancelled)
	assert tally.by_attendee == sum(row.cancelled_by == "Attendee" for row in cancelled)
	per_day = Counter(plain.day(row.starts_at) for row in rows)
	assert {day: each.tally.total for day, each in found.by_day.items() if each.tally.total} == per_day
	booked = Counter(plain.day(row.booked_at) for row in plain.made())
	assert {day: each.booked for day, each in found.by_day.items() if each.booked} == booked
	seconds = sum(max(0, row.starts_at - row.booked_at) for row in plain.made())
	assert found.total.lead_seconds == seconds
	paid = [row for row in rows if not scope.host or row.host == scope.host]
	assert found.total.money.rows() == money(paid)


@pytest.mark.long
@pytest.mark.parametrize("past", range(3), indirect=True)
def test_stored_days_and_today_equal_a_recount(past):
	keep()
	last = date(2026, 4, 1)
	assert len(stat_days.counted_days(FIRST, LAST)) == (last - FIRST).days + 1
	assert frappe.db.count("Scheduling Daily Stat") > 100
	assert_equals_a_recount(scope_of())
	for host in past.hosts:
		assert_equals_a_recount(scope_of(host=host))
	assert_equals_a_recount(scope_of(meeting_type=past.types[2].name))
	assert_equals_a_recount(scope_of(host=past.hosts[1], meeting_type=past.types[2].name))


@pytest.mark.long
def test_before_the_first_night_everything_is_counted_from_the_bookings(past):
	assert_equals_a_recount(scope_of())
	assert_equals_a_recount(scope_of(host=past.hosts[0]))


@pytest.mark.long
def test_the_figures_equal_those_of_the_dashboard(past):
	keep()
	live, stored = dashboard(scope_of(), NOW), history(scope_of(), NOW)
	assert stored.total.tally == live.tally
	assert stored.total.money.rows() == live.money.rows()
	assert {month: each.booked for month, each in stored.by_month.items()} == live.by_month


@pytest.mark.long
def test_counting_twice_changes_nothing(past):
	keep()
	before = stored_rows()
	for day in sorted(stat_days.counted_days(FIRST, LAST))[:5]:
		keeping.count_day(day)
	assert stored_rows() == before


def stored_rows():
	fields = ["name", "date", "host", "completed", "cancelled", "booked", "revenue"]
	return sorted(map(str, frappe.get_all("Scheduling Daily Stat", fields=fields)))


@pytest.mark.long
def test_erased_people_change_no_sum(past):
	keep()
	before = history(scope_of(), NOW).total
	rows = stored_rows()
	frappe.db.set_value(
		"Booking", {"starts_at": ["<", NOW]}, {"is_forgotten": 1, "attendee_email": "nobody@erased.invalid"}
	)
	frappe.db.commit()
	keeping.count_day(date(2026, 3, 25))
	assert history(scope_of(), NOW).total == before
	assert stored_rows() == rows


@pytest.fixture
def jane(commit_clean, site_zone):
	site_zone(ZONE)
	clear()
	page = make_page(make_host("Jane"))
	page.intro = make_meeting_type(page, price=50, currency="EUR")
	frappe.db.commit()
	yield page
	clear()


def book(page, start, now):
	name = door.book(payload(page, page.intro, at(start)), at(now)).id
	frappe.db.commit()
	return name


def totals(page, now):
	found = history(Scope(date(2026, 3, 1), date(2026, 3, 31), ZONE, page.user), at(now))
	tally = found.total.tally
	return tally.completed, tally.no_shows, tally.cancelled, tally.scheduled, found.total.booked


@pytest.mark.long
def test_a_late_no_show_counts_at_once_and_its_day_is_counted_again(jane):
	name = book(jane, "2026-03-10 15:00", "2026-03-05 12:00")
	bookings.complete(name, at("2026-03-10 15:45"))
	frappe.db.commit()
	keep(at("2026-03-11 12:00"))
	assert totals(jane, "2026-03-11 12:00") == (1, 0, 0, 0, 1)
	bookings.mark_no_show(name, "", at("2026-03-12 12:00"))
	frappe.db.commit()
	day = date(2026, 3, 10)
	assert day not in stat_days.counted_days(day, day)
	assert totals(jane, "2026-03-12 12:00") == (0, 1, 0, 0, 1)
	keep(at("2026-03-12 12:05"))
	assert day in stat_days.counted_days(day, day)
	assert totals(jane, "2026-03-12 12:10") == (0, 1, 0, 0, 1)
	assert frappe.db.count("Scheduling Stat Day", {"date": day}) == 1


@pytest.mark.long
def test_a_reassigned_booking_counts_for_its_new_host_on_the_day_it_was_booked(jane):
	ann, ben = make_host("Ann"), make_host("Ben")
	team = make_team_page([ann, ben])
	team.intro = make_meeting_type(team, assignment="Round Robin")
	frappe.db.commit()
	name = book(team, "2026-03-20 15:00", "2026-03-05 12:00")
	keep(at("2026-03-07 12:00"))
	host = frappe.db.get_value("Booking", name, "host")
	other = ben if host == ann else ann
	bookings.reassign(name, other, at("2026-03-08 12:00"))
	frappe.db.commit()
	for now in ("2026-03-08 12:00", "2026-03-09 12:00"):
		march = [history(Scope(date(2026, 3, 1), date(2026, 3, 31), ZONE, user), at(now)) for user in (host, other)]
		assert [each.total.booked for each in march] == [0, 1]
		keep(at("2026-03-09 12:00"))


def test_a_rescheduled_meeting_stays_booked_on_the_day_of_its_first_booking(jane):
	name = book(jane, "2026-03-10 15:00", "2026-03-05 12:00")
	keep(at("2026-03-07 12:00"))
	bookings.reschedule_by_host(name, RescheduleRequest(at("2026-03-12 15:00")), at("2026-03-08 12:00"))
	frappe.db.commit()
	found = history(Scope(date(2026, 3, 1), date(2026, 3, 31), ZONE, jane.user), at("2026-03-08 12:00"))
	assert {day.day: each.booked for day, each in found.by_day.items() if each.booked} == {5: 1}
	assert {day.day: each.tally.total for day, each in found.by_day.items() if each.tally.total} == {12: 1}


def test_bookings_of_days_to_come_note_nothing(jane, queries):
	book(jane, "2026-03-10 15:00", "2026-03-05 12:00")
	queries.clear()
	book(jane, "2026-03-10 16:00", "2026-03-05 12:00")
	assert not [each for each in queries if "Scheduling Stat Day" in each]


def test_a_refused_command_notes_no_day(jane):
	name = book(jane, "2026-03-10 15:00", "2026-03-05 12:00")
	bookings.complete(name, at("2026-03-12 12:00"))
	frappe.db.rollback()
	assert frappe.db.count("Scheduling Stat Day") == 0


@pytest.mark.long
@pytest.mark.parametrize("step", ["before the first", "after begin", "after delete", "after insert", "after end"])
def test_a_job_that_dies_leaves_the_day_as_it_was(past, monkeypatch, step):
	keep()
	day = date(2026, 3, 25)
	before = stored_rows()
	frappe.db.set_value("Booking", {"starts_at": [">=", local_midnight(day, ZONE)]}, "status", "No Show")
	stat_days.note([day])
	frappe.db.commit()
	with monkeypatch.context() as patch:
		dies_at(patch, step)
		with pytest.raises(KeyboardInterrupt):
			keeping.count_day(day)
	frappe.db.rollback()
	assert stored_rows() == before
	assert day not in stat_days.counted_days(day, day)
	assert_equals_a_recount(Scope(day, day, ZONE))
	keep()
	assert_equals_a_recount(Scope(day, day, ZONE))
	assert day in stat_days.counted_days(day, day)


def dies_at(patch, step):
	places = {
		"before the first": (stat_days, "begin", False),
		"after begin": (stat_days, "begin", True),
		"after delete": (frappe.db, "delete", True),
		"after insert": (keeping, "bulk_insert", True),
		"after end": (stat_days, "end", True),
	}
	where, name, is_after = places[step]
	known = getattr(where, name)

	def dies(*args, **kwargs):
		if is_after:
			known(*args, **kwargs)
		raise KeyboardInterrupt

	patch.setattr(where, name, dies)


def test_a_change_while_the_day_is_counted_is_counted_by_the_next_job(jane, monkeypatch):
	name = book(jane, "2026-03-10 15:00", "2026-03-05 12:00")
	bookings.complete(name, at("2026-03-10 15:45"))
	frappe.db.commit()
	day, known = date(2026, 3, 10), stat_days.end

	def end(day, names):
		# Another transaction notes a change, and this one has read the bookings already.
		stat_days.note([day])
		known(day, names)

	with monkeypatch.context() as patch:
		patch.setattr(stat_days, "end", end)
		keeping.count_day(day)
	assert day not in stat_days.counted_days(day, day)


@pytest.mark.long
def test_the_first_night_counts_the_past_in_parts(past):
	ticks = iter(range(0, 10_000, 30))
	keeping.keep(lambda: NOW + next(ticks), 60)
	some = len(stat_days.counted_days(date(2025, 1, 1), LAST))
	assert 0 < some < 20
	for _job in range(40):
		ticks = iter(range(0, 10_000, 30))
		keeping.keep(lambda ticks=ticks: NOW + next(ticks), 60)
	assert_equals_a_recount(scope_of())
	assert not stat_days.waiting(FIRST, date(2026, 4, 1))


@pytest.mark.long
def test_the_nightly_comparison_finds_what_was_changed_past_the_commands(past):
	keep()
	assert keeping.check(NOW, random.Random(1)) == []
	assert keeping.check(NOW, random.Random(1)) is None
	tomorrow = NOW + 86400
	keep(tomorrow)
	frappe.db.set_value("Scheduling Daily Stat", {"date": date(2026, 4, 2)}, "completed", 99)
	frappe.db.commit()
	assert keeping.check(tomorrow, random.Random(1)) == [date(2026, 4, 2)]
	keep(tomorrow)
	assert_equals_a_recount(scope_of(), tomorrow)


@pytest.mark.long
def test_managers_are_told_of_a_difference(past, frozen):
	maya = make_user("Maya", roles=("Scheduling Manager",))
	frozen(NOW)
	jobs.keep_daily_stats()
	frappe.db.set_value("Scheduling Stat Day", "2026-04-01", "is_checked", 0)
	frappe.db.set_value("Scheduling Daily Stat", {"date": date(2026, 4, 1)}, "booked", 12345)
	frappe.db.commit()
	jobs.keep_daily_stats()
	[told] = frappe.get_all("Notification Log", {"for_user": maya}, ["subject"])
	assert "2026-04-01" in told.subject
	jobs.keep_daily_stats()
	assert_equals_a_recount(scope_of())
	assert frappe.db.count("Notification Log", {"for_user": maya}) == 1


def test_yesterday_is_counted_two_minutes_after_midnight(jane):
	book(jane, "2026-03-10 15:00", "2026-03-05 12:00")
	midnight, day = local_midnight(date(2026, 3, 11), ZONE), date(2026, 3, 10)
	keep(midnight + 60)
	assert day not in stat_days.counted_days(day, day)
	keep(midnight + 180)
	assert day in stat_days.counted_days(day, day)


@pytest.mark.long
def test_a_stored_year_takes_few_statements(past, queries):
	keep()
	queries.clear()
	history(Scope(LAST - timedelta(days=1000), LAST, ZONE), NOW)
	first = len(queries)
	queries.clear()
	history(Scope(LAST - timedelta(days=20), LAST, ZONE), NOW)
	assert first <= len(queries) + 4


@pytest.mark.long
def test_hosts_read_their_own_history_and_managers_all(past):
	ann = past.hosts[0]
	maya = make_user("Maya", roles=("Scheduling Manager",))
	frappe.db.commit()
	dates = {"start_date": "2026-03-20", "end_date": "2026-03-31"}

	def bookings_of(user, **arguments):
		status, body = call(HISTORY, user, **dates, **arguments)
		return body["data"]["total"]["bookings"] if status == 200 else status

	plain = Recount(Scope(FIRST, date(2026, 3, 31), ZONE))
	own = [row for row in plain.counted() if ann in plain.hosts[row.name]]
	assert bookings_of(ann) == bookings_of(maya, host=ann) == len(own)
	assert bookings_of(maya) == len(plain.counted())
	assert bookings_of(past.hosts[1], host=ann) == 403
	assert bookings_of(make_user("Client", roles=())) == 403
	assert call(HISTORY, maya, start_date="2020-01-01", end_date="2026-03-31")[0] == 400


def test_the_answer_of_the_method(jane):
	name = book(jane, "2026-03-10 15:00", "2026-03-05 15:00")
	bookings.complete(name, at("2026-03-10 15:45"))
	frappe.db.commit()
	keep(at("2026-03-12 12:00"))
	data = call(HISTORY, jane.user, start_date="2026-03-05", end_date="2026-03-10")[1]["data"]
	assert (data["timezone"], data["total"]["bookings"], data["total"]["booked"]) == (ZONE, 1, 1)
	assert data["by_day"][0]["average_lead_time_hours"] == 120.0
	assert data["by_day"][-1]["revenue"] == [{"currency": "EUR", "revenue": 50.0, "open": 0.0}]
	assert [each["month"] for each in data["by_month"]] == ["2026-03"]


def test_only_the_host_reads_the_own_rows_in_the_desk(jane, as_user):
	book(jane, "2026-03-10 15:00", "2026-03-05 15:00")
	keep(at("2026-03-12 12:00"))
	ben, maya = make_host("Ben"), make_user("Maya", roles=("Scheduling Manager",))
	counts = {}
	for user in (jane.user, ben, maya):
		with as_user(user):
			counts[user] = len(frappe.get_list("Scheduling Daily Stat", limit_page_length=0))
	assert counts[ben] == 0
	assert counts[jane.user] == 2
	# A bench may have rows of other tests.
	assert counts[maya] == frappe.db.count("Scheduling Daily Stat") >= 4
	name = frappe.db.get_value("Scheduling Daily Stat", {"host": jane.user}, "name")
	assert not frappe.has_permission("Scheduling Daily Stat", "read", name, user=ben)
	assert not frappe.has_permission("Scheduling Daily Stat", "write", name, user=jane.user)
