"""Real processes: killed between any two steps, two at once, and a booking that changes while its call is made."""

import threading

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.conferencing.records import CLAIM_SECONDS
from scheduler_integration.outbox.claims import LEASE_SECONDS
from scheduler_integration.platform.clock import now
from tests.conferencing.conftest import NINE, NOW, calls, settle
from tests.support.factories import make_meeting_type, make_page, make_team_page, make_user

# Kills itself with the signal that nobody can catch, before or after the commit of this number.
RUN_AND_DIE = """
import os, signal, sys
import frappe
from scheduler_integration.jobs import outbox
commit, commits = frappe.db.commit, 0
def counted():
	global commits
	commits += 1
	if sys.argv[2] == "before" and commits == int(sys.argv[1]):
		os.kill(os.getpid(), signal.SIGKILL)
	commit()
	if sys.argv[2] == "after" and commits == int(sys.argv[1]):
		os.kill(os.getpid(), signal.SIGKILL)
frappe.db.commit = counted
outbox.run_due_tasks(lambda: int(sys.argv[4]), 60, sys.argv[3])
"""
RUN = """
import sys
from scheduler_integration.jobs import outbox
outbox.run_due_tasks(lambda: int(sys.argv[2]), 60, sys.argv[1])
"""
LATER = NOW + max(LEASE_SECONDS, CLAIM_SECONDS) + 1


def waiting(book, meeting_type, start=NINE):
	booking = book(meeting_type, start, run=False)
	frappe.db.set_value("Outbox Task", {"booking": booking.name, "kind": "email"}, "due_at", NOW + 10**8)
	frappe.db.commit()
	return booking


@pytest.mark.long
def test_killed_between_any_two_steps_there_is_one_meeting_in_the_end(site, zoom_for_all, zoom_type, book):
	number, completed = 0, False
	while not completed:
		number += 1
		# The two moments differ by what is between two commits; every third one shows both.
		for moment in ("before", "after") if number % 3 == 0 else ("before",):
			booking = waiting(
				book, zoom_type, NINE + (number % 12) * 1800 + (number // 12 + (moment == "after") * 7) * 86400
			)
			process = site.python(RUN_AND_DIE, str(number), moment, booking.name, str(NOW))
			process.communicate(timeout=60)
			completed = process.returncode == 0
			[after] = settle(booking.name, now=LATER)
			mine = [each for each in zoom_for_all.meetings.values() if each["join_url"] == after.meeting_link]
			assert (after.video_status, len(mine)) == ("Ready", 1), (number, moment)
			assert len(zoom_for_all.meetings) == len(calls(status="Ready")), (number, moment)
			assert len(calls(booking=booking.name)) == 1
	assert number > 8


@pytest.mark.long
def test_two_workers_make_one_meeting_for_a_session(site, zoom_for_all, connect_zoom, book):
	page = make_page()
	connect_zoom(page.user)
	workshop = make_meeting_type(page, location_type="Zoom", seats=9)
	booked = [waiting(book, workshop) for _each in range(4)]
	workers = [site.python(RUN, booking.name, str(NOW)) for booking in booked]
	for worker in workers:
		_output, error = worker.communicate(timeout=60)
		assert worker.returncode == 0, error
	found = settle(*[booking.name for booking in booked], now=NOW + 60)
	assert len(zoom_for_all.meetings) == 1
	assert len({booking.meeting_link for booking in found}) == 1
	assert found[0].meeting_link


@pytest.mark.long
@pytest.mark.parametrize("change", ["cancel", "reassign"])
def test_a_change_while_the_meeting_is_made_wins(site, zoom_for_all, connect_zoom, book, change):
	team = [make_user(name) for name in ("Ann", "Ben")]
	for user in team:
		connect_zoom(user, account=f"{user}.zoom")
	pool = make_meeting_type(make_team_page(team), assignment="Round Robin", location_type="Zoom")
	booking = waiting(book, pool)
	hold = threading.Event()
	zoom_for_all.fail("/meetings", method="POST", hold=hold)
	worker = site.python(RUN, booking.name, str(NOW))
	try:
		until(lambda: zoom_for_all.faults[0].times == 0)
		if change == "cancel":
			bookings.cancel_by_host(booking.name, "", NOW)
		else:
			[coming] = [user for user in team if user != booking.host]
			bookings.reassign(booking.name, coming, NOW)
		frappe.db.commit()
	finally:
		hold.set()
	worker.communicate(timeout=60)
	[after] = settle(booking.name, now=NOW + 120)
	settle(booking.name, now=NOW + 300)
	if change == "cancel":
		assert (zoom_for_all.meetings, after.meeting_link) == ({}, None)
	else:
		[meeting] = zoom_for_all.meetings.values()
		assert (meeting["owner"], after.meeting_link) == (f"{coming}.zoom", meeting["join_url"])


@pytest.mark.long
def test_two_workers_refresh_a_token_once(site, zoom_for_all, zoom_type, connect_zoom, book):
	"""Zoom revokes everything if a refresh token is used twice."""
	zoom_for_all.expire_access()
	team = [waiting(book, zoom_type, NINE + number * 3600) for number in range(3)]
	for worker in [site.python(RUN, booking.name, str(NOW)) for booking in team]:
		worker.communicate(timeout=60)
	found = settle(*[booking.name for booking in team], now=NOW + 60)
	assert [booking.video_provider for booking in found] == ["Zoom"] * 3
	assert len(zoom_for_all.requests("POST", "/oauth/token")) == 1


def until(condition, seconds=20):
	deadline = now() + seconds
	while not condition():
		assert now() < deadline
		threading.Event().wait(0.02)
