"""The pages of people who wait, in a browser: on a phone and a desktop, light and dark, with and without a script."""

import re
from urllib.parse import parse_qsl, urlsplit

import frappe
import pytest

from scheduler_integration.availability.holds import release_hold
from scheduler_integration.bookings import cancel_by_token
from scheduler_integration.platform.clock import iso, now
from scheduler_integration.waitlist import records
from tests.browser.screens import DESK, PHONE
from tests.browser.test_looks import check
from tests.pages.offer import book, bookings_of, in_three_days, path_of
from tests.support.factories import token_of
from tests.waitlist.people import (
	empty,
	entries_of,
	fill,
	fresh_entry,
	look,
	make_waited,
	offered,
	path,
	that_day,
	waiting,
)

LANGUAGES = ("en-GB", "de-DE", "fr-FR", "es-ES")
# Both fields of a pair begin at the same height.
PAIRS_ARE_LEVEL = """[...document.querySelectorAll(".pair")].every((pair) =>
	new Set([...pair.querySelectorAll("input")].map((one) => Math.round(one.getBoundingClientRect().top))).size === 1)"""
QUESTION = {"label": "What is it about?", "question_type": "Text", "required": 1}


def open_join(window, meeting_type, **fields):
	fill(meeting_type, **fields)
	window.open(f"{path_of(meeting_type)}/waitlist?first_date={that_day()}&last_date={that_day()}")


@pytest.mark.journey
def test_a_visitor_joins_and_takes_what_is_offered(browse):
	meeting_type = make_waited(questions=[QUESTION])
	window = browse(PHONE)
	open_join(window, meeting_type, answers={meeting_type.questions[0].name: "Prices"})
	check(window, "waitlist-join")
	window.fill_in()
	window.follow(window.page.locator("#submit"))
	assert window.page.locator(".is-wrong .field-error:visible").count() == 1
	check(window, "waitlist-join-refused")
	window.page.locator("[name^=answer_]").fill("Prices")
	window.follow(window.page.locator("#submit"))
	assert window.page.locator("h1").inner_text() == "You're on the waitlist"
	check(window, "waitlist-joined")
	assert len(entries_of(meeting_type)) == 1


def test_an_offer_is_taken(browse):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	window = browse(PHONE)
	window.open(path(entry))
	take = window.page.locator("button[value=take]")
	check(window, "waitlist-offer", then=take)
	window.follow(take)
	window.page.wait_for_url(re.compile("/schedule/manage/.*booked=1"))
	window.open(path(entry))
	check(window, "waitlist-taken")


@pytest.mark.parametrize("language", [LANGUAGES[0], LANGUAGES[1]])
def test_a_time_that_is_no_longer_held_is_taken(browse, language):
	entry = offered(make_waited())
	offer = records.open_offer_of(entry.name)
	records.end_offers([offer.name], records.EXPIRED)
	release_hold(offer.hold_key)
	frappe.db.commit()
	window = browse(PHONE, locale=language)
	window.open(path(entry))
	take = window.page.locator("button[value=take]")
	check(window, f"waitlist-late-{language[:2]}", then=take)
	window.follow(take)
	window.page.wait_for_url(re.compile("/schedule/manage/.*booked=1"))


def test_the_last_minutes_are_counted_down(browse):
	entry = offered(make_waited())
	frappe.db.set_value("Waitlist Offer", {"entry": entry.name}, "expires_at", now() + 600)
	frappe.db.commit()
	window = browse(PHONE)
	window.open(path(entry))
	window.page.locator("#left", has_text=re.compile(r"0?9:\d\d left")).wait_for()
	window.screenshot("waitlist-countdown")


def test_waiting_changing_and_leaving(browse):
	meeting_type = make_waited()
	book(meeting_type, in_three_days(12))
	book(meeting_type, in_three_days(12.5))
	waiting(meeting_type, "Ben")
	entry = waiting(meeting_type)
	window = browse(PHONE)
	window.open(path(entry))
	check(window, "waitlist-waiting")
	window.follow(window.page.locator("a", has_text="Change when I have time"))
	check(window, "waitlist-change")
	window.page.locator("#from_time").fill("12:30")
	window.follow(window.page.locator("button[value=change]"))
	assert fresh_entry(entry).bounds.from_minute == 750
	window.follow(window.page.locator("a", has_text="Leave the waitlist"))
	check(window, "waitlist-leave")
	window.follow(window.page.locator("button[value=leave]"))
	check(window, "waitlist-left")
	assert fresh_entry(entry).status == records.LEFT


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_language_breaks_the_pages(browse, language):
	meeting_type = make_waited()
	entry = offered(meeting_type)
	window = browse(PHONE, locale=language)
	for name, address in (
		("join", f"{path_of(meeting_type)}/waitlist"),
		("offer", path(entry)),
		("change", f"{path(entry)}?change=1"),
		("leave", f"{path(entry)}?leave=1"),
	):
		window.open(address)
		assert window.ask("document.documentElement.lang").startswith(language[:2])
		assert not window.scrolls_sideways(), (language, name)
		assert window.ask(PAIRS_ARE_LEVEL), (language, name)
		window.screenshot(f"waitlist-{name}-{language[:2]}", full=True)


def test_everything_works_without_a_script(browse):
	meeting_type = make_waited()
	window = browse(DESK, java_script_enabled=False)
	open_join(window, meeting_type)
	window.fill_in()
	with window.page.expect_navigation():
		window.page.locator("#submit").click()
	[entry] = entries_of(meeting_type)
	empty(meeting_type)
	look(meeting_type)
	window.open(path(entry))
	with window.page.expect_navigation():
		window.page.locator("button[value=take]").click()
	assert "booked=1" in window.page.url
	assert bookings_of(meeting_type)[-1].starts_at == in_three_days(12)


def test_a_browser_proves_its_work_before_it_sends_the_form(browse, commit_clean):
	frappe.db.set_single_value("Scheduler Settings", "captcha_mode", "Always")
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	meeting_type = make_waited()
	frappe.db.commit()
	window = browse(DESK)
	open_join(window, meeting_type)
	window.fill_in()
	window.follow(window.page.locator("#submit"))
	assert window.page.locator("h1").inner_text() == "You're on the waitlist"
	assert len(entries_of(meeting_type)) == 1


def test_the_page_can_run_from_right_to_left(browse):
	entry = offered(make_waited())
	window = browse(PHONE)
	for address in (path(entry), f"{path_of(frappe.get_doc('Meeting Type', entry.meeting_type))}/waitlist"):
		window.open(address)
		window.ask("document.documentElement.dir = 'rtl'")
		assert not window.scrolls_sideways()
		window.screenshot(f"waitlist-rtl-{'offer' if 'schedule/waitlist' in address else 'join'}", full=True)


def query_of(link):
	return dict(parse_qsl(urlsplit(link.get_attribute("href")).query))


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_the_links_of_the_booking_page_follow_what_is_on_the_screen(browse, screen):
	meeting_type = make_waited({"show_taken_times": 1})
	book(meeting_type, in_three_days(12.5))
	window = browse(screen, timezone_id="UTC")
	window.open(f"{path_of(meeting_type)}?date={that_day()}&clock=24")
	taken = window.page.locator("a.time.is-taken")
	taken.wait_for()
	window.wait_until("document.getElementById('wait-lead') && !document.getElementById('wait-lead').hidden")
	assert "None of these suit you?" in window.page.locator("#wait-day").inner_text()
	assert query_of(window.page.locator("#wait-day a"))["first_date"] == that_day()
	assert window.violations() == []
	assert not window.scrolls_sideways()
	window.screenshot("waitlist-times")
	assert query_of(taken)["from_time"] == "12:30"
	if window.on_phone:
		window.page.locator("#back-to-month").click()
	other = iso(in_three_days(12) + 86400, "UTC")[:10]
	window.page.locator(f'[data-date="{other}"]').click()
	window.wait_until("(day) => document.querySelector('#wait-day a').href.includes(`first_date=${day}`)", other)
	if not window.on_phone:
		assert window.page.locator("a.time.is-taken").count() == 0
	window.follow(window.page.locator("#wait-day a"))
	assert window.page.locator("#first_date").input_value() == other


# The script of the links is fetched after the page has loaded. A click that comes before does nothing.
WAITS_FOR_THE_SCRIPT = """async () => {
	const script = performance.getEntriesByType("resource").find((each) => each.name.includes("wait_links"));
	return script && Boolean(await import(script.name));
}"""


def test_a_click_on_a_full_day_offers_to_wait_for_it(browse):
	meeting_type = make_waited()
	book(meeting_type, in_three_days(12))
	book(meeting_type, in_three_days(12.5))
	window = browse(PHONE, timezone_id="UTC")
	window.open(path_of(meeting_type))
	window.wait_until(WAITS_FOR_THE_SCRIPT)
	day = window.page.locator(f'[data-date="{that_day()}"]')
	# It says that it is disabled, because it has no times to choose.
	day.click(force=True)
	line = window.page.locator("#wait-month a", has_text="Tell me when a time becomes free on")
	line.wait_for()
	window.screenshot("waitlist-full-day")
	assert window.violations() == []
	window.follow(line)
	assert window.page.locator("#last_date").input_value() == that_day()


def test_an_attendee_waits_for_an_earlier_time(browse):
	meeting_type = make_waited()
	booked = book(meeting_type, in_three_days(12.5))
	noon = book(meeting_type, in_three_days(12))
	window = browse(PHONE)
	window.open(urlsplit(booked.manage_url).path)
	window.page.locator("[data-panel=sooner]").click()
	# Times of the days before are free already.
	window.page.locator("#sooner [name=first_date]").fill(that_day())
	check(window, "waitlist-earlier", then=window.page.locator("button[value=sooner]"))
	window.follow(window.page.locator("button[value=sooner]"))
	window.page.locator("#sooner", has_text="You're waiting for an earlier time").wait_for()
	check(window, "waitlist-earlier-waiting")
	frappe.db.rollback()
	cancel_by_token(token_of(noon), "", now())
	frappe.db.commit()
	look(meeting_type)
	window.open(urlsplit(booked.manage_url).path)
	check(window, "waitlist-earlier-offered")
	window.follow(window.page.locator("#sooner a"))
	window.follow(window.page.locator("button[value=take]"))
	assert "moved=1" in window.page.url


def test_a_link_to_the_form_asked_by_the_hosts_clock(browse):
	meeting_type = make_waited()
	window = browse(PHONE, timezone_id="Asia/Tokyo")
	window.open(f"{path_of(meeting_type)}/waitlist?from_time=06:00&to_time=07:00")
	window.page.locator("#zone", has_text="Tokyo").wait_for()
	window.fill_in()
	window.follow(window.page.locator("#submit"))
	assert frappe.db.get_value("Waitlist Entry", entries_of(meeting_type)[0].name, "timezone") == "Asia/Tokyo"


def test_an_unknown_zone_in_the_address_opens_the_form_once(browse):
	window = browse(PHONE, timezone_id="Asia/Tokyo")
	window.open(f"{path_of(make_waited())}/waitlist?tz=Moon/Crater")
	assert window.page.locator("#submit").is_visible()
	assert "Tokyo" not in window.page.locator("#zone").inner_text()
