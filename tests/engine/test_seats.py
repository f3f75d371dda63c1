"""Seats: sessions that several attendees share. 3 March 2025 is a Monday."""

import pytest

from scheduler_integration.engine import Booked, Busy, HostPool, Limit, MeetingRules, Member, Reason, session_to_join

from .support import DAY, HOUR, MON, TUE, WED, at, host, on, refusal, times, weekly

ZONE = "Europe/Rome"
TEN = at("2025-03-03 10:00", ZONE)


def workshop(party_size=1, seats=3, **rules):
	return MeetingRules(60, seats=seats, party_size=party_size, **rules)


def booked(seats=1, start=TEN, minutes=60, **fields):
	fields = {"counts": True, "session": f"session {start}", **fields}
	return Booked(start, start + minutes * 60, seats=seats, **fields)


def held(start=TEN, **fields):
	return booked(start=start, session="", is_hold=True, **fields)


def office(*bookings, busy=()):
	return host(ZONE, weekly(MON, "09:00-12:00"), booked=bookings, busy=busy)


def listed(rules, *bookings, busy=()):
	return times(on("2025-03-03", office(*bookings, busy=busy), rules), ZONE)


def reason(rules, *bookings, start=TEN):
	found = refusal(start, rules, office(*bookings), 0)
	return found and found.reason


@pytest.mark.parametrize(
	("taken", "party_size", "expected"),
	[((1,), 1, None), ((2,), 1, None), ((1, 1), 1, None), ((1,), 2, None), ((2,), 2, "full"), ((1, 1, 1), 1, "full")],
)
def test_a_session_can_be_joined_to_its_last_seat(taken, party_size, expected):
	bookings = [booked(seats) for seats in taken]
	assert reason(workshop(party_size), *bookings) is (Reason.NO_SEATS if expected else None)
	assert ("10:00" in listed(workshop(party_size), *bookings)) == (expected is None)


def test_a_party_larger_than_the_seats_left_finds_another_time():
	assert listed(workshop(3), booked()) == ["09:00", "11:00"]


def test_a_party_larger_than_any_session_finds_none():
	assert listed(workshop(4)) == []
	assert reason(workshop(4)) is Reason.NO_SEATS


def test_without_seats_to_share_a_booking_is_in_the_way():
	assert listed(workshop(seats=1), booked()) == ["09:00", "11:00"]
	assert reason(workshop(seats=1), booked()) is Reason.BUSY


def test_a_hold_takes_a_seat():
	assert reason(workshop(), booked(), held()) is None
	assert reason(workshop(), booked(2), held()) is Reason.NO_SEATS
	assert reason(workshop(2), booked(), held()) is Reason.NO_SEATS


def test_a_hold_takes_the_time_where_seats_are_not_shared():
	assert reason(workshop(seats=1), held(counts=False)) is Reason.BUSY


def test_only_a_session_of_the_same_type_and_length_can_be_joined():
	assert reason(workshop(), booked(counts=False)) is Reason.BUSY
	assert reason(workshop(), booked(minutes=30)) is Reason.BUSY


def test_a_session_off_the_grid_can_be_joined():
	half_past = TEN + HOUR // 2
	assert listed(workshop(), booked(start=half_past)) == ["09:00", "10:30"]
	assert reason(workshop(), booked(start=half_past), start=half_past) is None


def test_a_session_that_a_busy_time_covers_is_not_joined():
	assert listed(workshop(), booked(), busy=[Busy(TEN, TEN + 60)]) == ["09:00", "11:00"]


def test_a_sessions_own_buffers_do_not_keep_others_from_joining():
	bookings = [booked(buffer_before=30, buffer_after=30)]
	assert listed(workshop(buffer_before=30, buffer_after=30), *bookings) == ["10:00"]


def test_joining_a_session_does_not_count_in_limits():
	limits = (Limit("day", 1), Limit("week", 60, in_minutes=True), Limit("month", 1, of_host=True))
	assert listed(workshop(limits=limits), booked()) == ["10:00"]


def test_a_session_counts_once_however_many_share_it():
	rules = workshop(seats=9, limits=(Limit("day", 2), Limit("week", 120, in_minutes=True)))
	assert listed(rules, booked(), booked(), booked()) == ["09:00", "10:00", "11:00"]


def test_a_hold_alone_lifts_no_limit():
	rules = workshop(limits=(Limit("day", 1),))
	assert listed(rules, booked(), held(start=TEN + HOUR)) == ["10:00"]


def test_a_hold_alone_makes_no_start_off_the_grid():
	half_past = TEN + HOUR // 2
	assert listed(workshop(), held(start=half_past)) == ["09:00"]
	assert session_to_join(Member(workshop(), office(held(start=half_past))), half_past) is None


def test_each_start_has_its_seats_left():
	pool = HostPool([Member(workshop(), office(booked(2), held(start=TEN + HOUR)))], 0)
	assert list(pool.seats_left(TEN - HOUR, TEN + 3 * HOUR).values()) == [3, 1, 2]


def test_with_several_hosts_the_most_seats_left_count():
	pool = HostPool([Member(workshop(), office(booked(2))), Member(workshop(), office(booked()))], 0)
	assert pool.seats_left(TEN, TEN + 1) == {TEN: 2}


def test_a_booking_without_a_session_can_not_be_joined():
	assert listed(workshop(), booked(session="")) == ["09:00", "11:00"]
	assert reason(workshop(), booked(session="")) is Reason.BUSY


class TestOverSeveralDates:
	rules = workshop(days=2)
	days = booked(session="one"), booked(start=TEN + DAY, session="one", is_first_day=False)

	def listed(self, *bookings):
		calendar = host(ZONE, weekly([MON, TUE, WED], "10:00-11:00"), booked=bookings)
		return [(start - TEN) // DAY for start in on("2025-03-02", calendar, self.rules, days=5)]

	def test_it_is_joined_with_all_its_dates(self):
		assert self.listed() == [0, 1]
		assert self.listed(*self.days) == [0]

	def test_it_can_not_be_joined_on_a_later_date(self):
		calendar = host(ZONE, weekly([MON, TUE, WED], "10:00-11:00"), booked=self.days)
		assert refusal(TEN + DAY, self.rules, calendar, 0).reason is Reason.BUSY

	def test_another_meeting_that_would_run_into_it_is_refused(self):
		tuesday = [each._replace(start=each.start + DAY, end=each.end + DAY) for each in self.days]
		assert self.listed(*tuesday) == [1]

	def test_it_keeps_its_dates_when_a_day_off_comes_between(self):
		# Booked for Monday and Wednesday, when Tuesday was a day off.
		days = self.days[0], self.days[1]._replace(start=TEN + 2 * DAY, end=TEN + 2 * DAY + HOUR)
		assert self.listed(*days) == []
		assert 0 in self.listed(*self.days)

	def test_it_is_full_when_any_of_its_dates_is(self):
		assert self.listed(*self.days, held(start=TEN + DAY, seats=2, is_first_day=False)) == []
