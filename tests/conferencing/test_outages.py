"""Zoom is down for days: in the end each meeting has one call, no other call exists, and nobody had to click."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.conferencing import connect
from scheduler_integration.conferencing.notices import tell_of_waiting_calls
from scheduler_integration.meetings.summaries import for_host
from scheduler_integration.pages.host.house import troubles_of
from tests.conferencing.conftest import DAY, NINE, NOW, settings, settle
from tests.support.outbox import tasks

MINUTE = 60


def weeks_outage(zoom, booking, begin=NOW, hours=7 * 24):
	"""Zoom is down for a week, while the jobs run every few hours, and then comes back."""
	fault = zoom.fail("/v2/", status=503, times=100_000)
	for hour in range(1, hours + 1, 4):
		settle(booking.name, now=begin + hour * 3600)
	fault.times = 0
	for hour in (1, 2):
		[booking] = settle(booking.name, now=begin + (hours + hour) * 3600)
	return booking


@pytest.mark.long
def test_a_cancelled_meeting_stayed_at_zoom_after_a_weeks_outage(book, zoom, zoom_type):
	booking = book(zoom_type, NINE + 14 * DAY)
	bookings.cancel_by_host(booking.name, "", NOW)
	weeks_outage(zoom, booking)
	assert zoom.meetings == {}
	assert {task.status for task in tasks(booking.name, kind="video_meeting")} == {"Sent"}


@pytest.mark.long
def test_a_meeting_that_was_over_before_zoom_came_back_leaves_no_second_call_there(book, zoom, zoom_type):
	"""The reply was lost, the meeting took place with the fallback's link, and nobody may ever use the call at Zoom."""
	zoom.fail("/meetings", method="POST", lost=True)
	fault = zoom.fail("/v2/", status=503, times=100_000)
	booking = book(zoom_type)
	for minutes in (10, 20, 30, 40):
		settle(booking.name, now=NOW + minutes * MINUTE)
	bookings.complete(booking.name, NINE + 60)
	for hour in range(1, 25, 4):
		settle(booking.name, now=NINE + hour * 3600)
	assert len(zoom.meetings) == 1
	fault.times = 0
	for hour in (26, 28):
		[booking] = settle(booking.name, now=NINE + hour * 3600)
	assert zoom.meetings == {}
	assert booking.meeting_link.startswith("https://meet.jit.si/")


@pytest.mark.long
def test_without_a_fallback_the_call_is_made_when_zoom_is_back_and_nobody_clicks(book, zoom, zoom_type):
	settings(video_fallback="Text of the Meeting Type")
	zoom.fail("/v2/", status=503, times=4)
	booking = book(zoom_type, NINE + 14 * DAY)
	other = book(zoom_type, NINE + 15 * DAY)
	booking = weeks_outage(zoom, booking)
	assert (booking.meeting_link or "").startswith("https://zoom.example/j/")
	assert (booking.video_status, booking.video_error) == ("Ready", None)
	[other] = settle(other.name, now=NOW + 8 * DAY)
	assert other.meeting_link
	told = frappe.get_all("Notification Log", {"for_user": booking.host}, pluck="subject")
	assert told == [f"No video call yet: {booking.subject}"]


@pytest.mark.long
def test_hosts_read_that_calls_wait_and_are_told_once(book, zoom, zoom_type):
	booking = book(zoom_type, NINE + 14 * DAY)
	bookings.cancel_by_host(booking.name, "", NOW)
	zoom.fail("/v2/", status=503, times=100_000)
	for hour in range(1, 25, 2):
		now = NOW + hour * 3600
		settle(booking.name, now=now)
		tell_of_waiting_calls(now)
	[account] = connect.accounts(booking.host, now)
	assert account.waiting == 1
	[trouble] = troubles_of(booking.host, now)
	assert trouble.text.startswith("Zoom: One video call is still to be made or deleted there.")
	assert "tried again by itself" in for_host(booking, now).delivery_error
	told = frappe.get_all("Notification Log", {"for_user": booking.host}, pluck="subject")
	assert told == [f"Video calls wait for {booking.host} (Zoom)"]


def test_a_wait_until_after_the_meeting_is_not_waited_for(book, zoom, zoom_type):
	zoom.fail("/meetings", status=429, headers={"Retry-After": "20000"}, times=3)
	assert book(zoom_type, NOW + 3 * 3600).meeting_link.startswith("https://meet.jit.si/")
