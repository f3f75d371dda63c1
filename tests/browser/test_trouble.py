"""Lost races, a lost connection, a failing server, and a browser without scripts."""

import re
import time
from datetime import datetime, timedelta

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.availability.holds import CACHE_KEY
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.platform.clock import now
from tests.browser.screens import DESK, EMAIL, NAME, PATIENCE, PHONE
from tests.pages.offer import QUESTIONS, bookings_of, make_offer, path_of
from tests.support import door
from tests.support.factories import make_meeting_type, payload


def take(meeting_type, start):
	"""Book the host at this start for somebody else, in another meeting type. Existing holds are lost."""
	frappe.cache.delete_value(CACHE_KEY)
	page = frappe.get_doc("Scheduling Page", meeting_type.scheduling_page)
	door.book(payload(page, make_meeting_type(page), start), now())
	frappe.db.commit()


def chosen_start(window):
	return window.page.evaluate("document.getElementById('booking-form').elements.start.value")


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_lost_race_offers_the_nearest_times_and_keeps_what_was_typed(browse, screen):
	meeting_type = make_offer(questions=QUESTIONS)
	window = browse(screen)
	window.reach_form(path_of(meeting_type), time=2)
	window.fill_in()
	page = window.page
	page.get_by_label("What would you like to discuss?").fill("The race")
	page.get_by_label("Pricing").check()
	lost = chosen_start(window)
	take(meeting_type, lost)
	page.locator("#submit").click()
	page.locator("text=That time was just taken").wait_for()
	nearest = page.locator(".alternatives button", has=page.locator("strong"))
	assert nearest.count() == 3
	assert not page.locator("#submit").is_visible(), "the time is taken, so nothing is left to press"
	window.screenshot("lost-race", full=True)
	assert window.violations() == []
	nearest.first.click()
	assert window.focused() == "submit"
	assert page.get_by_label("What would you like to discuss?").input_value() == "The race"
	assert chosen_start(window) != lost
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))
	assert [booking.attendee_email for booking in bookings_of(meeting_type)].count(EMAIL) == 1


def test_a_meeting_whose_days_changed_meanwhile_is_not_booked_on_others(browse):
	retreat = make_offer(number_of_days=2, skips_days_off=1, duration_minutes=240, hours="10:00-14:00")
	window = browse(DESK)
	window.reach_form(path_of(retreat))
	window.fill_in()
	second = datetime.fromisoformat(chosen_start(window)).date() + timedelta(days=1)
	frappe.get_doc({"doctype": "Availability Override", "user": retreat.consultant, "date": second}).insert()
	frappe.db.commit()
	# The first press is of the button, which is gone then. The second one is of the Enter key.
	for send in (window.page.locator("#submit").click, lambda: window.page.locator("#attendee_name").press("Enter")):
		with window.page.expect_response("**public.book") as sent:
			send()
		assert sent.value.status == 409
		window.page.locator("text=That time was just taken").wait_for()
	assert not bookings_of(retreat)
	window.page.locator(".alternatives button", has=window.page.locator("strong")).first.click()
	shown = days_of(window, "#summary-days")
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	assert days_of(window, "#days") == shown


def days_of(window, listed):
	"""Return the listed days without commas: the server's and the browser's versions of CLDR differ in them."""
	return [" ".join(day.replace(",", "").split()) for day in window.page.locator(f"{listed} li").all_inner_texts()]


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_lost_connection_covers_nothing_and_the_booking_goes_through_by_itself(browse, screen):
	meeting_type = make_offer()
	window = browse(screen)
	page, submit = window.page, window.page.locator("#submit")
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	heading = page.locator("h1")
	before = heading.bounding_box()["y"]
	window.context.set_offline(True)
	bar = page.locator("#offline", has_text="You're offline.")
	bar.wait_for()
	assert heading.bounding_box()["y"] == pytest.approx(before + bar.bounding_box()["height"], abs=1)
	submit.click()
	page.locator("#submit", has_text="Waiting for the connection…").wait_for()
	assert page.locator("#booking-form").get_attribute("aria-busy") == "true"
	assert bar.or_(page.locator("#offline")).inner_text().startswith("No connection.")
	window.screenshot("offline")
	assert window.violations() == []
	window.context.set_offline(False)
	page.wait_for_url(re.compile("booked=1"))
	assert len(bookings_of(meeting_type)) == 1


def test_who_types_while_the_booking_waits_gets_the_button_back(browse):
	meeting_type = make_offer()
	window = browse(DESK)
	page, submit = window.page, window.page.locator("#submit")
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	window.context.set_offline(True)
	submit.click()
	page.locator("#submit", has_text="Waiting").wait_for()
	page.locator("#attendee_name").fill("Augusta")
	page.locator("#submit[aria-disabled=false]").wait_for()
	window.context.set_offline(False)
	page.locator("#offline").wait_for(state="hidden")
	assert bookings_of(meeting_type) == []
	submit.click()
	page.wait_for_url(re.compile("booked=1"))
	assert [booking.attendee_name for booking in bookings_of(meeting_type)] == ["Augusta"]


def lose_answers(window, times=1, reply=None):
	"""Let the server book, and lose its answers, or replace them by a proxy's."""

	def lose(route):
		route.fetch()
		route.fulfill(status=reply, body="<h1>Bad gateway</h1>") if reply else route.abort()

	window.page.route("**/api/method/**public.book", lose, times=times)


@pytest.mark.parametrize("reply", [None, 502, 504])
def test_an_answer_that_got_lost_is_asked_for_again_and_books_once(browse, reply):
	meeting_type = make_offer()
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	lose_answers(window, 2, reply)
	window.page.locator("#submit").click()
	window.page.locator("#offline", has_text="No connection.").wait_for()
	window.page.wait_for_url(re.compile("booked=1"))
	assert len(bookings_of(meeting_type)) == 1


@pytest.mark.parametrize("code", ["BUSY", "DATABASE_AWAY"])
def test_a_server_that_asks_for_a_moment_gets_the_booking_without_a_click(browse, code):
	meeting_type = make_offer()
	window = browse(DESK, keep=False)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	later = {"success": False, "code": code, "error": "Please try again.", "details": {}}
	window.page.route("**/api/method/**public.book", lambda route: route.fulfill(status=503, json=later), times=2)
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	assert len(bookings_of(meeting_type)) == 1


def test_a_server_that_stays_silent_is_said_after_a_minute(browse):
	meeting_type = make_offer()
	window = browse(DESK, keep=False)
	page = window.page
	page.clock.install()
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	lost = []
	page.route("**/api/method/**public.book", lambda route: (lost.append(1), route.abort()))
	page.locator("#submit").click()
	deadline = time.monotonic() + PATIENCE
	while len(lost) < 7 and time.monotonic() < deadline:
		page.clock.run_for(1_000)
		page.wait_for_timeout(20)
	page.locator("#form-problem", has_text="you won't be booked twice").wait_for()
	assert len(lost) == 7
	assert page.locator("#submit").get_attribute("aria-disabled") == "false"
	page.unroute("**/api/method/**public.book")
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))
	assert len(bookings_of(meeting_type)) == 1


def test_a_slow_answer_shows_that_something_happens(browse):
	window = browse(PHONE)
	page = window.page
	window.reach_form(path_of(make_offer()))
	window.fill_in()
	waiting = []
	page.route("**/api/method/**public.book", lambda route: waiting.append(route))
	page.locator("#submit").click()
	page.locator("#submit", has_text="Booking…").wait_for()
	assert page.locator("#booking-form").get_attribute("aria-busy") == "true"
	bar = "getComputedStyle(document.querySelector('.submit-row'), '::before').opacity"
	window.wait_until(f"{bar} === '1'")
	window.wait_until("document.getElementById('announcer').textContent === 'Booking…'")
	assert window.violations() == []
	for route in waiting:
		route.continue_()
	page.wait_for_url(re.compile("booked=1"))


def test_who_cancelled_meanwhile_books_again_on_the_page_still_open(browse):
	meeting_type = make_offer()
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	lose_answers(window, reply=500)
	window.page.locator("#submit").click()
	window.page.locator("#form-problem p").wait_for()
	[booking] = bookings_of(meeting_type)
	bookings.cancel_by_token(manage_token(booking), "", now())
	frappe.db.commit()
	window.page.locator("#submit").click()
	window.page.locator("text=cancelled since").wait_for()
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	assert sorted(each.status for each in bookings_of(meeting_type)) == ["Cancelled", "Scheduled"]


def test_times_that_do_not_load_can_be_asked_for_again(browse):
	window = browse(DESK)
	page = window.page
	window.open(path_of(make_offer()))
	page.wait_for_load_state("networkidle")
	page.route("**/api/method/**get_slots*", lambda route: route.abort())
	page.locator("#next-month").click()
	page.wait_for_load_state("networkidle")
	page.locator("#next-month").click()
	message = page.locator("#month-message")
	message.locator("text=could not be loaded").wait_for()
	window.screenshot("not-loaded")
	page.unroute("**/api/method/**get_slots*")
	message.locator("button").click()
	window.wait_until("!document.getElementById('month-message').textContent.includes('could not')")


def test_a_slow_month_shows_a_skeleton_and_moves_nothing(browse):
	window = browse(DESK)
	page = window.page
	window.open(path_of(make_offer()))
	page.wait_for_load_state("networkidle")
	before = page.locator("#booking").bounding_box()
	waiting = []
	page.route("**/api/method/**get_slots*", lambda route: waiting.append(route))
	page.locator("#next-month").click()
	page.locator("#next-month").click()
	page.locator("#sheet.is-waiting").wait_for()
	after = page.locator("#booking").bounding_box()
	assert (before["x"], before["width"]) == (after["x"], after["width"])
	for route in waiting:
		route.continue_()
	page.locator("#sheet:not(.is-waiting)").wait_for()


def test_a_list_of_zones_that_cannot_be_loaded_opens_as_a_page(browse):
	"""An open page names a file that a new version of the app has replaced."""
	window = browse(PHONE)
	page = window.page
	page.route(re.compile("scheduling_zones"), lambda route: route.abort())
	window.open(path_of(make_offer()))
	window.follow(page.locator("#zone-button"))
	page.locator("#zone-select").select_option("Asia/Tokyo")
	window.follow(page.locator(".zone-form button"))
	assert "Tokyo" in page.locator("#zone-button").inner_text()


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_without_a_script_links_and_forms_do_the_same(browse, screen):
	meeting_type = make_offer(questions=QUESTIONS)
	window = browse(screen, java_script_enabled=False)
	page = window.page
	window.open(path_of(meeting_type))
	window.screenshot("without-script")
	window.follow(page.locator(".zone-plain a"))
	page.locator("#zone-select").select_option("Asia/Tokyo")
	window.follow(page.locator(".zone-form button"))
	window.follow(page.locator(".day.is-free").first)
	window.follow(page.locator(".time").nth(1))
	window.fill_in()
	page.get_by_label("What would you like to discuss?").fill("No script")
	page.get_by_label("Integration").check()
	page.get_by_label("Security").check()
	page.locator("#submit").click()
	page.wait_for_url(re.compile("/schedule/manage/.*booked=1"))
	assert page.locator("h1").inner_text() == "You're booked"
	[booking] = bookings_of(meeting_type)
	assert (booking.attendee_name, booking.timezone) == (NAME, "Asia/Tokyo")
	assert [row.answer for row in booking.answers] == ["No script", "Integration\nSecurity"]
	page.locator("[data-panel=cancel]").click()
	window.follow(page.locator("button", has_text="Yes, cancel it"))
	assert page.locator("h1").inner_text() == "This meeting is cancelled"
