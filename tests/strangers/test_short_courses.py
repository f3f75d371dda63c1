"""A course of always so many dates is booked with fewer."""

import pytest

from scheduler_integration.exceptions import DatesTaken
from tests.bookings.test_series import FIRST, NOW, WEEK, book, iso, make_series_type
from tests.support import door
from tests.support.factories import make_meeting_type, payload

DATES = [iso(FIRST + each * WEEK) for each in range(2)]


def test_one_date_of_a_whole_course_was_booked_by_leaving_the_others_out():
	page, course = make_series_type(repeats="Fixed", repeat_count=3)
	with pytest.raises(DatesTaken) as refused:
		book(page, course, times=3, dates=[DATES[0], "", ""])
	assert all(each.is_free for each in refused.value.plan.dates)


def test_a_date_that_isnt_free_may_still_be_left_out():
	page, course = make_series_type(repeats="Fixed", repeat_count=3)
	# In Berlin, where the series keeps its time of day, the clocks go back before the third date.
	door.book(payload(page, make_meeting_type(page), FIRST + 2 * WEEK + 3600), NOW)
	assert len(book(page, course, times=3, dates=[*DATES, ""]).series.dates) == 2
