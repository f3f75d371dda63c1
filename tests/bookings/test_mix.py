"""Eight processes act as guests and hosts, in random order: twelve hosts in overlapping teams.

Nobody is refused because others were quicker each time, no host is booked twice, and the guard holds what the bookings
say. `--commands 400` makes each process do 400 things instead of a few.
"""

import json
import random
import sys
from collections import Counter

import frappe
import pytest

from scheduler_integration.platform import clock
from tests.bookings.racing import next_monday, race_processes, wish
from tests.bookings.standing import check_seats, check_time, check_turns
from tests.support import door
from tests.support.factories import make_meeting_type, make_page, make_team_page, make_user

pytestmark = pytest.mark.usefixtures("commit_clean", "unlimited")

PROCESSES = 8
HOSTS = 12
# Each team shares hosts with the next one, so that commands lock some hosts of each other's, in many combinations.
TEAMS = ((0, 5), (3, 8), (7, 12), (10, 14))
# One command may begin again at most this often. `retried` gives up after 30 times, with the error 503.
MOST_ATTEMPTS = 12

# Each process waits at the gate, then does one random thing after the other, each in its own transaction.
WORK = """
import json, random, socket, sys
from collections import Counter
import frappe
from scheduler_integration import bookings
from scheduler_integration.platform import clock
from scheduler_integration.availability.slot_request import SlotRequest
from scheduler_integration.bookings import transaction
from scheduler_integration.bookings.transaction import retried
from scheduler_integration.catalogue.lookup import find_bookable
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
gate, plan = int(sys.argv[1]), json.loads(sys.argv[2])
pages, types, users, starts = plan["pages"], plan["types"], plan["users"], plan["starts"]
# How long a guest waits on a busy machine isn't the question here, but how often work begins again.
transaction.DEADLINE_SECONDS = 300
chance, attempts, answers = random.Random(plan["seed"]), [], Counter()
is_lost_race = transaction.is_lost_race
def counted(error):
	lost = is_lost_race(error)
	attempts[-1] += lost
	return lost
transaction.is_lost_race = counted

def wish(kind, start):
	slug, type_slug = kind
	email = f"{frappe.generate_hash(length=8)}@guests.example"
	return {"slug": slug, "meeting_type": type_slug, "start": clock.iso(start, "UTC"), "timezone": "UTC",
		"attendee_name": chance.choice(["Ada Lovelace", "Grace Hopper"]), "attendee_email": email}

def book():
	wanted = wish(chance.choice(types), chance.choice(starts))
	door.book(wanted, clock.now())

def join():
	wanted = wish(chance.choice(plan["sessions"]), chance.choice(starts[:4]))
	door.book(wanted, clock.now())

def hold():
	found = find_bookable(*chance.choice(types))
	key = chance.choice([None, frappe.generate_hash(length=32)])
	bookings.hold_slot(found, SlotRequest(30, hold=key), chance.choice(starts), None, clock.now())

def some():
	names = frappe.get_all("Booking", {"scheduling_page": ["in", pages]}, pluck="name", order_by="name")
	live = frappe.get_all("Booking", {"scheduling_page": ["in", pages], "status": "Scheduled"}, pluck="name")
	return frappe.get_doc("Booking", chance.choice(live if live and chance.random() < 0.9 else names))

def move():
	token, start = manage_token(some()), chance.choice(starts)
	bookings.reschedule_by_token(token, RescheduleRequest(start), clock.now())

def move_by_host():
	name, start, for_all = some().name, chance.choice(starts), chance.random() < 0.5
	bookings.reschedule_by_host(name, RescheduleRequest(start), clock.now(), for_all=for_all)

def cancel():
	token = manage_token(some())
	bookings.cancel_by_token(token, "", clock.now())

def cancel_for_all():
	name = some().name
	bookings.cancel_by_host(name, "", clock.now(), for_all=True)

def reassign():
	name, user = some().name, chance.choice(users)
	bookings.reassign(name, user, clock.now())

commands = [book, book, join, join, hold, move, move, move_by_host, cancel, cancel_for_all, reassign, reassign]
frappe.set_user("Administrator")
with socket.create_connection(("127.0.0.1", gate)) as waiting:
	waiting.recv(1)
for _each in range(plan["count"]):
	attempts.append(0)
	command = chance.choice(commands)
	try:
		command()
		frappe.db.commit()
		answers[f"{command.__name__} 200"] += 1
	except SchedulingError as error:
		frappe.db.rollback()
		answers[f"{command.__name__} {error.http_status_code}"] += 1
print(json.dumps([max(attempts), sum(attempts), answers]))
"""


@pytest.mark.long
def test_a_random_mix_of_commands_loops_in_no_deadlock_and_books_nobody_twice(site, request):
	users = [make_user(f"Host{nth}") for nth in range(HOSTS)]
	plan = _plan_of(users, request.config.getoption("--commands"))
	chance = random.Random(17)
	plans = [{**plan, "seed": chance.random()} for _each in range(PROCESSES)]
	found = race_processes(site, plans, WORK, seconds=120 + 10 * plan["count"])
	frappe.db.rollback()
	answers = sum((Counter(each) for _most, _sum, each in found), Counter())
	begun_again = sum(each for _most, each, _answers in found)
	# Shown with -s.
	sys.stdout.write(
		f"{answers.total()} commands, {begun_again} times begun again: {json.dumps(answers, sort_keys=True)}\n"
	)
	assert {int(name.split()[1]) for name in answers} <= {200, 400, 403, 404, 409, 410}
	assert max(most for most, _sum, _answers in found) <= MOST_ATTEMPTS
	assert answers["book 200"]
	check_time(users)
	check_seats(frappe.get_all("Meeting Type", {"scheduling_page": ["in", plan["pages"]]}, pluck="name"))
	check_turns(frappe.get_all("Meeting Type", {"scheduling_page": ["in", plan["pages"]]}, pluck="name"))


def _plan_of(users, count):
	pages, types, sessions = [], [], []
	for first, last in TEAMS:
		page = make_team_page([users[each % HOSTS] for each in range(first, last)])
		workshop = make_meeting_type(page, assignment="Round Robin", seats=4)
		pool = make_meeting_type(page, assignment="Round Robin")
		together = make_meeting_type(page, assignment="Collective")
		pages.append(page.name)
		types += [(page.slug, each.slug) for each in (workshop, pool, together)]
		sessions.append((page.slug, workshop.slug))
	for user in users[:2]:
		page = make_page(user)
		pages.append(page.name)
		types.append((page.slug, make_meeting_type(page).slug))
	frappe.db.commit()
	monday = int(frappe.utils.get_datetime(next_monday(9)).timestamp())
	starts = [monday + half * 1800 for half in range(10)]
	for (slug, type_slug), start in zip(sessions, starts, strict=False):
		door.book(wish(frappe._dict(slug=slug), frappe._dict(slug=type_slug), clock.iso(start, "UTC")), clock.now())
	frappe.db.commit()
	return {"pages": pages, "types": types, "sessions": sessions, "users": users, "starts": starts, "count": count}
