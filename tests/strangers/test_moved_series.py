"""An attendee moves the dates of a series, with starts that no page has offered."""

import pytest

from scheduler_integration import bookings
from scheduler_integration.exceptions import InvalidRequest, SlotTaken
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.bookings.test_series import FIRST, NOW, WEEK
from tests.bookings.test_series_changes import HOUR, live, make_series, token

WINDOW = {"uses_host_defaults": 0, "max_days_in_advance": 30}
UNMOVED = ["10-13 10:00", "10-20 10:00", "10-27 10:00", "11-03 10:00"]


@pytest.mark.parametrize("weeks", [30, 4000])
@pytest.mark.parametrize("alone", [True, False])
def test_a_series_was_moved_far_beyond_the_booking_window(weeks, alone):
	_page, _type, answer = make_series(**WINDOW)
	target = FIRST + weeks * WEEK
	dates = (target, None, None, None) if alone else ()
	with pytest.raises(SlotTaken):
		bookings.reschedule_by_token(token(answer, 0), RescheduleRequest(target, dates=dates), NOW, "all")


def test_another_date_was_moved_to_any_year():
	_page, _type, answer = make_series(**WINDOW)
	target = FIRST + HOUR
	request = RescheduleRequest(target, dates=(target, None, None, target + 400 * WEEK))
	with pytest.raises(InvalidRequest):
		bookings.reschedule_by_token(token(answer, 0), request, NOW, "all")
	assert live(answer) == UNMOVED


def test_a_date_beyond_the_booking_window_still_moves_a_little():
	_page, _type, answer = make_series(times=6, **WINDOW)
	last = answer.series.dates[5]
	request = RescheduleRequest(last.start + HOUR)
	bookings.reschedule_by_token(token(answer, 5), request, NOW, "later")
	assert live(answer)[-1] == "11-17 11:00"


def test_a_series_moves_by_weeks_within_the_booking_window():
	_page, _type, answer = make_series(**WINDOW)
	bookings.reschedule_by_token(token(answer, 0), RescheduleRequest(FIRST + 3 * WEEK), NOW, "all")
	assert live(answer) == ["11-03 09:00", "11-10 09:00", "11-17 09:00", "11-24 09:00"]
