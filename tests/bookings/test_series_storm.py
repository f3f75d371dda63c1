"""Series, single bookings, moves and cancellations by many processes at once, some of which die. Nobody is in two meetings, no
seat is sold twice, and each series is there as a whole or not at all."""

import json
import random

import frappe
import pytest

from scheduler_integration.engine import series_starts
from scheduler_integration.platform import clock
from tests.bookings.racing import START, next_monday, race_processes, wish
from tests.bookings.standing import check_seats, check_time, check_turns
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user

pytestmark = pytest.mark.usefixtures("commit_clean", "unlimited")

PROCESSES = 6
STEPS = 12
WEEK = 7 * 86400
# Each process does random things with what it finds: books, moves and cancels one date, later ones, or all.
WORK = f"""{START}
import random
from scheduler_integration.exceptions import DatesTaken
from scheduler_integration.meetings.tokens import manage_token
dice = random.Random(wish["seed"])

def some_token():
	names = frappe.get_all("Booking", {{"meeting_type": ["in", wish["types"]]}}, pluck="name", order_by="name")
	return manage_token(frappe.get_doc("Booking", dice.choice(names))) if names else ""

def book_some(times):
	payload = {{**dice.choice(wish["wishes"]), "start": dice.choice(wish["starts"])}}
	if payload.pop("repeats"):
		payload["times"] = times
	payload["attendee_email"] = f"p{{wish['seed']}}-{{dice.random()}}@guests.example"
	try:
		return book(payload)
	except DatesTaken as refused:
		# As people do: the first other time, or the date is left out.
		plan = refused.plan.dates
		dates = [each.wanted if each.is_free else (each.nearest or [None])[0] for each in plan]
		payload["dates"] = [clock.iso(date, "UTC") if date else None for date in dates]
		frappe.db.rollback()
		return book(payload)

def move_some(scope):
	start = parse_reschedule_request(dice.choice(wish["starts"])).start + dice.choice((0, 604800, 3600))
	return reschedule_for_attendee(some_token(), RescheduleRequest(start), scope).id

do = [
	lambda: book_some(dice.randint(2, 5)),
	lambda: book_some(1),
	lambda: move_some("one"),
	lambda: move_some(dice.choice(("later", "all"))),
	lambda: bookings.cancel_by_token(some_token(), "", clock.now(), scope=dice.choice(("one", "later", "all"))).id,
]
frappe.set_user("Guest")
done = []
wait_at_the_gate()
for _step in range(wish["steps"]):
	try:
		dice.choice(do)()
		frappe.db.commit()
		done.append(200)
	except SchedulingError as error:
		frappe.db.rollback()
		done.append(error.http_status_code)
print(json.dumps(done))
"""


def make_offers():
	users = [make_user(name) for name in ("Ann", "Bea")]
	page = make_team_page(users)
	shared = {"repeats": "Attendee Chooses", "repeat_count": 6, "duration_minutes": 60}
	types = [
		make_meeting_type(page, assignment="Round Robin", **shared),
		make_meeting_type(page, assignment="Round Robin", seats=2, **shared),
		make_meeting_type(page, assignment="Collective", weekly_limit=3, **shared),
		make_meeting_type(page, assignment="Round Robin"),
	]
	return users, page, types


def wishes(page, types, seed):
	starts = [next_monday(9), next_monday(10), next_monday(11), next_monday(13, 30)]
	return {
		"seed": seed,
		"steps": STEPS,
		"types": [each.name for each in types],
		"wishes": [{**wish(page, each, starts[0]), "repeats": bool(each.repeats)} for each in types],
		"starts": starts,
	}


def check_series():
	"""Each series has as many dates as it was made with: none is lost, and none was stored without the others."""
	for series in frappe.get_all("Booking Series", pluck="name"):
		fields = ["name", "status", "series_date", "rescheduled_from", "host"]
		rows = frappe.get_all("Booking", {"series": series}, fields)
		replaced = {row.rescheduled_from for row in rows}
		made = [row for row in rows if not row.rescheduled_from]
		present = [row for row in rows if row.name not in replaced]
		assert len(present) == len(made) >= 1
		# If all others move with the rule, one of them may get the place of a date that was cancelled before.
		coming = [row.series_date for row in present if row.status != "Cancelled"]
		assert len(set(coming)) == len(coming)
		assert len({row.host for row in present}) == 1


def check_all(users, types):
	frappe.db.rollback()
	check_time(users)
	check_seats([each.name for each in types])
	check_turns([each.name for each in types])
	check_series()


@pytest.mark.long
@pytest.mark.parametrize("round_", range(2))
def test_series_and_single_bookings_by_many_processes(site, round_):
	users, page, types = make_offers()
	frappe.db.commit()
	seeds = [random.randrange(10**6) for _each in range(PROCESSES)]
	answers = race_processes(site, [wishes(page, types, seed) for seed in seeds], WORK)
	found = [status for each in answers for status in each]
	assert set(found) <= {200, 400, 403, 404, 409, 410}, seeds
	assert found.count(200) > PROCESSES
	check_all(users, types)


# The process kills itself at one of its statements, with the signal that nobody can catch.
DYING = WORK.replace(
	"wait_at_the_gate()\n",
	"""
import os, signal
run, left = frappe.db.sql, wish["lives"]
def counted(*args, **options):
	global left
	left -= 1
	if not left:
		os.kill(os.getpid(), signal.SIGKILL)
	return run(*args, **options)
frappe.db.sql = counted
""",
)


@pytest.mark.long
def test_processes_that_are_killed_leave_whole_series_or_nothing(site):
	users, page, types = make_offers()
	frappe.db.commit()
	dice, died = random.Random(7), 0
	for seed in range(12):
		wanted = {**wishes(page, types, seed), "lives": dice.randint(30, 900)}
		process = site.python(DYING, "0", json.dumps(wanted))
		process.communicate(timeout=60)
		died += process.returncode != 0
		check_all(users, types)
	assert died >= 6


@pytest.mark.long
def test_of_two_who_want_the_same_dates_one_gets_them_all(site):
	page = make_page()
	advisory = make_meeting_type(page, repeats="Fixed", repeat_count=5)
	frappe.db.commit()
	start = next_monday(9)
	asked = [wish(page, advisory, start) for _each in range(6)]
	answers = race_processes(site, asked)
	assert sorted(status for status, _what in answers) == [201] + [409] * 5
	frappe.db.rollback()
	assert frappe.db.count("Booking", {"meeting_type": advisory.name}) == 5
	check_time([page.user])


@pytest.mark.long
def test_a_single_booking_and_a_series_that_meet_on_a_later_date(site):
	"""The series takes all its hosts' locks at once, so it never waits for a booking that waits for it."""
	page = make_page()
	advisory, call = make_meeting_type(page, repeats="Fixed", repeat_count=4), make_meeting_type(page)
	frappe.db.commit()
	first = at(next_monday(9)[:16].replace("T", " "))
	third = clock.iso(series_starts(first, 1, 3, "UTC")[2], "UTC")
	asked = [wish(page, advisory, next_monday(9)), wish(page, call, third)] * 3
	answers = race_processes(site, asked)
	assert [status for status, _what in answers].count(201) == 1
	frappe.db.rollback()
	check_time([page.user])
	assert frappe.db.count("Booking", {"host": page.user}) in (1, 4)
