"""A meeting that repeats, with the script: the dates follow the chosen time, and are booked as they are on the screen."""

import re
from urllib.parse import urlsplit

import frappe
import pytest
from frappe.utils.password import update_password

from scheduler_integration.platform.clock import iso
from tests.browser.screens import DESK, PHONE
from tests.pages.offer import PASSWORD, book, bookings_of, host_of, in_three_days, make_offer, path_of
from tests.support.factories import make_meeting_type, page_of

WEEK = 7 * 86400
DAY = iso(in_three_days(12), "UTC")[:10]


def make_series(**fields):
	return make_offer(**{"repeats": "Attendee Chooses", "repeat_count": 6, "slot_interval": 60, **fields})


def take(meeting_type, start):
	other = make_meeting_type(page_of(meeting_type))
	frappe.db.commit()
	book(other, start)


def reach_form(window, meeting_type, hour):
	# A phone shows the times of the day in the address.
	window.open(f"{path_of(meeting_type)}?tz=UTC&clock=24&date={DAY}")
	window.page.locator(".time", has_text=f"{hour}:00").click()
	if not window.on_phone:
		window.page.locator(".confirm").click()
	window.page.locator("#series").wait_for()


@pytest.mark.journey
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_visitor_books_several_dates_and_replaces_one(browse, screen):
	advisory = make_series()
	take(advisory, in_three_days(12) + 2 * WEEK)
	window = browse(screen)
	reach_form(window, advisory, 12)
	assert not window.page.locator(".series-list").count()
	window.page.locator("#series-times").select_option("4")
	window.page.locator(".series-list li").nth(3).wait_for()
	assert "One of 4 dates isn't free" in window.page.locator("#series-dates").inner_text()
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.screenshot("series-dates")
	window.page.locator("[name=attendee_name]").fill("Ada Lovelace")
	window.page.locator("[name=attendee_email]").fill("ada@guests.example")
	window.page.locator("#submit").click()
	assert window.page.locator(".field.is-wrong .field-error").inner_text() == "Choose a time."
	window.page.locator("label.choice", has_text="11:00").first.click()
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("/schedule/manage/.*booked=1"))
	assert window.page.locator("#dates a, #dates strong").count() == 4
	assert window.violations() == []
	window.screenshot("series-booked")
	starts = sorted(each.starts_at - in_three_days(12) for each in bookings_of(advisory))
	assert starts == [0, WEEK, 2 * WEEK - 3600, 3 * WEEK]


def test_the_dates_follow_another_time(browse):
	advisory = make_series(repeats="Fixed", repeat_count=3)
	take(advisory, in_three_days(12) + WEEK)
	window = browse(DESK)
	reach_form(window, advisory, 12)
	window.page.locator("#series-dates", has_text="One of 3 dates isn't free").wait_for()
	window.page.locator("#change").click()
	window.page.locator(".time", has_text="14:00").click()
	window.page.locator(".confirm").click()
	window.page.locator("#series-dates", has_text="All 3 dates are free.").wait_for()


def test_dates_that_were_taken_meanwhile_are_shown_again(browse):
	advisory = make_series(repeats="Fixed", repeat_count=3)
	window = browse(DESK)
	reach_form(window, advisory, 12)
	window.page.locator("#series-dates", has_text="All 3 dates are free.").wait_for()
	take(advisory, in_three_days(12) + WEEK)
	window.page.locator("[name=attendee_name]").fill("Ada Lovelace")
	window.page.locator("[name=attendee_email]").fill("ada@guests.example")
	window.page.locator("#submit").click()
	window.page.locator("#form-problem", has_text="Some of the dates aren't free").wait_for()
	window.page.locator("#series-dates", has_text="One of 3 dates isn't free").wait_for()
	assert bookings_of(advisory) == []


@pytest.mark.parametrize(
	("language", "scheme"), [("de-DE", "dark"), ("ar-EG", "light"), ("fr-FR", "light"), ("es-ES", "dark")]
)
def test_the_dates_look_right_in_each_language(browse, language, scheme):
	advisory = make_series(repeats="Fixed", repeat_count=3)
	take(advisory, in_three_days(12) + WEEK)
	window = browse(PHONE, locale=language, color_scheme=scheme)
	window.open(f"{path_of(advisory)}?tz=UTC&start={iso(in_three_days(12), 'UTC').replace('+', '%2B')}")
	window.page.locator(".series-list li").nth(2).wait_for()
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.screenshot(f"series-{language}", full=True)


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_an_attendee_moves_all_dates_with_the_script(browse, screen):
	advisory = make_series(repeats="Fixed", repeat_count=3)
	booked = book(advisory, in_three_days(12), times=3, timezone="UTC")
	take(advisory, in_three_days(14) + WEEK)
	window = browse(screen)
	window.open(urlsplit(booked.manage_url).path)
	window.screenshot("series-manage", full=True)
	assert window.violations() == []
	window.follow(window.page.locator("a", has_text="Reschedule all dates"))
	window.open(f"{window.page.url}&clock=24&date={DAY}")
	window.page.wait_for_load_state()
	window.page.locator(".time", has_text="14:00").click()
	if not window.on_phone:
		window.page.locator(".confirm").click()
	window.page.locator("#series-dates", has_text="One of 3 dates isn't free").wait_for()
	window.screenshot("series-move", full=True)
	assert window.violations() == []
	window.page.locator("label.choice", has_text="It stays on").click()
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("/schedule/manage/.*moved=1"))
	starts = [each.starts_at - in_three_days(12) for each in bookings_of(advisory) if each.status == "Scheduled"]
	assert sorted(starts) == [7200, WEEK, 2 * WEEK + 7200]
	window.open(f"{urlsplit(window.page.url).path}?cancel=1")
	window.page.locator("label.choice", has_text="All dates").click()
	assert window.violations() == []
	window.screenshot("series-cancel", full=True)
	window.page.locator("button", has_text="Yes, cancel it").click()
	window.page.locator("h1", has_text="This meeting is cancelled").wait_for()
	assert {each.status for each in bookings_of(advisory)} == {"Rescheduled", "Cancelled"}


def test_a_host_sees_all_dates_of_a_meeting(browse):
	advisory = make_series(repeats="Fixed", repeat_count=3)
	booked = book(advisory, in_three_days(12), times=3, timezone="UTC")
	update_password(host_of(advisory), PASSWORD)
	frappe.db.commit()
	window = browse(DESK)
	window.open("/login")
	assert window.context.request.post(
		f"{window.server.url}/api/method/login", form={"usr": host_of(advisory), "pwd": PASSWORD}
	).ok
	window.open(f"/scheduling/meeting/{booked.id}?do=move")
	assert window.page.locator("#dates a").count() == 3
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.screenshot("series-host", full=True)


def test_dates_of_a_link_were_those_of_the_hosts_clock(browse):
	advisory = make_series()
	window = browse(PHONE, timezone_id="Asia/Tokyo")
	window.open(f"{path_of(advisory)}?start={DAY}T12:00:00Z&times=3&clock=24")
	window.page.locator(".series-list li", has_text="21:00").nth(2).wait_for()
