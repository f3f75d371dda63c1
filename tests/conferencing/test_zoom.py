"""Meetings at Zoom, against a stand-in that loses replies, limits, revokes and forgets as Zoom does."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.notifications.templates import render
from tests.conferencing.conftest import DAY, NINE, NOW, calls, reschedule, settings, settle
from tests.support import door
from tests.support.factories import make_meeting_type, make_page, make_team_page, make_user, page_of, payload
from tests.support.outbox import tasks, waiting_messages

MINUTE = 60


def video_task(booking):
	[task] = tasks(booking.name, kind="video_meeting", purpose="call")
	return task


def test_a_booking_gets_a_meeting_with_link_number_and_passcode(book, zoom, zoom_type):
	booking = book(zoom_type)
	[meeting] = zoom.meetings.values()
	assert (booking.meeting_link, booking.meeting_id) == (meeting["join_url"], str(meeting["id"]))
	assert booking.meeting_password == meeting["password"]
	assert (meeting["topic"], meeting["start_time"], meeting["duration"]) == (
		booking.subject,
		"2036-03-03T09:00:00Z",
		30,
	)
	assert (booking.video_status, video_task(booking).status) == ("Ready", "Sent")
	assert video_task(booking).external_id == str(meeting["id"])


@pytest.mark.parametrize("template", ["attendee_confirmed", "attendee_reminder", "host_confirmed", "host_reminder"])
def test_each_message_tells_link_number_and_passcode(book, zoom_type, template):
	booking = book(zoom_type)
	[message, *_others] = waiting_messages(booking.name, NOW + 365 * DAY)
	body = render(template, message.variables()).html
	assert booking.meeting_password
	assert [
		each for each in (booking.meeting_link, booking.meeting_id, booking.meeting_password) if each not in body
	] == []


def test_the_hosts_start_link_is_stored_nowhere(book, zoom, zoom_type):
	booking = book(zoom_type, mails=True)
	rows = [frappe.get_all(doctype, fields=["*"]) for doctype in ("Video Meeting", "Video Meeting Log", "Email Queue")]
	assert "host-" not in frappe.as_json([booking.as_dict(), *rows])


def test_a_cancelled_booking_has_no_meeting(book, zoom, zoom_type):
	booking = book(zoom_type)
	bookings.cancel_by_host(booking.name, "", NOW)
	[booking] = settle(booking.name)
	assert (zoom.meetings, booking.meeting_link) == ({}, None)


def test_a_meeting_that_is_gone_already_counts_as_deleted(book, zoom, zoom_type):
	booking = book(zoom_type)
	zoom.delete_by_hand(booking.meeting_id)
	bookings.cancel_by_host(booking.name, "", NOW)
	[booking] = settle(booking.name)
	assert video_task(booking).status == "Sent"
	assert [row.status for row in calls()] == ["Removed"]


def test_a_lost_reply_makes_no_second_meeting(book, zoom, zoom_type):
	zoom.fail("/meetings", method="POST", lost=True)
	booking = book(zoom_type)
	assert (booking.meeting_link, booking.video_status, len(zoom.meetings)) == (None, "Waiting", 1)
	[booking] = settle(booking.name, now=NOW + 5 * MINUTE)
	[meeting] = zoom.meetings.values()
	assert booking.meeting_link == meeting["join_url"]
	assert len(zoom.requests("POST", "/meetings")) == 1


def test_a_booking_moved_while_the_reply_is_lost_has_its_meeting_at_the_new_time(book, zoom, zoom_type):
	zoom.fail("/meetings", method="POST", lost=True)
	booking = book(zoom_type)
	later = reschedule(booking.name, NINE + DAY)
	settle(booking.name, later.name, now=NOW + 5 * MINUTE)
	[meeting] = zoom.meetings.values()
	assert meeting["start_time"] == "2036-03-04T09:00:00Z"


def test_a_meeting_is_found_on_a_later_page_of_the_list(book, zoom, zoom_type):
	zoom.page_size = 1
	book(zoom_type, NINE + DAY)
	zoom.fail("/meetings", method="POST", lost=True)
	booking = book(zoom_type)
	[booking] = settle(booking.name, now=NOW + 5 * MINUTE)
	assert booking.meeting_link
	assert len(zoom.meetings) == 2


def test_a_refused_token_is_renewed_once(book, zoom, zoom_type):
	zoom.expire_access()
	assert book(zoom_type).meeting_link
	assert len(zoom.requests("POST", "/oauth/token")) == 1


@pytest.mark.long
def test_a_refresh_token_is_used_once_for_many_bookings(book, zoom, zoom_type):
	"""Zoom revokes everything if a refresh token is used twice."""
	zoom.clock.shift(4000)
	for number in range(3):
		book(zoom_type, NINE + number * 3600, now=NOW + 4000)
	assert len(zoom.meetings) == 3
	assert len(zoom.requests("POST", "/oauth/token")) == 1


def test_a_revoked_account_gets_the_fallback_and_its_host_is_told_once(book, zoom, zoom_type):
	zoom.revoke_account("jane@zoom.example")
	one, other = book(zoom_type), book(zoom_type, NINE + 3600)
	assert one.meeting_link.startswith("https://meet.jit.si/")
	assert (one.video_provider, one.video_status) == ("Jitsi", "Ready")
	[connection] = frappe.get_all("Video Connection", {"user": one.host}, ["status", "error"])
	assert (connection.status, bool(connection.error)) == ("Reconnect Needed", True)
	told = frappe.get_all("Notification Log", {"for_user": one.host}, pluck="subject")
	assert told == ["Connect Zoom again: no video calls can be made"]
	assert other.meeting_link.startswith("https://meet.jit.si/")


def test_without_a_fallback_attendees_read_the_types_text(book, zoom, zoom_type):
	settings(video_fallback="Text of the Meeting Type")
	zoom_type.db_set("fallback_details", "We call you.")
	frappe.clear_document_cache("Meeting Type", zoom_type.name)
	zoom.revoke_account("jane@zoom.example")
	booking = book(zoom_type)
	assert (booking.location, booking.meeting_link, booking.video_status) == ("We call you.", None, "Failed")


def test_without_fallback_and_text_the_host_is_told(book, zoom, zoom_type):
	settings(video_fallback="Text of the Meeting Type")
	zoom.revoke_account("jane@zoom.example")
	booking = book(zoom_type)
	assert (booking.status, booking.video_status) == ("Scheduled", "Failed")
	assert booking.video_error
	assert len(frappe.get_all("Notification Log", {"for_user": booking.host})) == 2


def test_an_outage_is_waited_for_and_then_the_fallback_is_used(book, zoom, zoom_type):
	zoom.fail("/v2/", status=503, times=1000)
	booking = book(zoom_type)
	assert (booking.meeting_link, booking.video_status) == (None, "Waiting")
	for attempt in range(3):
		[booking] = settle(booking.name, now=NOW + (attempt + 1) * 10 * MINUTE)
	assert booking.meeting_link.startswith("https://meet.jit.si/")


@pytest.mark.long
def test_a_meeting_that_was_made_in_an_outage_is_deleted_when_it_is_over(book, zoom, zoom_type):
	"""The reply was lost, the fallback was used, and hours later Zoom is back."""
	zoom.fail("/meetings", method="POST", lost=True)
	zoom.fail("/v2/", status=503, times=1000)
	booking = book(zoom_type)
	for attempt in range(3):
		[booking] = settle(booking.name, now=NOW + (attempt + 1) * 10 * MINUTE)
	link = booking.meeting_link
	assert (booking.video_provider, len(zoom.meetings)) == ("Jitsi", 1)
	zoom.faults.clear()
	[booking] = settle(booking.name, now=NOW + 2 * 3600)
	assert (zoom.meetings, booking.meeting_link) == ({}, link)


def test_an_outage_shortly_before_the_meeting_is_not_waited_for(book, zoom, zoom_type):
	zoom.fail("/v2/", status=503, times=1000)
	booking = book(zoom_type, now=NINE - 10 * MINUTE)
	assert booking.meeting_link.startswith("https://meet.jit.si/")


def test_the_daily_limit_is_waited_for_and_no_booking_is_lost(book, zoom, zoom_type):
	zoom.changes_today["jane@zoom.example"] = 100
	booking = book(zoom_type, NINE + DAY)
	assert (booking.status, booking.meeting_link) == ("Scheduled", None)
	zoom.changes_today.clear()
	[booking] = settle(booking.name, now=NOW + 5 * MINUTE)
	assert booking.meeting_link == next(iter(zoom.meetings.values()))["join_url"]


def test_too_many_requests_are_repeated_when_zoom_says(book, zoom, zoom_type):
	zoom.fail("/meetings", status=429, headers={"Retry-After": "1800"}, times=3)
	booking = book(zoom_type, NINE + DAY)
	assert video_task(booking).due_at >= NOW + 1800


@pytest.fixture
def booked_with_one_of_two(book, connect_zoom):
	"""A booking of a round robin, and the other host. Each has an account at Zoom."""
	team = [make_user(name) for name in ("Ann", "Ben")]
	for user in team:
		connect_zoom(user, account=f"{user}.zoom")
	booking = book(make_meeting_type(make_team_page(team), assignment="Round Robin", location_type="Zoom"))
	(other,) = set(team) - {booking.host}
	return booking, other


def test_another_host_has_a_meeting_of_their_own_account(zoom, booked_with_one_of_two):
	booking, coming = booked_with_one_of_two
	bookings.reassign(booking.name, coming, NOW)
	[after] = settle(booking.name)
	[meeting] = zoom.meetings.values()
	assert (meeting["owner"], after.meeting_link) == (f"{coming}.zoom", meeting["join_url"])


@pytest.mark.long
def test_an_old_host_whose_zoom_is_down_does_not_hold_up_the_new_link(zoom, booked_with_one_of_two):
	booking, coming = booked_with_one_of_two
	zoom.fail("/meetings", method="DELETE", status=503, times=3)
	bookings.reassign(booking.name, coming, NOW)
	[after] = settle(booking.name)
	assert after.meeting_link not in (None, booking.meeting_link)
	assert len(zoom.meetings) == 2
	settle(booking.name, now=NOW + 10 * MINUTE)
	assert [meeting["owner"] for meeting in zoom.meetings.values()] == [f"{coming}.zoom"]


@pytest.mark.long
def test_a_rescheduled_booking_has_the_same_link_and_the_new_time(book, zoom, zoom_type):
	earlier = book(zoom_type)
	later = reschedule(earlier.name, NINE + DAY)
	_before, later = settle(earlier.name, later.name)
	[meeting] = zoom.meetings.values()
	assert (later.meeting_link, meeting["start_time"]) == (earlier.meeting_link, "2036-03-04T09:00:00Z")


def test_a_meeting_deleted_at_zoom_is_made_again_when_the_booking_changes(book, zoom, zoom_type):
	booking = book(zoom_type)
	zoom.delete_by_hand(booking.meeting_id)
	booking.db_set({"subject": "Another title", "sequence": 1})
	frappe.db.set_value("Outbox Task", video_task(booking).name, "status", "Pending")
	[after] = settle(booking.name)
	[meeting] = zoom.meetings.values()
	assert after.meeting_link == meeting["join_url"] != booking.meeting_link


def test_the_firms_account_makes_meetings_for_each_host_by_address(book, zoom):
	settings(
		zoom_account_id=zoom.firm_account,
		zoom_server_client_id=zoom.firm.client_id,
		zoom_server_client_secret=zoom.firm.client_secret,
	)
	page = make_page()
	zoom.accounts[page.user] = zoom.accounts["jane@zoom.example"]
	booking = book(make_meeting_type(page, location_type="Zoom"))
	[meeting] = zoom.meetings.values()
	assert (meeting["owner"], booking.meeting_link) == (page.user, meeting["join_url"])
	book(frappe.get_doc("Meeting Type", booking.meeting_type), NINE + 3600)
	assert len(zoom.requests("POST", "/oauth/token")) == 1


def test_a_host_who_is_unknown_to_the_firms_account_gets_the_fallback(book, zoom):
	settings(
		zoom_account_id=zoom.firm_account,
		zoom_server_client_id=zoom.firm.client_id,
		zoom_server_client_secret=zoom.firm.client_secret,
	)
	booking = book(make_meeting_type(make_page(), location_type="Zoom"))
	assert booking.meeting_link.startswith("https://meet.jit.si/")
	[failed] = frappe.get_all("Video Meeting Log", {"booking": booking.name, "status": "Failed"}, pluck="error")
	assert failed == f"The firm's Zoom account has no user {booking.host}."


def test_a_type_can_be_saved_only_if_its_hosts_have_an_account(connect_zoom):
	page = make_page()
	with pytest.raises(InvalidRequest, match="must connect an account first"):
		make_meeting_type(page, location_type="Zoom")
	connection = connect_zoom(page.user)
	saved = make_meeting_type(page, location_type="Zoom")
	assert saved.places_without_account() == []
	frappe.db.set_value("Video Connection", connection, "status", "Reconnect Needed")
	[(_place, sentence)] = saved.places_without_account()
	assert sentence.startswith("“Zoom” can't be offered yet: Jane must connect an account first")
	saved.title = "Still saved"
	saved.save()


def test_a_video_call_without_a_provider_uses_the_hosts_preferred_one(book, zoom, connect_zoom):
	page = make_page()
	connect_zoom(page.user, is_default=1)
	booking = book(make_meeting_type(page, location_type="Video Call"))
	assert (booking.video_provider, booking.location_type) == ("Zoom", "Video Call")


def test_a_video_call_of_a_host_without_an_account_is_on_jitsi(book):
	booking = book(make_meeting_type(make_page(), location_type="Video Call"))
	assert booking.video_provider == "Jitsi"


def test_a_visitor_is_not_kept_waiting_by_zoom(zoom, zoom_type):
	zoom.fail("/v2/", status=503, times=1000)
	page = page_of(zoom_type)
	door.book(payload(page, zoom_type, NINE), NOW)
	assert zoom.log == []
