"""Meetings of a host whose user is disabled: who can take them at another time, and what the attendee reads."""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import HostLeft, SlotTaken
from scheduler_integration.meetings.lookup import booking_by_token, get_for_host
from scheduler_integration.meetings.rescheduling import bookable_for
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.support import door
from tests.support.factories import at, make_host, make_meeting_type, make_page, make_team_page, payload

NOW = at("2026-03-01 06:00")
NINE = at("2026-03-02 09:00")
HOUR = 3600


def disable(user):
	frappe.get_doc("User", user).update({"enabled": 0}).save()


def book(page, meeting_type, **fields):
	return frappe.get_doc("Booking", door.book(payload(page, meeting_type, NINE, **fields), NOW).id)


def move(booking, start=NINE + HOUR):
	return bookings.reschedule_by_token(manage_token(booking), RescheduleRequest(start), NOW)


def hosts(booking):
	return sorted(frappe.get_all("Booking Host", {"parent": booking.id, "is_live": 1}, pluck="user"))


def test_an_attendee_moved_a_meeting_onto_a_host_who_had_left():
	page = make_page()
	booked = book(page, make_meeting_type(page))
	disable(page.user)
	with pytest.raises(HostLeft, match="takes no more meetings") as refused:
		move(booked)
	shown = booking_by_token(manage_token(booked), NOW)
	assert (shown.can_reschedule, shown.can_cancel) == (False, True)
	assert shown.cannot_reschedule_reason == refused.value.message
	assert booked.reload().status == "Scheduled"
	# Nor does a manager move it: somebody else takes it, or it is cancelled.
	assert "reschedule" not in get_for_host(booked.name, NOW).actions
	with pytest.raises(HostLeft):
		bookings.reschedule_by_host(booked.name, RescheduleRequest(NINE + HOUR), NOW)


@pytest.mark.parametrize("reschedule_host", ["Same Host", "Any Host"])
def test_the_other_hosts_of_a_round_robin_are_offered(reschedule_host):
	page = make_team_page([make_host("Ann"), make_host("Ben")])
	intro = make_meeting_type(page, assignment="Round Robin", reschedule_host=reschedule_host)
	booked = book(page, intro)
	(left,) = booked.host_users()
	disable(left)
	assert booking_by_token(manage_token(booked), NOW).can_reschedule
	(other,) = {row.user for row in page.hosts} - {left}
	assert hosts(move(booked)) == [other]


def test_a_collective_meeting_goes_on_without_the_optional_host_who_left():
	ann, ben, cem = make_host("Ann"), make_host("Ben"), make_host("Cem")
	page = make_team_page([ann, ben, cem])
	for row in page.hosts[1:]:
		row.is_required = 0
	page.save()
	panel = make_meeting_type(page, assignment="Collective", required_count=1)
	booked = book(page, panel)
	(optional,) = set(booked.host_users()) - {ann}
	disable(optional)
	assert hosts(move(booked)) == sorted({ann, ben, cem} - {optional})
	disable(ann)
	with pytest.raises(HostLeft):
		bookable_for(booked.reload())


def test_the_present_hosts_other_meetings_still_count():
	page = make_team_page([make_host("Ann"), make_host("Ben")])
	intro = make_meeting_type(page, assignment="Round Robin", duration_minutes=60)
	booked = book(page, intro)
	left = booked.host
	(other,) = {row.user for row in page.hosts} - {left}
	disable(left)
	door.book(payload(page, intro, NINE + HOUR, attendee_email="grace@example.com"), NOW)
	frappe.db.savepoint("taken")
	with pytest.raises(SlotTaken):
		move(booked)
	frappe.db.rollback(save_point="taken")
	assert hosts(move(booked, NINE + 2 * HOUR)) == [other]
