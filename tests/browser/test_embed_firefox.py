"""Booking pages on another website in Firefox, which blocks all cookies and storage of third parties."""

import json

import pytest

from tests.browser.elsewhere import page_with
from tests.browser.firefox import HOW_TO_GET_IT, PROGRAM, running_firefox
from tests.browser.hostile_messages import HOSTILE, OF_THE_WEBSITE
from tests.pages.offer import bookings_of, path_of

FRAME = "scheduler-booking iframe"

pytestmark = [pytest.mark.skipif(not PROGRAM, reason=HOW_TO_GET_IT)]


@pytest.fixture(scope="module")
def firefox():
	with running_firefox() as window:
		yield window


def settle(firefox):
	"""Wait until the frame is as high as its content, in the page around it."""
	firefox.leave()
	height = 0
	while (now := firefox.until("document.querySelector('iframe').offsetHeight")) != height:
		height = now
		firefox.ask("new Promise((done) => setTimeout(done, 200))")


def into(firefox):
	firefox.into(FRAME)
	firefox.until("document.documentElement.classList.contains('js')")


def shown(firefox):
	firefox.until("document.querySelector('scheduler-booking[data-shown], dialog[open] iframe')")
	settle(firefox)
	into(firefox)


def choose_time(firefox, position=0):
	firefox.until("document.documentElement.classList.contains('js') && document.querySelector('.time')")
	on_phone = firefox.ask("innerWidth < 720")
	if on_phone:
		firefox.click(".day.is-free")
		firefox.wait_for(".time")
	firefox.click(".time", position)
	if not on_phone:
		firefox.click(".confirm")
	firefox.wait_for("#submit")


def book(firefox):
	choose_time(firefox)
	firefox.type("#attendee_name", "Ada Lovelace")
	firefox.type("#attendee_email", "ada@guests.example")
	settle(firefox)
	into(firefox)
	firefox.click("#submit")
	firefox.wait_for("h1", "You're booked")


def test_visitors_book_move_and_cancel_inside_with_third_parties_blocked(offer, web, firefox):
	firefox.open(web.site + page_with(web, offer))
	firefox.resize(1280, 900)
	shown(firefox)
	assert firefox.ask("(() => { document.cookie = 'a=b; samesite=none'; return document.cookie })()") == ""
	assert (
		firefox.ask("(() => { try { return localStorage.length } catch (error) { return error.name } })()")
		== "SecurityError"
	)
	book(firefox)
	settle(firefox)
	into(firefox)
	firefox.click("a.button-quiet[href*=reschedule]")
	firefox.wait_for(".moving")
	choose_time(firefox, 3)
	firefox.click("#submit")
	firefox.wait_for("h1", "Meeting moved")
	settle(firefox)
	into(firefox)
	firefox.click("[data-panel=cancel]")
	firefox.click("button[value=cancel]")
	firefox.wait_for("h1", "This meeting is cancelled")
	firefox.leave()
	firefox.until("heard.some(([name]) => name === 'cancelled')")
	assert [each.status for each in bookings_of(offer)] == ["Rescheduled", "Cancelled"]
	names = [name for name, _detail in firefox.ask("heard") if name != "ready"]
	assert names == ["time_selected", "booked", "time_selected", "moved", "cancelled"]
	assert "Ada" not in json.dumps(firefox.ask("messages"))
	assert {origin for origin, _data in firefox.ask("messages")} == {web.home}
	assert not any("cookie" in {name.lower() for name in headers} for _method, _path, headers in web.seen)


def test_a_website_that_isnt_allowed_sees_nothing(offer, web, firefox):
	firefox.open(web.stranger + page_with(web, offer))
	firefox.until("document.querySelector('scheduler-booking[data-failed]')")
	assert firefox.ask("[heard.length, messages.length, document.querySelectorAll('iframe').length]") == [0, 0, 0]
	firefox.wait_for("scheduler-booking a")


def test_the_header_of_bench_doesnt_keep_an_allowed_website_out(offer, web, firefox):
	"""The proxy adds X-Frame-Options: SAMEORIGIN. Browsers that know frame-ancestors ignore it."""
	firefox.open(web.site + web.put("/bare", f'<iframe src="{web.home}{path_of(offer)}?embed=1"></iframe>'))
	firefox.into("iframe")
	firefox.until("document.querySelector('.booking')")
	firefox.open(web.stranger + "/bare")
	firefox.into("iframe")
	assert not firefox.ask("document.querySelector('.booking')")


def test_a_pop_up_by_keyboard_keeps_the_focus_and_gives_it_back(offer, web, firefox):
	firefox.open(web.site + page_with(web, offer, mode="popup"))
	firefox.resize(1280, 900)
	firefox.until("customElements.get('scheduler-booking')")
	firefox.ask("document.querySelector('scheduler-booking a').focus()")
	firefox.press("Enter")
	firefox.until("document.querySelector('dialog[open]')")
	firefox.until("document.activeElement.tagName === 'IFRAME'")
	shown(firefox)
	choose_time(firefox)
	firefox.type("#attendee_name", "Ada")
	firefox.press("Escape")
	firefox.leave()
	firefox.until("!document.querySelector('dialog[open]')")
	firefox.until("document.activeElement === document.querySelector('scheduler-booking a')")
	firefox.press("Enter")
	firefox.until("document.querySelector('dialog[open]')")
	firefox.into(FRAME)
	assert firefox.ask("document.querySelector('#attendee_name').value") == "Ada"
	firefox.leave()
	firefox.click("dialog button")
	firefox.until("document.activeElement === document.querySelector('scheduler-booking a')")


def test_a_button_in_the_corner_on_a_phone(offer, web, firefox):
	firefox.open(web.site + page_with(web, offer, mode="button"))
	firefox.resize(500, 800)
	firefox.until("getComputedStyle(document.querySelector('scheduler-booking')).position === 'fixed'")
	firefox.click("scheduler-booking a")
	shown(firefox)
	book(firefox)
	firefox.leave()
	firefox.until("heard.some(([name]) => name === 'booked')")
	assert len(bookings_of(offer)) == 1


def test_the_frame_never_grows_at_any_width(offer, web, firefox):
	"""The window of Firefox isn't narrower than some 450 pixels, so the element is."""
	firefox.open(web.site + page_with(web, offer))
	firefox.resize(1420, 900)
	shown(firefox)
	for width in range(300, 1401, 100):
		firefox.leave()
		firefox.ask(f"document.querySelector('scheduler-booking').style.width = '{width}px'")
		settle(firefox)
		before = firefox.ask("messages.length")
		settle(firefox)
		assert firefox.ask("messages.length") == before, width
		firefox.into(FRAME)
		height, content = firefox.ask("[innerHeight, document.body.getBoundingClientRect().height]")
		assert abs(height - content) < 2, width
		assert 300 < height < 2500, width


def test_the_frame_follows_the_colours_of_the_website(offer, web, firefox):
	surface = "getComputedStyle(document.querySelector('.card')).backgroundColor"
	firefox.open(web.site + page_with(web, offer))
	shown(firefox)
	assert firefox.ask(surface) == "rgb(255, 255, 255)"
	firefox.open(web.site + page_with(web, offer, style="color-scheme: dark"))
	shown(firefox)
	assert firefox.ask(surface) == "rgb(27, 29, 35)"


def test_hostile_messages_change_nothing(offer, web, firefox):
	web.put("/liar", "<p>liar</p>")
	others = f"<iframe id=liar src='{web.stranger}/liar'></iframe>"
	firefox.open(web.site + page_with(web, offer, around=("", others)))
	firefox.resize(1280, 900)
	shown(firefox)
	state = """[location.href, document.body.innerText, ...[...document.querySelectorAll("input, textarea, select")].map((one) => one.value)]"""
	around = "[heard.length, location.href, document.querySelector('iframe').style.height, document.querySelectorAll('iframe').length]"
	firefox.leave()
	firefox.until("heard.some(([name]) => name === 'ready')")
	before_around = firefox.ask(around)
	firefox.into(FRAME)
	before = firefox.ask(state)
	messages = json.dumps(HOSTILE)
	firefox.leave()
	firefox.ask(
		f"{messages}.forEach((one) => {{ document.querySelector('{FRAME}').contentWindow.postMessage(one, '*'); postMessage(one, '*'); }})"
	)
	firefox.into("#liar")
	messages = json.dumps([*HOSTILE, OF_THE_WEBSITE])
	firefox.ask(
		f"{messages}.forEach((one) => {{ parent.postMessage(one, '*'); parent[0].postMessage(one, '*'); parent[1].postMessage(one, '*'); }})"
	)
	settle(firefox)
	assert firefox.ask(around) == before_around
	firefox.into(FRAME)
	assert firefox.ask(state) == before
