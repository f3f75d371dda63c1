"""Google Meet and Microsoft Teams without a calendar: through Meet's spaces, and through Teams' online meetings."""

import frappe
import pytest

from scheduler_integration import bookings
from tests.conferencing.conftest import DAY, NINE, NOW, calls, connect, reschedule, settle
from tests.support.factories import make_meeting_type, make_page
from tests.support.outbox import tasks
from tests.support.vendors.calls import MEET_SCOPES, TEAMS_SCOPES, MeetStandIn, TeamsStandIn
from tests.support.vendors.setup import leading_to, set_up
from tests.support.vendors.stand_in import serving


@pytest.fixture
def meet():
	yield from standing_in("google", MeetStandIn())


@pytest.fixture
def teams():
	yield from standing_in("microsoft", TeamsStandIn())


def standing_in(key, stand_in):
	stand_in.clock.move_to(NOW)
	with serving(stand_in), leading_to(key, stand_in):
		set_up(key, stand_in)
		frappe.db.commit()
		yield stand_in
		stand_in.assert_sound()


def offer(stand_in, provider, scopes):
	page = make_page()
	connect(stand_in, page.user, "jane@work.example", provider, scopes)
	return make_meeting_type(page, location_type=provider)


def test_a_booking_gets_a_space_of_google_meet(book, meet):
	booking = book(offer(meet, "Google Meet", MEET_SCOPES))
	[space] = meet.spaces.values()
	assert (booking.meeting_link, booking.meeting_id) == (space["meetingUri"], space["meetingCode"])


def test_a_link_that_is_pending_is_asked_for_again(book, meet):
	meet.pending = 1
	booking = book(offer(meet, "Google Meet", MEET_SCOPES))
	assert (booking.meeting_link, booking.video_status) == (None, "Waiting")
	[booking] = settle(booking.name, now=NOW + 10)
	assert booking.meeting_link == next(iter(meet.spaces.values()))["meetingUri"]
	assert len(meet.spaces) == 1
	logged = frappe.get_all("Video Meeting Log", {"booking": booking.name}, pluck="status", order_by="creation asc")
	assert logged == ["Pending", "Success"]


def test_a_moved_booking_keeps_its_space(book, meet):
	booking = book(offer(meet, "Google Meet", MEET_SCOPES))
	later = reschedule(booking.name, NINE + DAY)
	_before, later = settle(booking.name, later.name)
	assert later.meeting_link == booking.meeting_link
	assert len(meet.spaces) == 1


def test_a_consent_that_lacks_the_permission_ends_in_the_fallback(book, meet):
	booking = book(offer(meet, "Google Meet", "openid email"))
	for number in range(3):
		[booking] = settle(booking.name, now=NOW + (number + 1) * 600)
	assert booking.video_provider == "Jitsi"


def test_a_booking_gets_an_online_meeting_of_teams(book, teams):
	booking = book(offer(teams, "Teams", TEAMS_SCOPES))
	[meeting] = teams.meetings.values()
	assert (booking.meeting_link, booking.meeting_id) == (meeting["joinWebUrl"], "412 345 678 90")
	assert (meeting["subject"], meeting["startDateTime"]) == (booking.subject, "2036-03-03T09:00:00Z")
	assert len(booking.meeting_password) == 6


def test_a_lost_reply_of_teams_makes_no_second_meeting(book, teams):
	teams.fail("createOrGet", lost=True)
	booking = book(offer(teams, "Teams", TEAMS_SCOPES))
	[booking] = settle(booking.name, now=NOW + 300)
	assert len(teams.meetings) == 1
	assert booking.meeting_link


@pytest.mark.long
def test_a_moved_booking_moves_its_teams_meeting(book, teams):
	booking = book(offer(teams, "Teams", TEAMS_SCOPES))
	later = reschedule(booking.name, NINE + DAY)
	_before, later = settle(booking.name, later.name)
	[meeting] = teams.meetings.values()
	assert (meeting["startDateTime"], later.meeting_link) == ("2036-03-04T09:00:00Z", booking.meeting_link)


@pytest.mark.long
def test_a_booking_moved_while_the_reply_of_teams_is_lost_has_its_meeting_at_the_new_time(book, teams):
	teams.fail("createOrGet", lost=True)
	booking = book(offer(teams, "Teams", TEAMS_SCOPES))
	later = reschedule(booking.name, NINE + DAY)
	settle(booking.name, later.name, now=NOW + 300)
	[meeting] = teams.meetings.values()
	assert meeting["startDateTime"] == "2036-03-04T09:00:00Z"


@pytest.mark.parametrize("lost", [False, True])
def test_a_cancelled_booking_has_no_teams_meeting(book, teams, lost):
	if lost:
		teams.fail("createOrGet", lost=True)
	booking = book(offer(teams, "Teams", TEAMS_SCOPES))
	bookings.cancel_by_host(booking.name, "", NOW)
	settle(booking.name)
	settle(booking.name, now=NOW + 300)
	assert teams.meetings == {}
	assert [row.status for row in calls()] == ["Removed"]


def test_teams_that_refuses_a_private_account_ends_in_the_fallback(book, teams):
	"""Private accounts have no online meetings: Graph answers 403."""
	booking = book(offer(teams, "Teams", "openid email"))
	assert tasks(booking.name, kind="video_meeting")[0].status == "Pending"
	for number in range(3):
		[booking] = settle(booking.name, now=NOW + (number + 1) * 600)
	assert booking.video_provider == "Jitsi"
