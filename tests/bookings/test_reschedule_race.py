"""Processes that reschedule, book and join at the same moment: nobody's time is given twice, and no meeting is lost."""

from collections import Counter

import frappe
import pytest

from scheduler_integration.bookings.guard import BUCKET_SECONDS
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.platform import clock
from tests.bookings.racing import START, next_monday, race_processes, wish
from tests.support import door
from tests.support.factories import fresh, make_meeting_type, make_page, token_of

pytestmark = pytest.mark.usefixtures("commit_clean", "unlimited")

# Books, or moves a booking as its attendee or its host.
ACT = f"""{START}
frappe.set_user("Administrator" if "name" in wish else "Guest")

def act():
	if "slug" in wish:
		return book()
	time = parse_reschedule_request(wish["start"])
	if "token" in wish:
		return reschedule_for_attendee(wish["token"], time).id
	return bookings.reschedule_by_host(wish["name"], time, clock.now(), for_all=True).id

race(act)
"""


def race(site, wishes):
	answers = race_processes(site, wishes, ACT)
	frappe.db.rollback()
	return answers


def bookings_of(meeting_type):
	fields = ["name", "status", "host", "starts_at", "ends_at", "session", "seats", "event", "rescheduled_from"]
	return frappe.get_all("Booking", {"meeting_type": meeting_type.name}, fields)


def check_consistent(page, meeting_type):
	"""Check that the guard holds what the live bookings say, that chains are whole, and that Events aren't shared."""
	rows = bookings_of(meeting_type)
	live = [row for row in rows if row.status in LIVE]
	wanted = {
		(row.host, bucket)
		for row in live
		for bucket in range(row.starts_at // BUCKET_SECONDS, row.ends_at // BUCKET_SECONDS)
	}
	held = frappe.get_all("Booking Slot", {"host": page.user}, ["host", "bucket", "session"])
	assert Counter((row.host, row.bucket) for row in held) == Counter(wanted)
	assert {row.session for row in held} == {row.session for row in live}
	seats = frappe.get_all("Booking Seat", {"booking": ["in", [row.name for row in rows]]}, pluck="booking")
	assert Counter(seats) == Counter({row.name: row.seats for row in live if row.session})
	followed = [row.rescheduled_from for row in rows if row.rescheduled_from]
	assert len(followed) == len(set(followed))
	assert {row.name for row in rows if row.status == "Rescheduled"} == set(followed)
	meetings = {row.session or row.name: set() for row in live}
	for row in live:
		meetings[row.session or row.name].add(row.event)
	assert all(len(events) == 1 for events in meetings.values())
	assert len(set.union(*meetings.values())) == len(meetings)
	return live


@pytest.mark.long
def test_many_reschedule_into_one_slot(site):
	page = make_page()
	intro = make_meeting_type(page)
	made = [
		door.book(wish(page, intro, next_monday(9 + index // 2, index % 2 * 30)), clock.now()) for index in range(6)
	]
	frappe.db.commit()
	answers = race(site, [{"token": token_of(each), "start": next_monday(14)} for each in made])
	assert Counter(answer[0] for answer in answers) == {200: 1, 409: 5}
	live = check_consistent(page, intro)
	assert len(live) == 6
	assert len([row for row in live if row.starts_at == max(each.starts_at for each in live)]) == 1


@pytest.mark.long
def test_some_reschedule_to_what_others_book(site):
	page = make_page()
	intro = make_meeting_type(page, duration_minutes=60, slot_interval=30)
	made = [door.book(wish(page, intro, next_monday(hour)), clock.now()) for hour in (9, 10, 11)]
	frappe.db.commit()
	moves = [{"token": token_of(each), "start": next_monday(14, 30 * (index % 2))} for index, each in enumerate(made)]
	books = [wish(page, intro, next_monday(14, minute)) for minute in (0, 30, 0)]
	answers = race(site, [*moves, *books])
	assert Counter(answer[0] for answer in answers) == {200: 1, 409: 5}
	assert len(check_consistent(page, intro)) == 3 + (answers.index(next(a for a in answers if a[0] == 200)) >= 3)


@pytest.mark.long
def test_one_attendee_reschedules_in_two_windows(site):
	page = make_page()
	intro = make_meeting_type(page, max_reschedules=1)
	made = door.book(wish(page, intro, next_monday(9)), clock.now())
	frappe.db.commit()
	answers = race(site, [{"token": token_of(made), "start": next_monday(hour)} for hour in (13, 14, 15, 16)])
	assert Counter(answer[0] for answer in answers) == {200: 1, 403: 3}
	assert len(check_consistent(page, intro)) == 1


@pytest.mark.long
def test_a_host_moves_a_session_while_others_join_and_leave(site):
	page = make_page()
	workshop = make_meeting_type(page, title=fresh("workshop"), seats=8)
	made = [door.book(wish(page, workshop, next_monday(9)), clock.now()) for _each in range(3)]
	frappe.db.commit()
	joining = [wish(page, workshop, next_monday(9)) for _each in range(4)]
	leaving = [{"token": token_of(made[0]), "start": next_monday(15)}]
	answers = race(site, [{"name": made[1].id, "start": next_monday(11)}, *joining, *leaving])
	assert Counter(answer[0] for answer in answers) == {200: 6}
	live = check_consistent(page, workshop)
	assert len(live) == 7
	moved = frappe.db.get_value("Booking", {"rescheduled_from": made[1].id}, "session")
	assert made[2].id not in [row.name for row in live]
	assert len([row for row in live if row.session == moved]) >= 2
