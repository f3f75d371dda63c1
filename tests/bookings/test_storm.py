"""Many processes book, join, cancel, move and reassign at once. Afterwards the guard's buckets match the bookings exactly."""

import frappe
import pytest

from scheduler_integration.platform import clock
from tests.bookings.racing import START, next_monday, race_processes, wish
from tests.bookings.standing import check_seats, check_time, check_turns
from tests.support import door
from tests.support.factories import make_meeting_type, make_page, make_team_page, make_user, token_of

pytestmark = pytest.mark.usefixtures("commit_clean", "unlimited")

PROCESSES = 8

# Does one thing after the other, each in its own transaction.
WORK = f"""{START}
do = {{
	"book": book,
	"cancel": lambda token: bookings.cancel_by_token(token, "", clock.now()),
	"cancel for all": lambda name: bookings.cancel_by_host(name, "", clock.now(), for_all=True),
	"move": lambda args: reschedule_for_attendee(args[0], RescheduleRequest(args[1])),
	"reassign": lambda args: bookings.reassign(*args, clock.now()),
}}
answers = []
frappe.set_user("Administrator")
wait_at_the_gate()
for kind, what in wish:
	try:
		do[kind](what)
		frappe.db.commit()
		answers.append(200)
	except SchedulingError as error:
		frappe.db.rollback()
		answers.append(error.http_status_code)
print(json.dumps(answers))
"""


@pytest.mark.long
@pytest.mark.parametrize("seats", [1, 4])
def test_after_a_storm_the_guard_holds_what_the_bookings_say(site, seats):
	users = [make_user(name) for name in ("Ann", "Bea", "Cem")]
	page = make_team_page(users)
	pool = make_meeting_type(page, assignment="Round Robin", seats=seats)
	own_page = make_page(users[0])
	call = make_meeting_type(own_page)
	starts = [next_monday(9), next_monday(9, 30)]
	booked = [door.book(wish(page, pool, start), clock.now()) for start in starts for _each in range(2)]
	frappe.db.commit()
	plans = [_plan(nth, booked, users, starts, (page, pool), (own_page, call)) for nth in range(PROCESSES)]
	answers = race_processes(site, plans, WORK)
	assert {status for each in answers for status in each} <= {200, 400, 403, 409}
	frappe.db.rollback()
	check_time(users)
	check_seats([pool.name, call.name])
	check_turns([pool.name])


def _plan(nth, booked, users, starts, shared, own):
	mine, next_one = booked[nth % 4], booked[(nth + 1) % 4]
	return [
		[
			("move", (token_of(mine), mine.start + 1800 * (1 + nth % 2))),
			("book", wish(*shared, starts[nth % 2])),
			("cancel", token_of(mine)),
			("book", wish(*shared, starts[nth % 2])),
			("reassign", (mine.id, users[nth % 3])),
		],
		[
			("reassign", (mine.id, users[(nth + 1) % 3])),
			("book", wish(*own, starts[nth % 2])),
			("reassign", (next_one.id, users[nth % 3])),
			("cancel", token_of(next_one)),
		],
		[
			("cancel for all", mine.id),
			("book", wish(*shared, starts[0])),
			("move", (token_of(next_one), next_one.start + 3600)),
			("book", wish(*shared, starts[1])),
			("reassign", (next_one.id, users[(nth + 2) % 3])),
		],
	][nth % 3]
