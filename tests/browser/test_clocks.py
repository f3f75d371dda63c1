"""A visitor whose browser has other clocks for their zone than the server."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import frappe
import pytest

from tests.browser.screens import DESK, PHONE
from tests.pages.offer import bookings_of, make_offer, path_of

# As if Lisbon had taken over Berlin's clocks, and this site hadn't heard of it.
NEWER = """Intl.DateTimeFormat = new Proxy(Intl.DateTimeFormat, {
	construct: (Real, [locale, options]) =>
		new Real(locale, options?.timeZone === "Europe/Lisbon" ? { ...options, timeZone: "Europe/Berlin" } : options),
});"""


@pytest.fixture
def visit(browse, commit_clean):
	def visitor(screen, hold_minutes):
		frappe.db.set_single_value("Scheduler Settings", "hold_minutes", hold_minutes)
		frappe.db.commit()
		window = browse(screen, timezone_id="Europe/Lisbon", keep=False)
		window.page.add_init_script(NEWER)
		meeting_type = make_offer()
		window.reach_form(path_of(meeting_type))
		window.fill_in()
		return window, meeting_type

	return visitor


def clock(instant):
	return f"{datetime.fromtimestamp(instant, ZoneInfo('Europe/Lisbon')):%-I:%M}"


@pytest.mark.parametrize(("screen", "hold_minutes"), [(PHONE, 10), (DESK, 0)])
def test_a_tapped_half_past_eight_became_half_past_seven(visit, screen, hold_minutes):
	window, meeting_type = visit(screen, hold_minutes)
	question = window.page.locator("#form-problem", has_text="disagree")
	if not hold_minutes:
		window.page.locator("#submit").click()
	question.wait_for()
	assert bookings_of(meeting_type) == []
	asked = question.inner_text()
	assert "Europe/Lisbon" in asked
	window.screenshot("clock-differs")
	assert window.violations() == []
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	(booking,) = bookings_of(meeting_type)
	assert clock(booking.starts_at) in asked


def test_a_question_about_another_time_goes_away(visit):
	window, _meeting_type = visit(DESK, 10)
	question = window.page.locator("#form-problem", has_text="disagree")
	question.wait_for()
	window.page.locator("#change").click()
	window.page.locator("#form-problem").wait_for(state="hidden")
