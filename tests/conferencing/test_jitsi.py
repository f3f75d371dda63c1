"""A video call on Jitsi Meet: no account, no request, an address that nobody guesses."""

import re

import frappe
import jwt
import pytest
from icalendar import Calendar

from scheduler_integration import bookings
from scheduler_integration.conferencing.records import host_link
from scheduler_integration.notifications.invitation import invitation_for
from scheduler_integration.notifications.readers import attendee_of
from scheduler_integration.notifications.templates import render
from tests.conferencing.conftest import DAY, NINE, NOW, calls, reschedule, settings, settle
from tests.support import door
from tests.support.factories import (
	make_meeting_type,
	make_page,
	make_team_page,
	make_user,
	page_of,
	payload,
	token_of,
)
from tests.support.outbox import tasks, waiting_messages

SECRET = "a-planted-secret-of-the-jitsi-server"


def test_a_booking_gets_a_room_that_nobody_guesses(book, jitsi_type):
	one, other = book(jitsi_type), book(jitsi_type, NINE + 3600)
	assert re.fullmatch(r"https://meet\.jit\.si/meeting-[0-9a-f]{32}", one.meeting_link)
	assert one.meeting_link != other.meeting_link
	assert (one.video_status, one.video_provider) == ("Ready", "Jitsi")
	[log] = frappe.get_all("Video Meeting Log", {"booking": one.name}, ["*"])
	assert (log.action, log.provider, log.status, log.user) == ("Create", "Jitsi", "Success", one.host)


def test_the_server_of_the_settings_is_used(book, jitsi_type):
	settings(jitsi_server="https://meet.firm.example/")
	assert book(jitsi_type).meeting_link.startswith("https://meet.firm.example/meeting-")


@pytest.mark.long
def test_the_first_message_has_the_link(book, jitsi_type, outgoing_mail):
	booking = book(jitsi_type, mails=True)
	assert booking.sequence == 0
	sent = tasks(booking.name, kind="email")
	assert {task.status for task in sent} == {"Sent"}
	message = frappe.get_all("Email Queue", {"reference_name": booking.name}, pluck="message")
	assert all(booking.meeting_link.rpartition("/")[2] in unfolded(each) for each in message)


def test_the_invitation_has_the_link_as_place_and_conference(book, jitsi_type):
	booking = book(jitsi_type)
	event = Calendar.from_ical(invitation_for(booking, NOW, attendee_of(booking)).calendar).walk("VEVENT")[0]
	assert event["LOCATION"] == booking.meeting_link
	assert event["CONFERENCE"] == booking.meeting_link
	assert event["CONFERENCE"].params["VALUE"] == "URI"
	assert event["CONFERENCE"].params["LABEL"] == "Jitsi Meet"
	assert booking.meeting_link in event["DESCRIPTION"]


def test_the_event_in_the_desk_begins_with_the_link(book, jitsi_type):
	booking = book(jitsi_type)
	assert booking.meeting_link in frappe.db.get_value("Event", booking.event, "description")


def test_a_request_gets_its_call_when_it_is_confirmed(book, as_user):
	meeting_type = make_meeting_type(make_page(), location_type="Jitsi", requires_confirmation=1)
	booking = book(meeting_type)
	assert (booking.meeting_link, calls(booking=booking.name)) == (None, [])
	with as_user(booking.host):
		bookings.confirm(booking.name, NOW)
	[booking] = settle(booking.name)
	assert booking.meeting_link


def test_a_cancelled_booking_has_no_call(book, jitsi_type):
	page = page_of(jitsi_type)
	made = door.book(payload(page, jitsi_type, NINE), NOW)
	[booking] = settle(made.id)
	assert booking.meeting_link
	bookings.cancel_by_token(token_of(made), "", NOW)
	[booking] = settle(made.id)
	assert (booking.meeting_link, booking.video_status) == (None, None)
	assert [row.status for row in calls(booking=made.id)] == ["Removed"]


def test_a_session_has_one_call(book):
	workshop = make_meeting_type(make_page(), location_type="Jitsi", seats=5)
	one, other = book(workshop), book(workshop)
	assert one.session == other.session
	assert one.meeting_link == other.meeting_link
	assert len(calls(subject=one.session)) == 1


def test_the_last_attendee_who_cancels_a_session_ends_its_call(book):
	workshop = make_meeting_type(make_page(), location_type="Jitsi", seats=5)
	names = [book(workshop).name for _each in range(2)]
	bookings.cancel_by_host(names[0], "", NOW)
	first, second = settle(*names)
	assert (first.meeting_link, bool(second.meeting_link)) == (None, True)
	bookings.cancel_by_host(names[1], "", NOW)
	settle(*names)
	assert [row.status for row in calls(subject=second.session)] == ["Removed"]


def test_another_host_has_another_room_and_everybody_hears_of_it(book):
	team = [make_user(name) for name in ("Ann", "Ben")]
	pool = make_meeting_type(make_team_page(team), assignment="Round Robin", location_type="Jitsi")
	booking = book(pool)
	[coming] = [user for user in team if user != booking.host]
	bookings.reassign(booking.name, coming, NOW)
	[after] = settle(booking.name)
	assert after.host == coming
	assert after.meeting_link not in (None, booking.meeting_link)
	assert [(row.user, row.status) for row in calls(booking=booking.name)] == [
		(booking.host, "Removed"),
		(coming, "Ready"),
	]


@pytest.mark.long
def test_a_reassigned_session_moves_to_one_new_room(book):
	team = [make_user(name) for name in ("Ann", "Ben")]
	page = make_team_page(team)
	workshop = make_meeting_type(page, assignment="Round Robin", location_type="Jitsi", seats=5)
	one, _other = book(workshop), book(workshop)
	[coming] = [user for user in team if user != one.host]
	bookings.reassign(one.name, coming, NOW)
	names = frappe.get_all("Booking", {"meeting_type": workshop.name}, pluck="name")
	found = settle(*names)
	assert len({booking.meeting_link for booking in found}) == 1
	assert found[0].meeting_link != one.meeting_link
	assert sorted(row.status for row in calls(user=["in", team])) == ["Ready", "Removed"]


def test_a_rescheduled_booking_keeps_its_link(book, jitsi_type):
	earlier = book(jitsi_type)
	later = reschedule(earlier.name, NINE + DAY)
	assert later.meeting_link == earlier.meeting_link  # the first message has it already
	before, after = settle(earlier.name, later.name)
	assert after.meeting_link == earlier.meeting_link
	assert before.meeting_link is None
	[row] = calls(subject=earlier.name)
	assert (row.status, row.starts_at) == ("Ready", NINE + DAY)


def test_signed_links_let_only_the_host_moderate(book, jitsi_type):
	settings(jitsi_server="https://meet.firm.example", jitsi_app_id="firm", jitsi_app_secret=SECRET)
	booking = book(jitsi_type)
	guest = claims(booking.meeting_link)
	assert guest["context"]["user"]["moderator"] is False
	assert (guest["iss"], guest["aud"]) == ("firm", "jitsi")
	assert guest["nbf"] < NINE < booking.ends_at < guest["exp"]
	host = claims(host_link(booking, NOW))
	assert host["context"]["user"]["moderator"] is True
	assert host["room"] == guest["room"]
	assert host["room"] in booking.meeting_link
	assert host_link(booking, NOW) != booking.meeting_link


def test_a_hosts_link_is_nowhere_that_an_attendee_looks(book, jitsi_type):
	settings(jitsi_server="https://meet.firm.example", jitsi_app_id="firm", jitsi_app_secret=SECRET)
	booking = book(jitsi_type, mails=True)
	token = host_link(booking, NOW).partition("jwt=")[2]
	mails = frappe.get_all("Email Queue", {"reference_name": booking.name}, pluck="message")
	everything = "".join(unfolded(mail) for mail in mails) + frappe.as_json(booking.as_dict())
	assert token not in everything
	assert SECRET not in everything + frappe.as_json(frappe.get_all("Video Meeting Log", fields=["*"]))


def test_a_type_with_a_link_of_its_own_needs_no_call(book):
	own = make_meeting_type(make_page(), location_type="Zoom", location_details="https://zoom.example/j/jane")
	booking = book(own)
	assert booking.meeting_link is None
	assert tasks(booking.name, kind="video_meeting") == []


def test_until_the_link_is_there_the_message_says_that_it_follows(book, jitsi_type):
	booking = book(jitsi_type, run=False)
	assert booking.video_status == "Waiting"
	[message, *_others] = waiting_messages(booking.name, NOW)
	body = render(message.template, message.variables()).html
	assert "The link follows in another e-mail." in body


@pytest.mark.long
def test_a_link_that_comes_late_gets_a_message_of_its_own(book, jitsi_type, outgoing_mail):
	"""The provider didn't answer for so long that the first message went without the link."""
	booking = book(jitsi_type, run=False)
	video = {"booking": booking.name, "kind": "video_meeting"}
	frappe.db.set_value("Outbox Task", video, "due_at", NOW + 600)
	[booking] = settle(booking.name, mails=True)
	assert booking.meeting_link is None
	[booking] = settle(booking.name, now=NOW + 600, mails=True)
	assert booking.sequence == 1
	assert booking.meeting_link
	sent = tasks(booking.name, kind="email")
	assert [task.status for task in sent] == ["Sent"] * 4
	subjects = list(frappe.get_all("Email Queue", {"reference_name": booking.name}, pluck="message"))
	assert sum("Subject: Video link:" in mail for mail in subjects) == 2
	assert sum("SEQUENCE:1" in unfolded(mail) for mail in subjects) == 2


def claims(link):
	token = link.partition("jwt=")[2]
	return jwt.decode(token, SECRET, ["HS256"], audience="jitsi", options={"verify_exp": False, "verify_nbf": False})


def unfolded(mail):
	"""Return the decoded parts of a mail as one text."""
	from email import message_from_string

	parts = [
		part.get_payload(decode=True).decode() for part in message_from_string(mail).walk() if not part.is_multipart()
	]
	return "\n".join(parts).replace("\r\n ", "").replace("\n ", "")


@pytest.mark.long
def test_an_attendee_who_moves_out_of_a_session_gets_the_link_of_the_other_one(book):
	workshop = make_meeting_type(make_page(), location_type="Jitsi", seats=5)
	one, other = book(workshop), book(workshop)
	moved = reschedule(one.name, NINE + DAY)
	assert moved.meeting_link is None
	_before, after = settle(one.name, moved.name)
	other.reload()
	assert after.meeting_link not in (None, one.meeting_link)
	assert other.meeting_link == one.meeting_link


def test_the_last_one_who_moves_out_of_a_session_ends_its_call(book):
	workshop = make_meeting_type(make_page(), location_type="Jitsi", seats=5)
	one = book(workshop)
	moved = reschedule(one.name, NINE + DAY)
	settle(one.name, moved.name)
	assert [row.status for row in calls(user=one.host)] == ["Removed", "Ready"]
