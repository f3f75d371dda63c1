"""Lost races, a lost connection, a failing server, and a browser without scripts."""

import re
from datetime import datetime, timedelta

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.availability.holds import CACHE_KEY
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.platform.clock import now
from tests.browser.screens import DESK, EMAIL, NAME, PHONE
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
	for _each in range(2):
		with window.page.expect_response("**public.book") as sent:
			window.page.locator("#submit").click()
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


def test_offline_says_so_and_the_booking_goes_through_afterwards(browse):
	meeting_type = make_offer()
	window = browse(PHONE)
	window.reach_form(path_of(meeting_type))
	window.fill_in()
	window.context.set_offline(True)
	banner = window.page.locator("#offline")
	banner.wait_for()
	notice, button = banner.bounding_box(), window.page.locator("#submit").bounding_box()
	assert notice["y"] + notice["height"] <= button["y"]
	window.page.locator("#submit").click()
	window.wait_until("document.getElementById('submit').getAttribute('aria-disabled') === 'false'")
	window.screenshot("offline")
	window.context.set_offline(False)
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	assert len(bookings_of(meeting_type)) == 1


def test_an_answer_that_got_lost_does_not_book_twice(browse):
	meeting_type = make_offer()
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in()

	def lose_answer(route):
		route.fetch()
		route.abort()

	window.page.route("**/api/method/**public.book", lose_answer, times=1)
	window.page.locator("#submit").click()
	window.page.locator("#form-problem p").wait_for()
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	assert len(bookings_of(meeting_type)) == 1


def test_who_cancelled_meanwhile_books_again_on_the_page_still_open(browse):
	meeting_type = make_offer()
	window = browse(DESK)
	window.reach_form(path_of(meeting_type))
	window.fill_in()

	def lose_answer(route):
		route.fetch()
		route.abort()

	window.page.route("**/api/method/**public.book", lose_answer, times=1)
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
