"""A request for slots sends a constant number of queries to the database, and makes no other call."""

import socket
from datetime import date

import frappe
import pytest

from scheduler_integration.availability import slots
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.catalogue.public import find_listing
from scheduler_integration.pages.booking.page import PAGE
from tests.support import door
from tests.support.door import slots_between
from tests.support.factories import at, make_meeting_type, make_page, make_schedule, make_team_page, make_user, payload

NOW = at("2026-03-01 06:00")


def most():
	"""ERPNext and HRMS add a query each for holidays, leave and companies."""
	return 7 if "erpnext" in frappe.get_installed_apps() else 4


def ask(queries, page, meeting_type, last=date(2026, 3, 2)):
	slots_between(page.slug, meeting_type.slug, date(2026, 3, 2), last, "UTC", None, NOW)
	queries.clear()
	slots_between(page.slug, meeting_type.slug, date(2026, 3, 2), last, "UTC", None, NOW)
	return len(queries)


def test_more_days_bookings_and_busy_times_take_no_more_queries(queries):
	page = make_page()
	meeting_type = make_meeting_type(page, daily_limit=9, weekly_limit=30)
	few = ask(queries, page, meeting_type)
	for start in range(at("2026-03-02 09:00"), at("2026-03-02 12:00"), 1800):
		door.book(payload(page, meeting_type, start), NOW)
	for day in range(3, 20):
		block = {"doctype": "Blocked Time", "user": page.user}
		frappe.get_doc(
			{**block, "start_time": f"2026-03-{day:02} 10:00:00", "end_time": f"2026-03-{day:02} 11:00:00"}
		).insert()
	assert ask(queries, page, meeting_type, date(2026, 4, 30)) == few <= most()


def test_more_hosts_take_no_more_queries(queries):
	page = make_page()
	one = ask(queries, page, make_meeting_type(page))
	team = make_team_page([make_user("Ann") for _each in range(5)])
	assert ask(queries, team, make_meeting_type(team, assignment="Round Robin")) == one


def test_a_schedule_of_the_types_own_takes_no_more_queries(queries):
	page = make_page()
	plain = ask(queries, page, make_meeting_type(page))
	mornings = make_schedule(page.user, is_default=0)
	assert ask(queries, page, make_meeting_type(page, availability_schedule=mornings.name)) == plain


@pytest.mark.long
def test_a_month_of_fifty_hosts_takes_at_most_three_more_queries_than_one(queries):
	page = make_page()
	one = ask(queries, page, make_meeting_type(page), date(2026, 4, 1))
	team = make_team_page([make_user("Ann") for _each in range(50)])
	for assignment in ("Round Robin", "Collective"):
		month = ask(queries, team, make_meeting_type(team, assignment=assignment), date(2026, 4, 1))
		assert month <= min(one + 3, most())


def test_nothing_outside_is_asked(queries, monkeypatch):
	page = make_page()
	meeting_type = make_meeting_type(page)
	ask(queries, page, meeting_type)

	def refuse(*_args, **_kwargs):
		raise AssertionError("a connection was opened")

	monkeypatch.setattr(socket, "getaddrinfo", refuse)
	monkeypatch.setattr(socket, "create_connection", refuse)
	assert ask(queries, page, meeting_type) <= most()


@pytest.mark.parametrize("hours", [None, {}], ids=["free", "never free"])
def test_the_page_of_a_meeting_type_takes_no_more_queries_than_its_slots(queries, monkeypatch, hours):
	page = make_page(hours=hours)
	meeting_type = make_meeting_type(page)
	slots = ask(queries, page, meeting_type)
	# Frappe forgets the request's arguments if the user changes.
	frappe.set_user("Guest")
	monkeypatch.setattr(frappe.local, "form_dict", frappe._dict(slug=page.slug, meeting_type=meeting_type.slug))

	def show():
		return PAGE.answer().get("status", 200)

	assert show() == 200
	queries.clear()
	assert show() == 200
	assert len(queries) == slots


def test_more_meeting_types_on_a_page_take_no_more_queries(queries):
	page = make_page()
	counts = []
	for _each in range(2):
		make_meeting_type(page)
		find_listing(page.slug)
		queries.clear()
		find_listing(page.slug)
		counts.append(len(queries))
	assert counts[0] == counts[1]


def slots_of_march(page, meeting_type):
	days = date(2026, 3, 2), date(2026, 3, 31)
	return slots_between(page.slug, meeting_type.slug, *days, "UTC", None, NOW).days


def test_bookings_beyond_the_databases_longest_text_all_count():
	if frappe.db.db_type != "mariadb":
		pytest.skip("only MariaDB cuts the text in which the rows arrive")
	page = make_page()
	meeting_type = make_meeting_type(page, title='Lunch, "late" [2]')
	for day in range(2, 7):
		for hour in (9, 11, 13, 15):
			door.book(payload(page, meeting_type, at(f"2026-03-{day:02} {hour:02}:00")), NOW)
	expected = slots_of_march(page, meeting_type)
	# A row is less than a hundred bytes, so the text is cut at each of its bytes, and after its last one.
	for bytes_left in range(150, 250):
		frappe.db.sql(f"set session group_concat_max_len = {bytes_left}")
		assert slots_of_march(page, meeting_type) == expected
	frappe.db.sql("set session group_concat_max_len = default")


def test_titles_with_quotes_and_brackets_are_read():
	page = make_page()
	meeting_type = make_meeting_type(page, title='The "first" [1], l’été\\')
	before = slots_of_march(page, meeting_type)
	door.book(payload(page, meeting_type, at("2026-03-02 10:00")), NOW)
	override = {"doctype": "Availability Override", "user": page.user, "reason": 'Fair in "Köln"\n[2]\\'}
	frappe.get_doc(override | {"date": "2026-03-03", "is_available": 0, "whole_day": 1}).insert()
	after = slots_of_march(page, meeting_type)
	assert date(2026, 3, 3) in before
	assert date(2026, 3, 3) not in after
	gone = [slot.start for slot in before[date(2026, 3, 2)] if slot not in after[date(2026, 3, 2)]]
	assert at("2026-03-02 10:00") in gone


def test_showing_taken_times_takes_no_more_queries(queries):
	page = make_page(show_taken_times=1)
	meeting_type = make_meeting_type(page)
	door.book(payload(page, meeting_type, at("2026-03-02 09:00")), NOW)
	found, day = find_bookable(page.slug, meeting_type.slug), date(2026, 3, 2)

	def asked(**fields):
		queries.clear()
		return slots.slots_between(found, SlotRequest(30, **fields), day, day, "UTC", NOW), len(queries)

	plain, few = asked()
	shown, more = asked(with_taken=True)
	assert (plain.taken, more) == (None, few)
	assert [slot.start for slot in shown.taken[day]] == [at("2026-03-02 09:00")]
