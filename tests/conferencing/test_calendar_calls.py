"""Google Meet and Teams calls that come with the event in the host's own calendar."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.calendars.sync import sync
from scheduler_integration.catalogue.video import hosts_without
from tests.conferencing.conftest import DAY, NINE, NOW, calls, reschedule, settle
from tests.support.factories import make_meeting_type, make_page, make_team_page, make_user
from tests.support.vendors.connected import Google, Microsoft
from tests.support.vendors.google import GoogleStandIn
from tests.support.vendors.graph import GraphStandIn
from tests.support.vendors.setup import leading_to, set_up
from tests.support.vendors.stand_in import serving

pytest.importorskip("googleapiclient")


@pytest.fixture
def google():
	yield from standing_in(Google, GoogleStandIn())


@pytest.fixture
def microsoft():
	yield from standing_in(Microsoft, GraphStandIn())


@pytest.fixture(params=["Google Meet", "Teams"])
def vendor(request):
	"""Each of the two in turn, with the kind of call."""
	found = request.getfixturevalue({"Google Meet": "google", "Teams": "microsoft"}[request.param])
	return found, request.param


def standing_in(words, stand_in):
	stand_in.clock.move_to(NOW)
	with serving(stand_in), leading_to(words.key, stand_in):
		set_up(words.key, stand_in)
		frappe.db.commit()
		yield words(stand_in)
		stand_in.assert_sound()


def connect(vendor, user):
	made = vendor.connect(user=user, write_bookings=1)
	frappe.db.commit()
	assert sync(made.connection, NOW).error is None
	return made


def offer(vendor, kind, **fields):
	page = make_page()
	connected = connect(vendor, page.user)
	return make_meeting_type(page, location_type=kind, **fields), connected


def events(connected):
	return [entry for entry in connected.diary.entries.values() if not entry.removed]


@pytest.mark.long
def test_the_link_comes_with_the_event_and_is_in_the_first_message(book, vendor):
	meeting_type, connected = offer(*vendor)
	booking = book(meeting_type, mails=True)
	assert booking.meeting_link
	assert (booking.video_status, booking.video_provider, booking.sequence) == ("Ready", vendor[1], 0)
	assert len(events(connected)) == 1
	assert calls(user=booking.host) == []


@pytest.mark.long
def test_a_moved_meeting_keeps_its_link(book, vendor):
	meeting_type, connected = offer(*vendor)
	booking = book(meeting_type)
	later = reschedule(booking.name, NINE + DAY)
	_before, later = settle(booking.name, later.name)
	assert later.meeting_link == booking.meeting_link
	assert later.video_status == "Ready"
	assert len(events(connected)) == 1


@pytest.mark.long
def test_a_cancelled_meeting_has_neither_event_nor_link(book, vendor):
	meeting_type, connected = offer(*vendor)
	booking = book(meeting_type)
	bookings.cancel_by_host(booking.name, "", NOW)
	[booking] = settle(booking.name)
	assert (events(connected), booking.meeting_link) == ([], None)


@pytest.mark.long
def test_another_host_has_a_link_of_their_own_calendar(book, vendor):
	words, kind = vendor
	team = [make_user(name) for name in ("Ann", "Ben")]
	diaries = {user: connect(words, user) for user in team}
	pool = make_meeting_type(make_team_page(team), assignment="Round Robin", location_type=kind)
	booking = book(pool)
	[coming] = [user for user in team if user != booking.host]
	bookings.reassign(booking.name, coming, NOW)
	[after] = settle(booking.name)
	assert after.meeting_link not in (None, booking.meeting_link)
	assert (len(events(diaries[booking.host])), len(events(diaries[coming]))) == (0, 1)


@pytest.mark.long
def test_a_session_has_one_link(book, vendor):
	workshop, connected = offer(*vendor, seats=4)
	one, other = book(workshop), book(workshop)
	one.reload()
	assert one.meeting_link == other.meeting_link
	assert one.meeting_link
	assert len(events(connected)) == 1


@pytest.mark.long
def test_who_cancels_in_a_session_has_no_link_and_the_others_keep_theirs(book, vendor):
	workshop, connected = offer(*vendor, seats=4)
	one = book(workshop)
	other = book(workshop, run=False)
	bookings.cancel_by_host(one.name, "", NOW)
	for seconds in (60, 120):
		gone, other = settle(one.name, other.name, now=NOW + seconds)
	assert (gone.meeting_link, gone.status) == (None, "Cancelled")
	assert other.meeting_link
	assert len(events(connected)) == 1


@pytest.mark.long
def test_a_link_that_is_pending_at_google_is_asked_for_again(book, google):
	google.stand_in.pending_conferences = 2
	meeting_type, connected = offer(google, "Google Meet")
	booking = book(meeting_type)
	for seconds in (10, 20, 30):
		[booking] = settle(booking.name, now=NOW + seconds)
	assert booking.meeting_link
	assert len(events(connected)) == 1


@pytest.mark.long
def test_a_calendar_that_brings_no_link_ends_in_the_fallback(book, microsoft):
	meeting_type, _connected = offer(microsoft, "Teams")
	microsoft.stand_in.fail("/events", status=503, times=1000)
	booking = book(meeting_type)
	assert (booking.meeting_link, booking.video_status) == (None, "Waiting")
	[booking] = settle(booking.name, now=NOW + 301)
	assert booking.video_provider == "Jitsi"
	microsoft.stand_in.faults.clear()
	[after] = settle(booking.name, now=NOW + 7200)
	assert after.meeting_link == booking.meeting_link


@pytest.mark.long
def test_a_call_that_the_event_has_too_late_goes_again(book, vendor):
	"""The event was made, but its link came after attendees got another one. Nobody must wait in the wrong call."""
	meeting_type, connected = offer(*vendor)
	vendor[0].stand_in.fail("/events", method="POST", lost=True)
	vendor[0].stand_in.fail("/events", status=503, times=1000)
	booking = book(meeting_type)
	[booking] = settle(booking.name, now=NOW + 301)
	assert booking.video_provider == "Jitsi"
	vendor[0].stand_in.faults.clear()
	settle(booking.name, now=NOW + 7200)
	[event] = events(connected)
	assert (event.fields.get("hangoutLink"), event.fields.get("joinUrl")) == (None, None)
	assert booking.meeting_link in str(event.fields["location"])


@pytest.mark.long
@pytest.mark.parametrize("first", ["calendar_event", "video_meeting"])
def test_a_moved_meeting_keeps_its_link_in_whatever_order_its_tasks_run(book, vendor, first):
	meeting_type, connected = offer(*vendor)
	booking = book(meeting_type)
	later = reschedule(booking.name, NINE + DAY)
	others = {"booking": ["in", [booking.name, later.name]], "status": "Pending", "kind": ["!=", first]}
	frappe.db.set_value("Outbox Task", others, "due_at", NOW + 60)
	settle(booking.name, later.name)
	_before, later = settle(booking.name, later.name, now=NOW + 61)
	[event] = events(connected)
	assert later.meeting_link == booking.meeting_link
	assert later.meeting_link in (event.fields.get("hangoutLink"), event.fields.get("joinUrl"))


def test_a_video_call_of_a_host_with_a_google_calendar_is_on_meet(book, google):
	meeting_type, _connected = offer(google, "Video Call")
	assert book(meeting_type).video_provider == "Google Meet"


def test_a_host_with_an_outlook_calendar_can_offer_teams_but_not_meet(microsoft):
	jane = make_user()
	connect(microsoft, jane)
	assert hosts_without("Teams", [jane]) == []
	assert hosts_without("Google Meet", [jane]) == [jane]
