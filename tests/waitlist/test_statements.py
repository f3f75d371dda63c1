"""Statements of waitlists: none while no type has one, and for a look the same number however many wait."""

from collections.abc import Callable
from datetime import date
from typing import Any

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.availability.holds import CACHE_KEY
from scheduler_integration.bookings.transaction import retried
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from scheduler_integration.platform.sql import insert_rows
from scheduler_integration.waitlist import looks, records, used
from scheduler_integration.waitlist.rows import key_of_hold
from tests.support import door
from tests.support.factories import make_meeting_type, make_page, make_schedule, make_team_page, make_user
from tests.support.statements import recorded
from tests.waitlist.world import DAY, MORNING, NOW, at_hour, book, cancel, join, look, make_type

MANY = 50


def asked(act: Callable[[], Any]) -> list[str]:
	frappe.db.value_cache.clear()
	with recorded() as seen:
		retried(act)
	return [text for text, _values in seen if not text.startswith(("pragma", "set session"))]


def acts(meeting_type: Any) -> dict[str, Callable[[], Any]]:
	"""Return what visitors do, in an order in which it can be done."""
	page, made = frappe.get_doc("Scheduling Page", meeting_type.scheduling_page), {}

	def list_times() -> None:
		day = date.fromisoformat(DAY)
		door.slots_between(page.slug, meeting_type.slug, day, day, "UTC", None, NOW)

	def take() -> None:
		made["booking"] = book(meeting_type, "09:00")

	def move() -> None:
		moved = bookings.reschedule_by_token(manage_token(made["booking"]), RescheduleRequest(at_hour("10:00")), NOW)
		made["booking"] = frappe.get_doc("Booking", moved.id)

	return {"list": list_times, "book": take, "move": move, "cancel": lambda: cancel(made["booking"])}


def numbers(meeting_type: Any) -> dict[str, int]:
	return {name: len(asked(act)) for name, act in acts(meeting_type).items()}


def without_waitlists() -> Any:
	frappe.db.set_value("Meeting Type", {"has_waitlist": 1}, "has_waitlist", 0)
	frappe.db.set_value("Waitlist Entry", {"status": "Waiting"}, "status", "Left")
	used.forget()
	return make_meeting_type(make_page(hours=MORNING))


def about_waitlists(act: Callable[[], Any]) -> list[str]:
	return [text for text in asked(act) if "Waitlist" in text or "has_waitlist" in text]


@pytest.fixture
def unused():
	meeting_type = without_waitlists()
	assert not used.is_used()
	yield meeting_type
	used.forget()


def test_a_site_without_a_waitlist_asked_about_them(unused):
	numbers(make_meeting_type(make_page(hours=MORNING)))
	used.is_used()
	assert {name: about_waitlists(act) for name, act in acts(unused).items()} == {key: [] for key in acts(unused)}
	assert about_waitlists(lambda: looks.keep_waitlists(NOW)) == []


@pytest.mark.long
def test_a_waitlist_costs_a_cancellation_a_couple_of_statements(unused):
	used.is_used()
	# Frappe remembers some of what it has read.
	numbers(unused)
	without = numbers(unused)
	meeting_type = make_type()
	used.is_used()
	numbers(meeting_type)
	with_one = numbers(meeting_type)
	assert with_one["list"] <= without["list"]
	assert with_one["book"] <= without["book"]
	assert with_one["cancel"] <= without["cancel"] + 2
	assert with_one["move"] <= without["move"] + 2


def crowd(meeting_type: Any, count: int, **fields: Any) -> None:
	"""Let so many more people wait, who are like the first one."""
	first = records.waiting_of(meeting_type.name)[0]
	row = frappe.db.get_value("Waitlist Entry", first.name, "*", as_dict=True)
	rows = []
	for number in range(count):
		own = {
			"name": frappe.generate_hash(length=12),
			"attendee_email": f"{number}@crowd.example",
			"place": number + 2,
		}
		rows.append(tuple({**row, **own, **fields}.values()))
	insert_rows("Waitlist Entry", list(row), rows)


@pytest.mark.long
@pytest.mark.parametrize("is_free", [False, True])
def test_a_look_asked_more_the_more_people_waited(is_free):
	found = []
	for others in (0, MANY, 499):
		meeting_type = make_type(make_page())
		join(meeting_type, weekdays=[2] if is_free else [6], last_date="2027-10-01")
		if others:
			crowd(meeting_type, others, weekdays="6")
		look(meeting_type)
		frappe.db.delete("Waitlist Offer", {"meeting_type": meeting_type.name})
		found.append(len(asked(lambda meeting_type=meeting_type: look(meeting_type))))
	assert found[0] == found[1] == found[2] < 25


@pytest.mark.long
@pytest.mark.parametrize("at_once", [1, 2])
def test_a_look_asked_once_more_for_each_time_that_it_offered(at_once):
	found = []
	for people in (10, MANY):
		meeting_type = make_type(make_page(), waitlist_at_once=at_once)
		join(meeting_type, weekdays=[2], last_date="2027-10-01")
		crowd(meeting_type, people - 1)
		look(meeting_type, NOW)
		# Frappe remembers some of what it has read.
		frappe.db.delete("Waitlist Offer", {"meeting_type": meeting_type.name})
		offered = []
		found.append(len(asked(lambda made=offered, of=meeting_type: made.append(look(of)))))
		assert offered == [people // at_once]
		offers = frappe.get_all("Waitlist Offer", {"meeting_type": meeting_type.name}, ["starts_at", "hold_id"])
		assert len(offers) == people
		assert {key_of_hold(each.hold_id) for each in offers} <= {
			name.decode().split(" ")[2] for name in frappe.cache.hkeys(CACHE_KEY)
		}
		assert len({each.hold_id for each in offers}) == len({each.starts_at for each in offers}) == people // at_once
	assert found[0] == found[1] < 25


@pytest.mark.long
def test_a_look_asked_more_the_more_people_were_too_late():
	found, late = [], NOW + 30 * 86400
	# The first time, Frappe remembers some of what it has read.
	for people in (2, 2, MANY):
		meeting_type = make_type(make_page())
		join(meeting_type, weekdays=[2], last_date="2027-10-01")
		crowd(meeting_type, people - 1)
		assert look(meeting_type) == people
		frappe.db.set_value("Waitlist Entry", {"meeting_type": meeting_type.name}, "last_date", DAY)
		found.append(len(asked(lambda meeting_type=meeting_type: look(meeting_type, late))))
		own = {"meeting_type": meeting_type.name}
		assert frappe.db.count("Waitlist Entry", {**own, "status": "Ended"}) == people
		assert frappe.db.count("Waitlist Offer", {**own, "status": "Withdrawn"}) == people
	assert found[1] == found[2] < 25


def test_a_look_asked_more_the_more_hosts_there_were():
	found = []
	for hosts in (1, 2, 8):
		users = [make_user() for _each in range(hosts)]
		for user in users:
			make_schedule(user)
		meeting_type = make_type(make_team_page(users), assignment="Round Robin")
		join(meeting_type, weekdays=[6], last_date="2026-12-01")
		look(meeting_type)
		found.append(len(asked(lambda meeting_type=meeting_type: look(meeting_type))))
	assert found[0] == found[1] == found[2]


def test_the_job_of_each_minute_asks_once_if_nobody_waits():
	frappe.db.set_value("Waitlist Entry", {"status": "Waiting"}, "status", "Left")
	make_type()
	used.is_used()
	for minute in range(5):
		found = asked(lambda minute=minute: looks.keep_waitlists(NOW + minute * 60))
		assert len(found) == 1, found
