"""Offered Time: how much of what hosts offered was booked, stored at night."""

from dataclasses import replace
from datetime import date, timedelta

import frappe
import pytest

from scheduler_integration import bookings, hooks, jobs
from scheduler_integration.insights.dashboard import dashboard
from scheduler_integration.insights.offered import Utilisation, store_offered, utilisation
from scheduler_integration.insights.scope import Scope
from scheduler_integration.insights.staff import staff_performance
from scheduler_integration.platform.clock import to_site_time
from tests.support import door
from tests.support.factories import at, make_host, make_meeting_type, make_page, payload

MONDAY, SUNDAY = date(2026, 11, 16), date(2026, 11, 22)
WEEK = Scope(MONDAY, SUNDAY, "UTC")
NOW = at("2026-11-23 03:00")


@pytest.fixture
def jane(frozen, commit_clean):
	"""Jane works from Monday to Friday, 9 to 17, by the clock of London."""
	frozen("2026-11-10T08:00:00Z")
	page = make_page(make_host("Jane", timezone="Europe/London"))
	page.intro = make_meeting_type(page, duration_minutes=60)
	frappe.db.commit()
	return page


def of(page, scope=WEEK):
	return utilisation(scope).get(page.user, Utilisation())


def block(page, start, end):
	fields = {"user": page.user, "start_time": to_site_time(at(start)), "end_time": to_site_time(at(end))}
	frappe.get_doc({"doctype": "Blocked Time", **fields}).insert()
	frappe.db.commit()


def book(page, start):
	return door.book(payload(page, page.intro, at(start)), at("2026-11-10 08:00")).id


def test_offered_are_the_hours_without_blocked_time(jane):
	block(jane, "2026-11-17 10:00", "2026-11-17 12:00")
	book(jane, "2026-11-18 09:00")
	frappe.db.commit()
	store_offered(NOW)
	assert of(jane) == Utilisation(5 * 480 - 120, 60)
	assert dashboard(replace(WEEK, host=jane.user), NOW).utilisation.rate == 2.6
	(row,) = [each for each in staff_performance(WEEK) if each.user == jane.user]
	assert row.utilisation.offered == 2280


def test_later_hours_dont_change_stored_figures(jane):
	store_offered(NOW)
	frappe.db.delete(
		"Availability Rule",
		{"parent": ["in", frappe.get_all("Availability Schedule", {"user": jane.user}, pluck="name")]},
	)
	frappe.db.commit()
	store_offered(NOW)
	assert of(jane).offered == 2400
	store_offered(NOW + 86400)
	assert of(jane, Scope(SUNDAY + timedelta(days=1), SUNDAY + timedelta(days=1), "UTC")).offered == 0


def test_a_second_run_stores_nothing_and_a_late_one_catches_up(jane):
	store_offered(at("2026-11-19 03:00"))
	stored = frappe.db.count("Offered Time", {"user": jane.user})
	store_offered(at("2026-11-19 23:00"))
	assert frappe.db.count("Offered Time", {"user": jane.user}) == stored == 7
	store_offered(NOW)
	assert frappe.db.count("Offered Time", {"user": jane.user}) == 11
	# Two weeks without a scheduler: what is older than a week isn't known any more.
	store_offered(at("2026-12-20 03:00"))
	assert frappe.db.count("Offered Time", {"user": jane.user}) == 18


def test_a_day_is_stored_when_it_is_over_by_the_hosts_own_clock(jane):
	tokyo = make_page(make_host("Aiko", timezone="Asia/Tokyo"))
	frappe.db.commit()
	store_offered(at("2026-11-22 16:00"))
	last = {row.user: row.date for row in frappe.get_all("Offered Time", fields=["user", "date"], order_by="date")}
	assert frappe.utils.getdate(last[jane.user]) == date(2026, 11, 21)
	assert frappe.utils.getdate(last[tokyo.user]) == date(2026, 11, 22)


def test_cancelled_meetings_arent_booked_time_and_sessions_count_once(jane):
	workshop = make_meeting_type(jane, duration_minutes=60, seats=5)
	frappe.db.commit()
	for _attendee in range(3):
		door.book(payload(jane, workshop, at("2026-11-17 09:00")), at("2026-11-10 08:00"))
	gone = book(jane, "2026-11-18 09:00")
	frappe.db.commit()
	frappe.set_user(jane.user)
	bookings.cancel_by_host(gone, "", at("2026-11-12 08:00"))
	frappe.set_user("Administrator")
	frappe.db.commit()
	store_offered(NOW)
	assert of(jane).booked == 60


def test_a_page_or_type_has_no_utilisation(jane):
	store_offered(NOW)
	assert utilisation(Scope(MONDAY, SUNDAY, "UTC", None, jane.name)) == {}
	assert dashboard(Scope(MONDAY, SUNDAY, "UTC", None, None, jane.intro.name), NOW).utilisation.rate is None


def test_more_hosts_take_no_more_statements(jane, queries):
	sizes = []
	for _round in range(2):
		# A new user empties the site's caches, and Frappe 15 reads some of them again.
		store_offered(NOW)
		frappe.db.delete("Offered Time")
		queries.clear()
		store_offered(NOW)
		sizes.append(len(queries))
		for number in range(6):
			make_page(make_host(f"Tom{number}"))
		frappe.db.commit()
	assert sizes[0] == sizes[1]


def test_the_job_runs_at_night():
	assert "scheduler_integration.jobs.store_offered_time" in hooks.scheduler_events["daily_long"]
	assert callable(jobs.store_offered_time)
