"""A booking goes to another host and comes back, while Zoom's answers about the first meeting are lost or refused."""

import pytest

from scheduler_integration import bookings
from tests.conferencing.conftest import DAY, NINE, NOW, calls, reschedule, settle
from tests.support.factories import make_meeting_type, make_team_page, make_user


@pytest.fixture
def team(connect_zoom):
	users = [make_user(name) for name in ("Ann", "Ben")]
	for user in users:
		connect_zoom(user, account=f"{user}.zoom")
	return users


@pytest.fixture
def pool(team):
	return make_meeting_type(make_team_page(team), assignment="Round Robin", location_type="Zoom")


@pytest.fixture
def give(team):
	"""Reassign the booking to the other one of the two hosts, and run what is due."""

	def to_the_other(booking, now=NOW):
		[coming] = [user for user in team if user != booking.host]
		bookings.reassign(booking.name, coming, now)
		return settle(booking.name, now=now)[0]

	return to_the_other


def later(booking):
	"""Run the outbox 5, 30 and 120 minutes later, until no task waits any more."""
	for minutes in (5, 30, 120):
		[booking] = settle(booking.name, now=NOW + minutes * 60)
	return booking


def assert_one_meeting(zoom, booking):
	[meeting] = zoom.meetings.values()
	assert (meeting["owner"], meeting["join_url"]) == (f"{booking.host}.zoom", booking.meeting_link)
	assert {row.status for row in calls()} <= {"Ready", "Removed"}
	assert zoom.broken == []


@pytest.mark.long
def test_a_deletion_whose_reply_was_lost(book, zoom, pool, give):
	booking = book(pool)
	zoom.fail("/meetings", method="DELETE", lost=True)
	zoom.fail("/meetings", method="DELETE", status=503)
	away = give(booking)
	back = later(give(away))
	assert_one_meeting(zoom, back)
	assert back.meeting_link != booking.meeting_link


@pytest.mark.long
def test_a_creation_whose_reply_was_lost(book, zoom, pool, give):
	zoom.fail("/meetings", method="POST", lost=True)
	booking = book(pool)
	away = give(booking)
	back = later(give(away))
	assert_one_meeting(zoom, back)


@pytest.mark.long
def test_a_limit_hides_no_meeting_that_exists(book, zoom, pool, give):
	"""The first meeting is still to be deleted when the booking comes back. Zoom refuses, and the booking is cancelled."""
	booking = book(pool)
	zoom.fail("/meetings", method="DELETE", status=503, times=2)
	away = give(booking)
	zoom.fail("/meetings", method="GET", status=429, times=4)
	back = give(away)
	bookings.cancel_by_host(back.name, "", NOW)
	later(back)
	assert zoom.meetings == {}


@pytest.mark.long
def test_a_meeting_that_zoom_lists_late_is_not_made_twice(book, zoom, pool):
	"""The booking is moved a second after the reply was lost, and Zoom's list doesn't have the meeting yet."""
	zoom.fail("/meetings", method="POST", lost=True)
	booking = book(pool)
	zoom.fail("/meetings", method="GET", status=200, body={"meetings": []}, times=9)
	moved = reschedule(booking.name, NINE + DAY, NOW + 1)
	settle(booking.name, moved.name, now=NOW + 1)
	zoom.faults.clear()
	assert_one_meeting(zoom, later(moved))


@pytest.mark.long
def test_the_link_of_a_cancelled_booking_goes_although_its_move_was_never_carried_out(book, zoom, zoom_type):
	"""The token can't be renewed when the meeting is moved, and then it is cancelled."""
	earlier = book(zoom_type)
	later_on = NOW + 2 * 3600
	zoom.clock.move_to(later_on)
	zoom.fail("/oauth/token", status=500, times=4)
	moved = reschedule(earlier.name, NINE + DAY, later_on)
	settle(earlier.name, moved.name, now=later_on)
	bookings.cancel_by_host(moved.name, "", later_on)
	zoom.faults.clear()
	earlier, moved = settle(earlier.name, moved.name, now=later_on + 6 * 3600)
	assert (zoom.meetings, moved.status, moved.meeting_link) == ({}, "Cancelled", None)
