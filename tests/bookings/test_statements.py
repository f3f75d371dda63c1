"""A booking asks the database a limited number of times, whatever the site remembers."""

import frappe

from scheduler_integration import bookings
from scheduler_integration.bookings.transaction import retried
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, payload, token_of
from tests.support.outbox import mails

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
MOST = 40


def statements_of(queries, page, meeting_type, start=NINE):
	"""Return what a booking of a new attendee asks, like the first one of a request: Frappe forgets much between requests."""
	wanted = payload(page, meeting_type, start)
	frappe.set_user("Guest")
	frappe.db.value_cache.clear()
	queries.clear()
	retried(lambda: door.book(wanted, NOW))
	found = list(queries)
	frappe.set_user("Administrator")
	return found


def test_a_booking_takes_at_most_forty_statements(queries):
	page = make_page()
	meeting_type = make_meeting_type(page)
	# The first booking of a process reads definitions of DocTypes and settings.
	statements_of(queries, page, meeting_type)
	found = statements_of(queries, page, meeting_type, NINE + 1800)
	# Frappe adds the commit, and begins the next transaction.
	assert len(found) + 2 <= MOST, "\n".join(map(str, found))


def test_more_hosts_of_a_round_robin_take_no_more_statements(queries):
	counts = []
	for size in (2, 6):
		page = make_team_page([make_user("Ann") for _each in range(size)])
		pool = make_meeting_type(page, assignment="Round Robin")
		statements_of(queries, page, pool)
		counts.append(len(statements_of(queries, page, pool, NINE + 1800)))
	assert counts[0] == counts[1]


def book(page, workshop):
	return door.book(payload(page, workshop, NINE), NOW)


def statements_of_a_session(queries, size):
	"""Return how many statements each command and message of a session with `size` attendees takes."""
	page = make_team_page([make_user("Ann"), make_user("Ben")])
	workshop = make_meeting_type(page, assignment="Round Robin", seats=60)
	_first, second, *_others = [book(page, workshop) for _each in range(size)]
	counts = {}

	def count(label, act):
		frappe.db.value_cache.clear()
		queries.clear()
		done = retried(act)
		counts[label] = len(queries)
		return done

	last = count("join", lambda: book(page, workshop))
	count("messages", lambda: mails(last.id, NOW))
	count("leave", lambda: bookings.cancel_by_token(token_of(last), "", NOW))
	count("move alone", lambda: bookings.reschedule_by_token(token_of(second), RescheduleRequest(NINE + 7200), NOW))
	return counts


def test_more_attendees_of_a_session_take_no_more_statements(queries):
	# The first session warms the process up.
	_first, small, large = (statements_of_a_session(queries, size) for size in (2, 5, 25))
	assert small == large
