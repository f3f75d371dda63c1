"""A booking asks the database a limited number of times, whatever the site remembers."""

import frappe
import pytest

from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, payload
from tests.support.statements import statements_of_a_session

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-02 09:00")
MOST = 40


def statements_of(queries, page, meeting_type, start=NINE):
	"""Return what a booking of a new attendee asks, like the first one of a request: Frappe forgets much between requests."""
	wanted = payload(page, meeting_type, start)
	frappe.set_user("Guest")
	frappe.db.value_cache.clear()
	queries.clear()
	door.book(wanted, NOW)
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


def test_more_hosts_of_whom_some_are_needed_take_no_more_statements(queries):
	counts = []
	for size in (3, 9):
		page = make_team_page([make_user("Ann") for _each in range(size)])
		hosts = [{"user": row.user, "is_required": place == 0} for place, row in enumerate(page.hosts)]
		panel = make_meeting_type(page, assignment="Collective", hosts=hosts, required_count=1)
		statements_of(queries, page, panel)
		counts.append(len(statements_of(queries, page, panel, NINE + 1800)))
	assert counts[0] == counts[1]


@pytest.mark.long
def test_more_attendees_of_a_session_take_no_more_statements():
	# The first session warms the process up.
	_first, small, large = (statements_of_a_session(size) for size in (3, 5, 25))
	assert counts(small) == counts(large)


def counts(asked):
	return {label: len(each.statements) for label, each in asked.items()}
