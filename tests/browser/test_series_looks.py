"""Meetings that repeat, and the question whether attendees are coming, in each language, with and without a script: narrow and
wide, dark and light, axe-core finds nothing and nothing scrolls sideways."""

import re
from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration.platform.clock import iso
from tests.browser.screens import DESK, PHONE
from tests.browser.test_funnel import A_PERSON
from tests.browser.test_looks import check, sign_in_as
from tests.browser.test_series import make_series, take
from tests.pages.offer import book, bookings_of, host_of, in_three_days, make_offer, meeting_path, path_of

WEEK = 7 * 86400
LANGUAGES = {"en": "en-GB", "de": "de-DE", "fr": "fr-FR", "es": "es-ES"}
NOON = iso(in_three_days(12), "UTC")
in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def without_scripts(window):
	"""Show the pages as a browser without scripts does: none arrives, and the styles don't take the browser for one that has
	them. axe-core still runs, which it can't in a browser whose scripts are switched off."""

	def as_without(route):
		answer = route.fetch()
		route.fulfill(response=answer, body=answer.text().replace("scripting: enabled", "scripting: initial-only"))

	window.page.route(re.compile(r"\.js(\?|$)"), lambda route: route.abort())
	window.page.route(re.compile(r"\.css(\?|$)"), as_without)
	return window


def sign_in_in(window, user, language):
	"""Sign in as a host, whose pages are in the user's own language."""
	frappe.db.set_value("User", user, "language", language)
	sign_in_as(window, user)


def starts_of(meeting_type):
	"""Return the starts in hours after the first date, of dates that take place."""
	live = [each.starts_at for each in bookings_of(meeting_type) if each.status == "Scheduled"]
	return sorted((each - in_three_days(12)) // 3600 for each in live)


@in_each_language
def test_without_a_script_dates_are_booked_moved_and_cancelled(browse, language):
	advisory = make_series()
	take(advisory, in_three_days(12) + 2 * WEEK)
	window = without_scripts(browse(PHONE, locale=LANGUAGES[language]))
	page = window.page
	window.open(f"{path_of(advisory)}?tz=UTC&start={NOON.replace('+', '%2B')}")
	assert page.locator("html").get_attribute("lang").startswith(language)
	page.locator("#series-times").select_option("4")
	window.follow(page.locator("[name=look]"))
	check(window, f"plain-series-{language}-form")
	page.locator("[name=attendee_name]").fill("Ada Lovelace")
	page.locator("[name=attendee_email]").fill("ada@guests.example")
	page.locator(".series-list label.choice").first.click()
	page.locator("#submit").click()
	page.wait_for_url(re.compile("/schedule/manage/.*booked=1"))
	check(window, f"plain-series-{language}-booked")
	assert starts_of(advisory) == [0, 168, 335, 504]
	manage = urlsplit(page.url).path
	window.follow(page.locator("a[href*='scope=all']"))
	window.open(f"{page.url}&date={iso(in_three_days(12), 'UTC')[:10]}&clock=24")
	window.follow(page.locator(".time", has_text="14:00"))
	check(window, f"plain-series-{language}-move")
	page.locator("#submit").click()
	page.wait_for_url(re.compile("/schedule/manage/.*moved=1"))
	assert starts_of(advisory) == [2, 170, 337, 506]
	window.open(f"{manage}?cancel=1")
	page.locator("input[name=scope][value=all]").check()
	check(window, f"plain-series-{language}-cancel")
	window.follow(page.locator("button[value=cancel]"))
	notes = {"en": "Was cancelled", "de": "Abgesagt", "fr": "Annulé", "es": "Cancelada"}
	assert page.locator("#dates .soft").all_inner_texts() == [notes[language]] * 4
	check(window, f"plain-series-{language}-cancelled")
	assert starts_of(advisory) == []


@in_each_language
@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_an_attendee_says_that_they_are_coming(browse, language, script):
	booking = book(make_offer(asks_to_reconfirm=1), in_three_days(12))
	window = browse(PHONE, locale=LANGUAGES[language])
	if not script:
		without_scripts(window)
	window.open(f"{urlsplit(booking.manage_url).path}?coming=1")
	check(window, f"coming-{language}-{script}-asked", then=window.page.locator("button[value=coming]"))
	window.follow(window.page.locator("button[value=coming]"))
	assert not window.page.locator("button[value=coming]").count()
	check(window, f"coming-{language}-{script}-said")
	assert frappe.db.get_value("Booking", booking.id, "reconfirmed_at")


def test_saying_that_one_is_coming_took_two_clicks(browse):
	booking = book(make_offer(asks_to_reconfirm=1), in_three_days(10))
	window = browse(PHONE, keep=False)
	window.page.add_init_script(A_PERSON)
	window.open(f"{urlsplit(booking.manage_url).path}?coming=1")
	window.page.get_by_role("heading", name="You have confirmed that you are coming").wait_for()
	window.page.get_by_role("link", name="Open the meeting").click()
	window.page.get_by_role("heading", name="Your meeting", exact=True).wait_for()


@in_each_language
def test_a_host_sees_who_is_coming_and_all_dates(browse, language):
	advisory = make_series(repeats="Fixed", repeat_count=3, asks_to_reconfirm=1)
	booked = book(advisory, in_three_days(12), times=3, timezone="UTC")
	frappe.db.set_value("Booking", booked.id, "reconfirmed_at", in_three_days(12) - 4 * 86400)
	frappe.db.commit()
	window = browse(PHONE, locale=LANGUAGES[language])
	sign_in_in(window, host_of(advisory), language)
	window.open(meeting_path(booked.id))
	assert window.page.locator("html").get_attribute("lang").startswith(language)
	assert window.page.locator("#dates a").count() == 3
	check(window, f"host-series-{language}")
	window.open(f"/scheduling/types/{advisory.name}")
	assert window.page.locator("[name=repeats]").count()
	check(window, f"host-series-{language}-type")


@in_each_language
def test_a_host_books_several_dates_for_somebody(browse, language):
	advisory = make_series()
	take(advisory, in_three_days(12) + 2 * WEEK)
	window = browse(PHONE, locale=LANGUAGES[language])
	page = window.page
	sign_in_in(window, host_of(advisory), language)
	window.open(f"/scheduling/book?type={advisory.name}&date={iso(in_three_days(12), 'UTC')[:10]}")
	assert page.locator("html").get_attribute("lang").startswith(language)
	page.locator("#series-times").select_option("4")
	# Nothing is known before a time is chosen.
	assert not page.locator(".series-list").count()
	page.locator(f".slot:has(input[value='{page.locator('.slot input').nth(3).get_attribute('value')}'])").click()
	page.locator(".series-list li").nth(3).wait_for()
	check(window, f"book-series-{language}")
	page.locator("#attendee_name").fill("Ada Lovelace")
	page.locator("#attendee_email").fill("ada@guests.example")
	page.locator(".series-list label.choice").nth(0).click()
	page.locator("#attendee_name").press("Enter")
	page.locator("#toast button").wait_for()
	assert starts_of(advisory) == [0, 168, 335, 504]


def test_a_browser_without_scripts_books_several_dates(browse):
	advisory = make_series(repeats="Fixed", repeat_count=3)
	window = browse(PHONE, java_script_enabled=False)
	page = window.page
	window.open(f"{path_of(advisory)}?tz=UTC&start={NOON.replace('+', '%2B')}")
	page.locator("[name=attendee_name]").fill("Ada Lovelace")
	page.locator("[name=attendee_email]").fill("ada@guests.example")
	page.locator("#submit").click()
	page.wait_for_url(re.compile("/schedule/manage/.*booked=1"))
	assert starts_of(advisory) == [0, 168, 336]


def test_a_time_typed_before_the_script_was_there_was_not_looked_up(browse):
	advisory = make_series(repeats="Fixed", repeat_count=3)
	window = browse(DESK)
	page = window.page
	sign_in_as(window, host_of(advisory))
	held = []
	page.route(re.compile("series-dates"), lambda route: held.append(route))
	window.open(f"/scheduling/book?type={advisory.name}&date={iso(in_three_days(12), 'UTC')[:10]}")
	page.locator("#other_time").fill("12:35")
	page.locator("#other_time").blur()
	for script in held:
		script.continue_()
	page.locator("#series-dates", has_text="All 3 dates are free.").wait_for()


def test_dates_follow_what_a_host_chooses(browse):
	advisory = make_series(repeats="Fixed", repeat_count=3)
	take(advisory, in_three_days(12))
	window = browse(DESK)
	page = window.page
	sign_in_as(window, host_of(advisory))
	window.open(f"/scheduling/book?type={advisory.name}&date={iso(in_three_days(12), 'UTC')[:10]}")
	assert page.locator("#series-times").input_value() == "3"
	page.locator("#other_time").fill("12:35")
	page.locator("#other_time").blur()
	page.locator("#series-dates", has_text="All 3 dates are free.").wait_for()
	page.locator("#series-times").select_option("2")
	page.locator("#series-dates", has_text="All 2 dates are free.").wait_for()
	page.locator("#series-times").select_option("1")
	page.locator(".series-list").wait_for(state="detached")
	page.locator("#series-times").select_option("3")
	page.locator("#series-dates", has_text="All 3 dates are free.").wait_for()
	# Noon is taken: the page comes back with other times.
	page.locator("#other_time").fill("12:00")
	page.locator("#other_time").blur()
	page.locator(".alternatives button").first.wait_for()
	assert window.violations() == []
	window.follow(page.locator(".alternatives button").first)
	page.locator("#series-dates", has_text="All 3 dates are free.").wait_for()
	assert bookings_of(advisory) == []
