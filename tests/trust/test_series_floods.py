"""A series is many bookings: each of its dates counts."""

import pytest

from tests.support.api import call
from tests.support.factories import fresh, make_meeting_type, payload, token_of
from tests.trust.conftest import MONDAY, solved


@pytest.fixture
def course(strangers):
	"""The door of a type of which people book as many dates as they like, one each week."""
	repeats = {"repeats": "Attendee Chooses", "repeat_weeks": 1, "repeat_count": 26}
	strangers.meeting_type = make_meeting_type(strangers.page, duration_minutes=15, **repeats)
	return strangers


@pytest.mark.long
def test_a_series_counted_as_one_booking(course, choose):
	choose(bookings_per_hour=30)
	assert course.book(times=26)[0] == 201
	assert course.book(times=5)[1]["code"] == "RATE_LIMITED"
	assert course.book(times=2)[0] == 201, "a refused series uses up nothing"


def test_a_series_whose_dates_were_taken_used_up_the_budget(course, choose):
	choose(bookings_per_hour=30)
	start = course.book()[1]["data"]["start"]
	assert course.book(times=26, start=start)[1]["code"] == "SLOT_TAKEN"
	assert course.book(times=26)[0] == 201


def test_a_series_that_was_sent_twice_counted_twice(course, choose):
	choose(bookings_per_hour=30)
	wish = payload(course.page, course.meeting_type, MONDAY, times=26, idempotency_key=fresh("a-key-of-a-form"))
	answers = [course.send(wish) for _each in range(2)]
	assert [status for status, _body in answers] == [201, 201], answers[-1][1]
	assert answers[0][1]["data"]["id"] == answers[1][1]["data"]["id"]


def test_a_series_for_which_the_site_had_no_room_used_up_its_visitors_budget(course, choose):
	choose(bookings_per_hour=30, site_bookings_per_hour=27)
	assert course.book(times=2)[0] == 201
	for _each in range(2):
		assert course.book(times=26)[1]["code"] == "RATE_LIMITED"
	choose(site_bookings_per_hour=0)
	assert course.book(times=20)[0] == 201


@pytest.mark.long
def test_a_series_longer_than_the_budget_is_the_only_one_of_its_hour(course, choose):
	choose(bookings_per_hour=3)
	assert course.book(times=26)[0] == 201
	assert course.book()[1]["code"] == "RATE_LIMITED"


@pytest.mark.long
def test_each_date_that_moves_counts(course, choose):
	booking = course.book(times=26)[1]["data"]
	choose(bookings_per_hour=40)
	moved = {"token": token_of(booking), "start": "2026-03-02T10:00:00Z", "scope": "all"}
	assert call("public.reschedule", "Guest", **moved)[1]["code"] == "RATE_LIMITED"
	choose(bookings_per_hour=60)
	assert call("public.reschedule", "Guest", **moved)[0] == 201


@pytest.mark.long
def test_a_series_needs_the_proof_that_so_many_bookings_need(course, choose):
	choose(captcha_mode="Adaptive", bookings_per_hour=0)
	status, refused = course.book(times=26)
	assert (status, refused["code"]) == (428, "PROOF_NEEDED")
	assert course.book(times=26, proof=solved(refused["challenge"]))[0] == 201
	assert course.book(proof=solved(course.challenge()))[0] == 201


@pytest.mark.long
def test_strangers_who_book_series_need_codes_after_thirty_dates(course, choose):
	choose(captcha_mode="Adaptive", bookings_per_hour=0)
	for each in range(2):
		course.comes_from(f"198.51.{each}.7")
		_status, refused = course.book(times=26)
		assert course.book(times=26, proof=solved(refused["challenge"]))[0] == 201
	assert course.book(proof=solved(course.challenge()))[1]["code"] == "CODE_NEEDED"
