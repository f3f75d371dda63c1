"""Every state in light and dark, wide and narrow: legible to axe-core, nothing scrolls sideways. Leaves screenshots."""

import frappe
import pytest
from frappe.utils.password import update_password

from tests.browser.screens import DESK, PHONE, SMALL_PHONE
from tests.pages.offer import QUESTIONS, make_offer, path_of

LIGHT, DARK = "light", "dark"
PASSWORD = "A-long-enough-one-1"


each_screen = pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
each_look = pytest.mark.parametrize(
	("screen", "scheme"),
	[(PHONE, LIGHT), (PHONE, DARK), (DESK, LIGHT), (DESK, DARK), (SMALL_PHONE, LIGHT)],
	ids=lambda value: getattr(value, "name", value),
)


def check(window, name):
	window.screenshot(name)
	assert not window.scrolls_sideways()
	# The narrow phone shows what the wider one does, only narrower.
	if window.screen is not SMALL_PHONE:
		assert window.violations() == []


@each_look
def test_the_way_to_a_booking(browse, screen, scheme):
	meeting_type = make_offer(questions=QUESTIONS, duration_options="30, 60", price=40, requires_confirmation=1)
	window = browse(screen, color_scheme=scheme)
	path = path_of(meeting_type)
	window.open(path.rpartition("/")[0])
	check(window, f"page-{scheme}")
	window.open(path)
	check(window, f"month-{scheme}")
	window.page.locator("#zone-button").click()
	window.page.locator("#zone-list li").first.wait_for()
	check(window, f"zones-{scheme}")
	window.page.keyboard.press("Escape")
	if window.on_phone:
		window.choose_day()
	else:
		window.page.locator(".time").first.click()
	check(window, f"times-{scheme}")
	window.page.locator(".time" if window.on_phone else ".confirm").first.click()
	check(window, f"form-{scheme}")
	window.page.locator("#submit").click()
	check(window, f"form-refused-{scheme}")


@each_look
def test_what_becomes_of_it(browse, screen, scheme):
	meeting_type = make_offer(redirect_url="https://example.com/thanks")
	window = browse(screen, color_scheme=scheme)
	window.book(path_of(meeting_type))
	check(window, f"booked-{scheme}")
	window.page.locator("summary", has_text="Cancel this meeting").click()
	check(window, f"cancelling-{scheme}")
	window.page.locator("button", has_text="Cancel the meeting").click()
	window.page.locator("h1", has_text="cancelled").wait_for()
	check(window, f"cancelled-{scheme}")


@each_screen
@pytest.mark.parametrize(
	("name", "path"),
	[("no-page", "/schedule/nobody-at-all"), ("no-booking", "/schedule/manage/nothing.here")],
	ids=lambda value: value if "/" not in value else "",
)
def test_pages_that_are_not_there(browse, screen, name, path):
	window = browse(screen)
	window.open(path)
	check(window, name)


@each_screen
def test_a_hosts_own_page(browse, screen):
	meeting_type = make_offer(questions=QUESTIONS[1:2])
	window = browse(screen)
	window.book(path_of(meeting_type))
	window.book(path_of(meeting_type), time=3)
	host = frappe.db.get_value("Scheduling Page", meeting_type.scheduling_page, "user")
	update_password(host, PASSWORD)
	frappe.db.commit()
	answer = window.page.request.post("/api/method/login", form={"usr": host, "pwd": PASSWORD})
	assert answer.ok
	window.open("/scheduling")
	check(window, "host")
	page = window.page
	page.locator(".row-item summary").first.click()
	check(window, "host-open")
	page.locator(".row-item button", has_text="Cancel the meeting").first.click()
	page.locator(".done", has_text="cancelled").wait_for()
	assert page.locator(".row-item").count() == 1


def test_right_to_left(browse):
	meeting_type = make_offer(questions=QUESTIONS)
	if not frappe.db.exists("Language", "ar"):
		pytest.skip("this site has no Arabic")
	window = browse(DESK, locale="ar-EG")
	window.open(f"{path_of(meeting_type)}?_lang=ar")
	assert window.page.locator("html").get_attribute("dir") == "rtl"
	month, times = (window.page.locator(one).bounding_box() for one in ("#month", "#times"))
	assert month["x"] > times["x"]
	check(window, "rtl")
	window.choose_time(0)
	check(window, "rtl-form")


@each_screen
def test_text_at_twice_its_size(browse, screen):
	window = browse(screen)
	window.reach_form(path_of(make_offer(questions=QUESTIONS)))
	window.page.evaluate("document.documentElement.style.fontSize = '200%'")
	assert not window.scrolls_sideways()
	window.screenshot("large-text", full=True)
	window.page.go_back()
	window.page.locator(".time").first.wait_for()
	assert not window.scrolls_sideways()
	window.screenshot("large-text-times")


def test_forced_colours_still_tell_free_days_and_the_chosen_one(browse):
	window = browse(DESK, forced_colors="active")
	window.open(path_of(make_offer()))
	border = "one => getComputedStyle(one).borderTopWidth"
	assert window.page.locator("[aria-selected='true'] > .day").evaluate(border) == "3px"
	assert window.page.locator("[aria-selected='false'] > .day.is-free").first.evaluate(border) == "1px"
	window.screenshot("forced-colours")


def test_the_confirmation_prints_without_its_buttons(browse):
	window = browse(DESK)
	window.book(path_of(make_offer()))
	window.page.emulate_media(media="print")
	assert not window.page.locator("summary").is_visible()
	assert window.page.locator("time").is_visible()
	window.screenshot("print")
