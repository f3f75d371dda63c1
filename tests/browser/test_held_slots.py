"""A chosen time is held while the visitor fills in the form. The hold never gets in the way."""

import re
import time

import pytest

from tests.browser.screens import DESK, EMAIL, PATIENCE, PHONE
from tests.browser.test_trouble import chosen_start, take
from tests.pages.offer import bookings_of, make_offer, path_of

HOLD = "**/api/method/**public.hold_slot"


def held(window):
	return window.page.locator("#held").inner_text()


def wait_until_held(window):
	window.page.locator("#held", has_text=re.compile(r"Held for you until \d\d:\d\d\.")).wait_for()


def free_times(window, path):
	"""Return the times that another visitor is offered on the first free day."""
	window.open(path)
	window.page.locator("button.time").first.wait_for(state="attached")
	return [label.split("\n")[0] for label in window.page.locator("button.time").all_inner_texts()]


def test_a_chosen_time_is_held_until_the_guest_goes_back(browse):
	path = path_of(make_offer())
	guest, other = browse(DESK), browse(DESK)
	chosen = guest.reach_form(path)
	wait_until_held(guest)
	guest.screenshot("held")
	assert guest.violations() == []
	assert chosen not in free_times(other, path)
	guest.page.reload()
	wait_until_held(guest)
	assert chosen not in free_times(other, path)
	with guest.page.expect_response("**public.release_slot"):
		guest.page.locator("#change").click()
	assert held(guest) == ""
	assert chosen in free_times(other, path)


def test_leaving_the_page_lets_go(browse):
	path = path_of(make_offer())
	guest, other = browse(PHONE), browse(DESK)
	chosen = guest.reach_form(path)
	wait_until_held(guest)
	guest.page.goto(path.rpartition("/")[0])
	# The browser sends the release after it has left the page, so the test can't wait for that request.
	deadline = time.monotonic() + PATIENCE
	while chosen not in free_times(other, path):
		assert time.monotonic() < deadline


def test_who_holds_a_time_books_it(browse):
	meeting_type = make_offer()
	window = browse(PHONE)
	window.reach_form(path_of(meeting_type))
	wait_until_held(window)
	window.fill_in()
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	assert [booking.attendee_email for booking in bookings_of(meeting_type)] == [EMAIL]


def test_a_hold_that_has_lapsed_says_so(browse):
	path = path_of(make_offer())
	window = browse(DESK, keep=False)
	window.page.clock.install()
	window.reach_form(path)
	wait_until_held(window)
	window.page.clock.fast_forward("01:00:00")
	window.page.locator("#held", has_text="No longer held for you.").wait_for()


def test_a_hold_ran_out_while_the_guest_was_typing(browse):
	window = browse(DESK, keep=False)
	page = window.page
	page.clock.install()
	window.reach_form(path_of(make_offer()))
	wait_until_held(window)
	page.clock.fast_forward("01:00")
	page.locator("#notes").evaluate("one => one.closest('details').open = true")
	asked = [request for request in window.requests if "hold_slot" in request]
	page.locator("#attendee_name").press_sequentially("Ada")
	assert [request for request in window.requests if "hold_slot" in request] == asked
	page.clock.fast_forward("06:00")
	with page.expect_response(HOLD) as renewed:
		page.locator("#attendee_email").press_sequentially("ada@gu")
	assert renewed.value.ok
	wait_until_held(window)


def test_a_booking_goes_through_though_nothing_could_be_held(browse):
	meeting_type = make_offer()
	window = browse(DESK)
	window.page.route(HOLD, lambda route: route.abort())
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	assert held(window) == ""
	assert not window.page.locator("#lost-race").is_visible()
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	assert len(bookings_of(meeting_type)) == 1


@pytest.mark.journey
def test_a_time_that_somebody_else_holds_is_said_before_anything_is_typed(browse):
	path = path_of(make_offer())
	first, second = browse(DESK), browse(DESK)
	second.open(path)
	first.reach_form(path)
	wait_until_held(first)
	second.choose_time(0)
	second.page.locator("text=That time was just taken").wait_for()
	assert second.page.locator(".alternatives button").count() > 1


def test_a_time_that_is_taken_is_not_said_to_be_held(browse):
	"""The server may lose a hold, for example if it restarts. Somebody else has booked the time since."""
	meeting_type = make_offer()
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	wait_until_held(window)
	window.fill_in()
	take(meeting_type, chosen_start(window))
	window.page.locator("#submit").click()
	window.page.locator("text=That time was just taken").wait_for()
	assert held(window) == ""
	window.page.locator(".alternatives button").first.click()
	wait_until_held(window)
