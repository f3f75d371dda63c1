"""Daily and weekly limits. 3 March 2025 is a Monday."""

from scheduler_integration.engine import Booked, Limit, MeetingRules, Reason, refusal

from .support import DAY, EVERY_DAY, HOUR, MINUTE, at, host, local_days_listed, weekly

ZONE = "America/New_York"
NOW = at("2025-03-03 00:00", ZONE)
WEEK = [f"2025-03-{day:02}" for day in range(3, 10)]


def booked(text, counts=True):
	start = at(f"2025-03-{text}", ZONE)
	return Booked(start, start + 30 * MINUTE, counts=counts, label=text)


def office(*bookings):
	return host(ZONE, weekly(EVERY_DAY, "09:00-17:00"), booked=bookings)


def listed(meeting, *bookings):
	return local_days_listed(meeting, office(*bookings), NOW, 7)


def test_a_date_with_as_many_bookings_as_the_daily_limit_is_full():
	meeting = MeetingRules(30, limits=(Limit("day", 2),))
	assert listed(meeting, booked("04 09:00"), booked("05 10:00")) == WEEK
	assert listed(meeting, booked("04 09:00"), booked("04 15:00")) == [WEEK[0], *WEEK[2:]]


def test_a_week_with_as_many_bookings_as_the_weekly_limit_is_full():
	meeting = MeetingRules(30, limits=(Limit("week", 2),))
	bookings = booked("03 09:00"), booked("09 15:00")
	assert listed(meeting, bookings[0]) == WEEK
	assert listed(meeting, *bookings) == []
	# The Sunday before and the Monday after are other ISO weeks.
	assert listed(meeting, booked("02 09:00"), booked("03 09:00"), booked("10 09:00")) == WEEK


def test_only_bookings_of_the_same_meeting_type_count():
	meeting = MeetingRules(30, limits=(Limit("day", 1), Limit("week", 1)))
	assert listed(meeting, booked("04 09:00", counts=False)) == WEEK


def test_dates_are_the_hosts():
	# 22:30 on Tuesday in New York is Wednesday in UTC.
	assert listed(MeetingRules(30, limits=(Limit("day", 1),)), booked("04 22:30")) == [WEEK[0], *WEEK[2:]]
	# 20:00 on Sunday in New York is Monday in UTC.
	assert listed(MeetingRules(30, limits=(Limit("week", 1),)), booked("02 20:00")) == WEEK


def test_a_booking_counts_on_the_date_it_starts():
	start = at("2025-03-04 23:00", ZONE)
	overnight = Booked(start, start + 3 * HOUR, counts=True)
	assert listed(MeetingRules(30, limits=(Limit("day", 1),)), overnight) == [WEEK[0], *WEEK[2:]]


def test_a_full_date_of_a_clock_change_is_full_to_its_end():
	always = host(ZONE, weekly(EVERY_DAY, "00:00-00:00"), booked=[booked("09 00:00")])
	meeting = MeetingRules(30, limits=(Limit("day", 1),))
	assert local_days_listed(meeting, always, NOW, 7)[-2:] == ["2025-03-08", "2025-03-10"]
	for start, expected in (
		("2025-03-08 23:30", None),
		("2025-03-09 23:30", Reason.DAILY_LIMIT),
		("2025-03-10 00:00", None),
	):
		found = refusal(at(start, ZONE), meeting, always, NOW)
		assert (found and found.reason) is expected


def test_refusal_names_the_bookings_that_fill_the_limit():
	first, second, other = booked("04 09:00"), booked("04 15:00"), booked("06 09:00")
	a_host = office(other, second, first)
	start = at("2025-03-04 11:00", ZONE)
	daily = refusal(start, MeetingRules(30, limits=(Limit("day", 2),)), a_host, NOW)
	assert (daily.reason, daily.conflicts) == (Reason.DAILY_LIMIT, (first, second))
	full_week = refusal(start + DAY, MeetingRules(30, limits=(Limit("week", 3),)), a_host, NOW)
	assert (full_week.reason, full_week.conflicts) == (Reason.WEEKLY_LIMIT, (first, second, other))


def test_both_limits_apply_together():
	meeting = MeetingRules(30, limits=(Limit("day", 1), Limit("week", 2)))
	assert listed(meeting, booked("04 09:00")) == [WEEK[0], *WEEK[2:]]
	assert listed(meeting, booked("04 09:00"), booked("05 09:00")) == []
