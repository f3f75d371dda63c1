"""Zones, clocks, months and days: what the page shows, and how few requests it needs."""

import re
from calendar import monthrange
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import frappe
import pytest

from scheduler_integration.platform.clock import now, utc
from tests.browser.screens import DESK, PHONE, SMALL_PHONE
from tests.pages.offer import book, bookings_of, host_of, in_three_days, make_offer, path_of


def first_time(window):
	return window.page.locator(".time:visible").first.inner_text().split("\n")[0]


def test_the_guests_own_zone_is_found_and_shown(browse):
	path = path_of(make_offer())
	tokyo, berlin = browse(DESK, timezone_id="Asia/Tokyo"), browse(DESK)
	for window in (tokyo, berlin):
		window.open(path)
	assert "Tokyo" in tokyo.page.locator("#zone-button").inner_text()
	assert first_time(berlin) in ("10:00", "11:00")
	assert tokyo.page.locator(".time", has_text="18:00").first.is_visible()


def test_changing_the_zone_asks_the_server_nothing_and_is_remembered(browse):
	path = path_of(make_offer())
	window = browse(DESK)
	window.open(path)
	page = window.page
	window.wait_for_requests(1)
	page.locator("#zone-button").click()
	page.locator("#zone-search").fill("são pau")
	page.keyboard.press("Enter")
	window.wait_until("document.getElementById('zone-name').textContent.startsWith('Sao Paulo')")
	assert window.focused() == "zone-button"
	assert first_time(window) == "08:00"
	assert page.locator(".early summary").inner_text() == "Before 08:00"
	assert len([url for url in window.api_requests() if "time_zones" not in url]) == 1
	page.reload()
	assert "Sao Paulo" in page.locator("#zone-button").inner_text()


# Words by which people didn't find their zone, or not as the first one.
WORDS_FOR_ZONES = (
	("india", "Kolkata"), ("germany", "Berlin"), ("uk", "London"), ("england", "London"), ("nyc", "New York"),
	("sf", "Los Angeles"), ("new delhi", "Kolkata"), ("St. Petersburg", "Moscow"), ("central european", "GMT+"),
	("gmt-3", "GMT-3"), ("eastern", "New York"),
)  # fmt: skip


def test_zones_are_found_by_city_nearby_offset_and_abbreviation(browse):
	window = browse(PHONE)
	window.open(path_of(make_offer()))
	page = window.page
	with page.expect_response("**/*time_zones*"):
		page.locator("#zone-button").click()
	for typed, found in (("munich", "Berlin"), ("+5:30", "Kolkata"), ("utc+9", "Tokyo"), ("PST", "Los Angeles")):
		page.locator("#zone-search").fill(typed)
		assert page.locator("#zone-list li", has_text=found).first.is_visible(), typed
	for typed, found in WORDS_FOR_ZONES:
		page.locator("#zone-search").fill(typed)
		# The names of countries may still be on their way into the list.
		page.locator("#zone-list li:first-child", has_text=found).wait_for()
	page.locator("#zone-search").fill("nowhere at all")
	assert page.locator("#zone-none").is_visible()
	page.keyboard.press("Escape")
	assert not page.locator("#zone-popover").is_visible()
	assert window.focused() == "zone-button"


def test_zones_have_names_of_the_visitors_language_and_are_all_known_to_the_server(browse):
	window = browse(DESK, locale="de-DE", timezone_id="Europe/Rome")
	window.open(path_of(make_offer()))
	# The page itself has only the names of cities where German is spoken.
	window.wait_until("document.getElementById('zone-name').textContent.startsWith('Rom,')")
	window.page.locator("#zone-button").click()
	window.page.locator("#zone-list li", has_text="Kopenhagen").wait_for()
	window.page.locator("#zone-list li").first.wait_for()
	listed = window.page.evaluate("[...document.querySelectorAll('#zone-list li')].map((each) => each.dataset.zone)")
	assert len(listed) > 400
	assert set(listed) <= available_timezones()
	assert {"UTC", "Asia/Kolkata", "Europe/Kyiv"} <= set(listed)
	assert len(listed) == len(set(listed))


def test_the_clock_switches_and_is_remembered(browse):
	window = browse(DESK)
	window.open(path_of(make_offer()))
	page = window.page
	assert re.fullmatch(r"\d\d:\d\d", first_time(window))
	page.locator("#clock-12").click()
	assert re.fullmatch(r"\d{1,2}:\d\d\s[ap]m", first_time(window))
	page.reload()
	assert re.fullmatch(r"\d{1,2}:\d\d\s[ap]m", first_time(window))


def test_days_and_prefetched_months_ask_nothing_more(browse):
	"""The page fetches the next month in advance. Showing that month fetches only the one after it."""
	window = browse(DESK)
	window.open(path_of(make_offer()))
	page = window.page
	window.wait_for_requests(1)
	window.choose_day(1)
	window.choose_day(0)
	assert len(window.api_requests()) == 1
	title = page.locator("#month-title").inner_text()
	page.locator("#next-month").click()
	window.wait_until("title => document.getElementById('month-title').textContent !== title", title)
	window.wait_for_requests(2)


def test_past_months_cannot_be_reached(browse):
	window = browse(DESK)
	window.open(path_of(make_offer()))
	page = window.page
	while page.locator("#previous-month").get_attribute("aria-disabled") != "true":
		page.locator("#previous-month").click()
	title = page.locator("#month-title").inner_text()
	page.locator("#previous-month").dispatch_event("click")
	assert page.locator("#month-title").inner_text() == title


def test_a_host_on_another_date_is_said_at_the_time(browse):
	window = browse(DESK, timezone_id="Pacific/Auckland")
	window.open(path_of(make_offer(hours="20:00-23:00")))
	window.page.locator("#times", has_text="for your host").wait_for()


def test_a_duration_is_chosen_and_booked(browse):
	meeting_type = make_offer(duration_options="30, 60")
	window = browse(DESK)
	window.open(path_of(meeting_type))
	window.page.locator(".durations .chip", has_text="60").click()
	window.wait_until("location.search.includes('duration=60')")
	window.page.wait_for_load_state("networkidle")
	window.choose_time(0)
	window.fill_in()
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("booked=1"))
	assert bookings_of(meeting_type)[0].duration_minutes == 60


def test_an_empty_month_leads_to_the_next_that_has_some(browse):
	window = browse(DESK)
	window.open(f"{path_of(make_offer())}?month=2099-01")
	page = window.page
	message = page.locator("#month-message")
	message.wait_for()
	assert "No free times in" in message.inner_text()
	page.locator("text=Nothing is free after that either").wait_for()


def test_a_page_without_any_free_time_offers_no_first_free_day(browse):
	window = browse(DESK)
	today = utc(now()).date()
	off = {"date": today, "end_date": today + timedelta(days=90), "is_available": 0, "whole_day": 1}
	meeting_type = make_offer()
	frappe.get_doc({"doctype": "Availability Override", "user": host_of(meeting_type), **off}).insert()
	frappe.db.commit()
	window.open(path_of(meeting_type))
	message = window.page.locator("#month-message")
	message.get_by_text("Nothing is free after that either").wait_for()
	assert not message.locator("a, button").count()
	assert window.page.locator("#next-month").get_attribute("aria-disabled") == "true"
	window.open(f"{path_of(meeting_type)}?month=2099-01")
	message.get_by_role("button", name="Back to the first free day").wait_for()


def test_a_month_off_leads_to_the_first_free_day_in_one_request(browse):
	meeting_type = make_offer()
	today = utc(now()).date()
	# Near a month's end the calendar goes on into the next one.
	soon = today + timedelta(days=12)
	last = soon.replace(day=monthrange(soon.year, soon.month)[1])
	off = {"date": today, "end_date": last, "is_available": 0, "whole_day": 1}
	frappe.get_doc({"doctype": "Availability Override", "user": host_of(meeting_type), **off}).insert()
	frappe.db.commit()
	window = browse(DESK, timezone_id="UTC")
	window.open(path_of(meeting_type))
	page = window.page
	title = page.locator("#month-title").inner_text()
	page.locator("#previous-month").click()
	page.locator("#month-message button").click()
	window.wait_until("title => document.getElementById('month-title').innerText === title", title)
	assert page.locator("[aria-selected=true] .day").inner_text() == "1"
	assert len([url for url in window.api_requests() if "next_slots" in url]) == 1


@pytest.mark.journey
def test_the_next_free_times_are_above_the_month_and_one_tap_leads_to_the_form(browse):
	window = browse(PHONE)
	window.open(path_of(make_offer()))
	line = window.page.locator("#next-free")
	# The times of tomorrow in UTC are today's after midnight in Berlin.
	is_past_midnight = datetime.fromtimestamp(now(), ZoneInfo("Europe/Berlin")).date() > utc(now()).date()
	assert ("today" if is_past_midnight else "tomorrow") in line.inner_text()
	chips = line.locator(".chip")
	assert chips.count() == 3
	chosen = chips.nth(1).inner_text()
	chips.nth(1).click()
	window.page.locator("#details").wait_for()
	assert window.page.locator("#summary-time").inner_text().startswith(chosen)


def test_the_next_free_times_began_left_of_the_month_in_a_narrow_frame(browse):
	window = browse(SMALL_PHONE)
	window.open(path_of(make_offer()))
	line, title = (window.page.locator(each).bounding_box() for each in ("#next-free", "#month-title"))
	assert line["x"] == title["x"]


def test_nothing_said_what_the_dashed_days_of_a_retreat_mean(browse):
	retreat = make_offer(number_of_days=2, duration_minutes=240, hours="10:00-14:00")
	window = browse(DESK)
	window.open(path_of(retreat))
	note = window.page.locator(".dashed-note")
	assert not note.is_visible()
	day = str(utc(now()).date() + timedelta(days=4))
	times = {"start_time": f"{day} 00:00:00", "end_time": f"{day} 23:59:00"}
	frappe.get_doc({"doctype": "Blocked Time", "user": host_of(retreat), **times}).insert()
	frappe.db.commit()
	window.open(path_of(retreat))
	window.page.locator(".day.is-partial").first.wait_for()
	assert note.inner_text().startswith("You can't start on a dashed day")


def test_times_of_the_night_are_folded_and_can_be_opened(browse):
	window = browse(DESK, timezone_id="America/New_York")
	window.open(path_of(make_offer(hours="06:00-18:00")))
	page = window.page
	assert first_time(window) == "08:00"
	page.locator(".early summary").click()
	early = first_time(window)
	assert early in ("01:00", "02:00")
	page.locator(".time:visible").first.click()
	page.locator(f".confirm:has-text('{early}')").wait_for()


def overlaps(window, selector):
	"""Return the texts of neighbours that overlap or that don't fit their own box, in pixels."""
	return window.ask(
		"""(selector) => {
			const boxes = [...document.querySelectorAll(selector)].map((one) => {
				const range = document.createRange();
				range.selectNodeContents(one);
				return { text: one.textContent, lines: range.getClientRects().length, ...range.getBoundingClientRect().toJSON() };
			}).filter((box) => box.width);
			return boxes.filter((box, at) => box.lines > 3 || boxes.some((other, place) => place !== at
				&& box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom))
				.map((box) => box.text);
		}""",
		selector,
	)


@pytest.mark.parametrize("language", ["en-US", "de", "ar"])
@pytest.mark.parametrize("screen", [SMALL_PHONE, PHONE, DESK], ids=lambda screen: screen.name)
def test_letters_of_twice_the_size_do_not_overlap(browse, screen, language):
	"""At a default of 32 pixels, days were cut in two lines and names of weekdays touched."""
	window = browse(screen, locale=language, keep=False)
	session = window.page.context.new_cdp_session(window.page)
	session.send("Page.enable")
	session.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
	window.open(path_of(make_offer()))
	assert window.ask("parseFloat(getComputedStyle(document.documentElement).fontSize)") == 32
	for selector in ("#weeks .day", "#sheet th", ".next-free > *", ".faces .face"):
		assert overlaps(window, selector) == [], selector
	assert not window.scrolls_sideways()


def test_taken_times_are_shown_struck_and_cannot_be_chosen(browse):
	offer = make_offer({"show_taken_times": 1})
	for each in (in_three_days(9), in_three_days(9) + 34 * 86400):
		book(offer, each)
	window = browse(DESK, timezone_id="UTC")
	for day in (utc(in_three_days(9)), utc(in_three_days(9) + 34 * 86400)):
		# The second day is of a month that the script loads.
		window.open(path_of(offer))
		while not window.ask(f"Boolean(document.querySelector('[data-date=\"{day:%Y-%m-%d}\"]'))"):
			# The month before stays on the screen until the next one is there.
			title = window.page.locator("#month-title").inner_text()
			window.page.locator("#next-month").click()
			window.wait_until("title => document.getElementById('month-title').textContent !== title", title)
		window.page.locator(f'[data-date="{day:%Y-%m-%d}"]').click()
		taken = window.page.locator(".time.is-taken")
		assert [name.strip() for name in taken.locator(".visually-hidden").all_inner_texts()] == ["09:00, taken"]
		taken.click()
		assert window.page.locator(".confirm").count() == 0
		assert window.violations() == []


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_times_near_one_that_was_gone_were_those_of_the_hosts_clock(browse, screen):
	meeting_type = make_offer()
	gone = in_three_days(12)
	book(meeting_type, gone)
	window = browse(screen, timezone_id="Asia/Tokyo")
	window.open(f"{path_of(meeting_type)}?start={utc(gone):%Y-%m-%dT%H:%M:%SZ}&clock=24")
	window.wait_until("document.getElementById('zone-name').textContent.startsWith('Tokyo')")
	near = window.page.locator("#nearest a")
	for link in near.all():
		hour = int(link.inner_text().split("·")[1].strip()[:2])
		start = utc(int(link.get_attribute("data-start")))
		assert hour == (start.hour + 9) % 24
	near.first.click()
	window.page.locator("#summary", has_text="Tokyo").or_(window.page.locator("#booking-form")).first.wait_for()
