"""Neighbouring bookings and the gaps they keep. 3 March 2025 is a Monday."""

import pytest

from scheduler_integration.engine import Booked, MeetingRules, Reason, conflicts_with

from .support import MON, at, host, on, refusal, times, weekly

ZONE = "Europe/Rome"


def booked(text, before=0, after=0, **fields):
	start, end = (at(f"2025-03-03 {end}", ZONE) for end in text.split("-"))
	return Booked(start, end, before, after, label=text, **fields)


def office(*bookings):
	return host(ZONE, weekly(MON, "09:00-15:00"), booked=bookings)


@pytest.mark.parametrize(
	("before", "after", "mine_before", "mine_after", "expected"),
	[
		# A booking at 11:00-12:00; meetings of 30 minutes every 10.
		(0, 0, 0, 0, ("10:30", "12:00")),
		(20, 0, 0, 0, ("10:10", "12:00")),
		(0, 20, 0, 0, ("10:30", "12:20")),
		(0, 0, 20, 0, ("10:30", "12:20")),
		(0, 0, 0, 20, ("10:10", "12:00")),
		(10, 0, 0, 20, ("10:10", "12:00")),
		(20, 0, 0, 10, ("10:10", "12:00")),
		(20, 0, 0, 20, ("10:10", "12:00")),
		(0, 10, 30, 0, ("10:30", "12:30")),
		(0, 30, 10, 0, ("10:30", "12:30")),
		(10, 20, 30, 40, ("09:50", "12:30")),
	],
)
def test_the_gap_is_the_larger_of_the_firsts_buffer_after_and_the_seconds_before(
	before, after, mine_before, mine_after, expected
):
	rules = MeetingRules(30, buffer_before=mine_before, buffer_after=mine_after, slot_interval=10)
	found = times(on("2025-03-03", office(booked("11:00-12:00", before, after)), rules), ZONE)
	assert (max(t for t in found if t < "11:00"), min(t for t in found if t > "11:00")) == expected


def test_a_long_buffer_of_a_distant_booking_reaches_the_meeting():
	found = times(on("2025-03-03", office(booked("03:00-04:00", 0, 8 * 60)), MeetingRules(60)), ZONE)
	assert found == ["12:00", "13:00", "14:00"]


def test_a_booking_between_two_meetings_keeps_both_gaps():
	found = times(on("2025-03-03", office(booked("11:00-12:00", 30, 60)), MeetingRules(60)), ZONE)
	assert found == ["09:00", "13:00", "14:00"]


def test_a_booking_of_no_length_is_not_in_the_way():
	assert len(on("2025-03-03", office(booked("11:00-11:00", 30, 30)), MeetingRules(60))) == 6


def test_refusal_and_conflicts_name_the_bookings_in_the_way():
	first, second = booked("10:00-10:30"), booked("11:10-11:30", before=15)
	a_host = office(second, first)
	start = at("2025-03-03 10:00", ZONE)
	assert refusal(start, MeetingRules(60), a_host, 0).conflicts == (first, second)
	assert conflicts_with(start, MeetingRules(60), a_host) == [first, second]
	assert conflicts_with(at("2025-03-03 12:00", ZONE), MeetingRules(60), a_host) == []


def test_a_booking_too_near_is_a_buffer_refusal():
	a_host = office(booked("11:00-12:00", before=15))
	found = refusal(at("2025-03-03 10:00", ZONE), MeetingRules(60), a_host, 0)
	assert found.reason is Reason.BUFFER


def test_conflicts_are_told_outside_working_hours_too():
	night = booked("03:00-04:00")
	assert conflicts_with(at("2025-03-03 03:30", ZONE), MeetingRules(60), office(night)) == [night]
