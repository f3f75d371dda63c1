"""Booking pages on another website: two sites in one Chromium, behind a proxy that adds what bench's nginx adds."""

import json
import re
from contextlib import contextmanager
from urllib.parse import parse_qs, urlsplit

import frappe
import pytest

from scheduler_integration.waitlist.records import waiting_of
from tests.browser.elsewhere import LISTEN, page_with
from tests.browser.hostile_messages import HOSTILE, OF_THE_WEBSITE
from tests.browser.screens import PATIENCE
from tests.pages.offer import bookings_of, make_offer, path_of

# The shifts since the page was first painted: how much of the window moved, and how far.
SHIFTS = """
globalThis.moved = [];
new PerformanceObserver((list) => moved.push(...list.getEntries())).observe({ type: "layout-shift", buffered: true });
globalThis.shifts = () => {
	const [painted] = performance.getEntriesByName("first-contentful-paint");
	return moved.filter((one) => painted && one.startTime > painted.startTime).map((one) => one.value);
};
"""
TO_ALL_FRAMES = """(text) => {
	for (let number = 0; number < parent.length; number++) parent[number].postMessage(JSON.parse(text), "*");
}"""
TO_FRAME = "(frame, text) => frame.contentWindow.postMessage(JSON.parse(text), '*')"
# Makes storage as it is for third parties when a browser blocks their cookies and storage.
NO_STORAGE = """
if (window !== top) {
	const refuse = { get() { throw new DOMException("Forbidden", "SecurityError"); } };
	for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name, refuse);
	Object.defineProperty(document, "cookie", { get: () => "", set: () => {} });
}
"""


@pytest.fixture
def visit(chromium, web):
	"""`visit("/path", width=390)` opens a page of the website in a new window. Scripts of any frame must not fail."""
	windows, problems = [], []

	def open_page(path, *, width=1280, height=900, scripts=(), site=None, **options):
		window = chromium.new_context(
			viewport={"width": width, "height": height}, locale="en-GB", timezone_id="Europe/Berlin", **options
		)
		windows.append(window)
		for script in scripts:
			window.add_init_script(script)
		page = window.new_page()
		page.on("pageerror", lambda error: problems.append(str(error)))
		page.set_default_timeout(PATIENCE * 1000)
		page.goto((site or web.site) + path)
		return page

	yield open_page
	for window in windows:
		window.close()
	assert problems == []


def frame_of(page):
	return page.frame_locator("scheduler-booking iframe")


def shown(page):
	page.locator("scheduler-booking[data-shown]").wait_for()
	return started(frame_of(page))


def started(frame):
	"""Wait for the page's script: before it runs, a time is a link to the form."""
	frame.locator("html.js").wait_for()
	return frame


def wait_until(page, script, argument=None):
	page.wait_for_function(script, arg=argument, timeout=PATIENCE * 1000)


def settle(page):
	"""Wait until the frame is as high as its content. Before that, a click may miss what moves."""
	wait_until(
		page,
		"""() => new Promise((done) => {
			const heights = () => [...document.querySelectorAll("iframe")].map((one) => one.getBoundingClientRect().top + one.offsetHeight).join();
			const before = heights();
			setTimeout(() => done(before === heights()), 200);
		})""",
	)


def choose_time(frame, position=0, *, on_phone=False):
	started(frame)
	if on_phone:
		frame.locator(".day.is-free").first.click()
	frame.locator(".time").nth(position).click()
	if not on_phone:
		frame.locator(".confirm").click()
	frame.locator("#submit").wait_for()


def book(frame, **options):
	choose_time(frame, **options)
	frame.locator("#attendee_name").fill("Ada Lovelace")
	frame.locator("#attendee_email").fill("ada@guests.example")
	frame.locator("#submit").click()
	frame.locator("h1", has_text="You're booked").wait_for()


def events(page, *names):
	return [detail for name, detail in page.evaluate("heard") if name in names]


@pytest.mark.journey
@pytest.mark.parametrize("how", ["as it is", "without storage"])
def test_visitors_book_move_and_cancel_inside_without_any_cookie(offer, web, visit, how):
	scripts = [NO_STORAGE] if how == "without storage" else []
	page = visit(f"{page_with(web, offer)}?utm_source=news&secret=1", scripts=scripts)
	book(shown(page))
	frame = frame_of(page)
	settle(page)
	frame.locator("a", has_text="Reschedule").click()
	frame.locator(".moving").wait_for()
	choose_time(frame, 3)
	frame.locator("#submit").click()
	frame.locator("h1", has_text="Meeting moved").wait_for()
	started(frame).locator("[data-panel=cancel]").click()
	settle(page)
	frame.locator("button[value=cancel]").click()
	frame.locator("h1", has_text="This meeting is cancelled").wait_for()
	wait_until(page, "heard.some(([name]) => name === 'cancelled')")
	first, last = bookings_of(offer)
	assert (first.status, last.status) == ("Rescheduled", "Cancelled")
	assert (first.source, first.utm_source) == ("embed:localhost", "news")
	names = [name for name, _detail in page.evaluate("heard") if name != "ready"]
	assert names == ["time_selected", "booked", "time_selected", "moved", "cancelled"]
	[booked, moved, cancelled] = events(page, "booked", "moved", "cancelled")
	assert booked == {**booked, "reference": first.name, "type": offer.slug, "status": "Scheduled"}
	assert moved["reference"] == cancelled["reference"] == last.name
	assert not any("cookie" in {name.lower() for name in headers} for _method, _path, headers in web.seen)
	assert not any("secret" in path for _method, path, _headers in web.seen)
	assert not re.search("ada|lovelace|guests.example", json.dumps(page.evaluate("messages")), re.IGNORECASE)
	assert {origin for origin, _data in page.evaluate("messages")} == {web.home}


def test_a_visitor_who_waits_although_times_are_free_is_led_to_them_inside(commit_clean, web, visit):
	offer = make_offer(has_waitlist=1)
	page = visit(page_with(web, offer), width=390)
	frame = shown(page)
	frame.locator(".day.is-free").first.click()
	settle(page)
	frame.locator("#wait-day a").click()
	frame.locator("h1", has_text="Join the waitlist").wait_for()
	frame.locator("#attendee_name").fill("Ada Lovelace")
	frame.locator("#attendee_email").fill("ada@guests.example")
	settle(page)
	frame.locator("#submit").click()
	frame.locator("[role=alert]:visible").first.wait_for()
	assert frame.locator("html.embedded").count() == 1
	frappe.db.rollback()
	assert not waiting_of(offer.name)


def test_the_list_is_embedded_too_and_the_visitors_choice_is_told(offer, web, visit):
	page = visit(page_with(web, offer, listing=True))
	page.locator("scheduler-booking[data-shown]").wait_for()
	frame = frame_of(page)
	frame.locator("a.meeting").click()
	frame.locator(".time").first.wait_for()
	assert events(page, "type_selected") == [{"type": offer.slug}]
	frame.locator("a.back", has_text="All meetings").click()
	frame.locator("a.meeting").wait_for()


def test_a_website_that_isnt_allowed_sees_nothing_and_keeps_its_link(offer, web, visit):
	said = []
	page = visit(page_with(web, offer), site=web.stranger)
	page.on("console", lambda message: said.append(message.text))
	page.locator("scheduler-booking[data-failed]").wait_for()
	assert page.locator("scheduler-booking a").is_visible()
	assert page.locator("iframe").count() == 0
	assert page.evaluate("[heard, messages]") == [[], []]
	assert any("allowed embed hosts" in text for text in said)
	# A pop-up leads to the page instead.
	page = visit(page_with(web, offer, mode="popup"), site=web.stranger)
	page.locator("scheduler-booking a").click()
	page.wait_for_url(f"{web.home}{path_of(offer)}")


def test_a_frame_without_our_script_tells_nobody_anything(offer, web, visit):
	"""The page in the frame speaks to an allowed website only, and that must greet it first."""
	path = web.put(
		"/bare", f'{LISTEN}<iframe src="{web.home}{path_of(offer)}?embed=1" width="1000" height="700"></iframe>'
	)
	page = visit(path)
	frame = page.frame_locator("iframe")
	choose_time(frame)
	assert page.evaluate("messages") == [[web.home, {"scheduler": "here"}]]


def test_the_frame_is_as_high_as_its_content_at_every_width_and_never_grows(offer, web, visit):
	page = visit(page_with(web, offer), width=1400)
	shown(page)
	page.evaluate("""() => {
		window.heights = [];
		addEventListener("message", ({ data }) => data.scheduler === "height" && heights.push(data.detail.height));
	}""")
	for width in range(300, 1401, 50):
		page.set_viewport_size({"width": width, "height": 900})
		wait_until(
			page,
			"""(width) => new Promise((done) => requestAnimationFrame(() => setTimeout(() => {
				const [before] = [heights.length];
				setTimeout(() => done(innerWidth === width && before === heights.length), 120);
			}, 60)))""",
			width,
		)
		counted = page.evaluate("heights.splice(0).length")
		assert counted <= 4, f"{counted} heights at {width}"
		frame = page.frames[-1]
		content, height, sideways = frame.evaluate(
			"""[document.body.getBoundingClientRect().height, innerHeight,
			document.documentElement.scrollWidth - document.documentElement.clientWidth]"""
		)
		assert abs(height - content) < 2, f"{height} for {content} at {width}"
		assert sideways <= 0, width
		assert 300 < height < 2500, width


@pytest.mark.parametrize("width", [390, 800, 1280])
def test_nothing_moves_after_the_first_paint(offer, web, visit, width):
	"""The element's code reserves the height. On narrow screens the page is higher, and what is below moves down once."""
	page = visit(page_with(web, offer, style="display:block;min-height:640px"), width=width, scripts=[SHIFTS])
	shown(page).locator("#zone-name", has_text="Berlin").wait_for()
	page.wait_for_load_state("networkidle")
	assert page.frames[-1].evaluate("performance.getEntriesByName('first-contentful-paint').length") == 1
	assert sum(page.frames[-1].evaluate("shifts()")) < 0.001
	moved = page.evaluate("shifts()")
	assert len(moved) <= 1
	assert sum(moved) < 0.02


def test_steps_change_the_height_without_a_scroll_bar(offer, web, visit):
	page = visit(page_with(web, offer), width=390)
	frame = shown(page)
	page.evaluate("scrollTo(0, 500)")
	frame.locator(".day.is-free").first.click()
	frame.locator(".time").first.wait_for()
	# The new step begins at its top, although the visitor had scrolled down.
	wait_until(page, "document.querySelector('iframe').getBoundingClientRect().top >= -1")
	assert page.frames[-1].evaluate("document.documentElement.scrollHeight - innerHeight") <= 1
	settle(page)
	frame.locator("#zone-button").click()
	frame.locator("[role=option]").first.wait_for()
	wait_until(page, "document.querySelector('iframe').offsetHeight > 500")
	[bottom, height] = page.frames[-1].evaluate(
		"[document.querySelector('.zone-popover').getBoundingClientRect().bottom, innerHeight]"
	)
	assert bottom <= height


def test_a_pop_up_by_keyboard_keeps_the_focus_and_gives_it_back(offer, web, visit):
	page = visit(page_with(web, offer, mode="popup"))
	link = page.locator("scheduler-booking a")
	page.locator("scheduler-booking").evaluate("(one) => customElements.whenDefined('scheduler-booking')")
	link.focus()
	page.keyboard.press("Enter")
	page.locator("dialog[open]").wait_for()
	frame = frame_of(page)
	frame.locator(".time").first.wait_for()
	wait_until(page, "document.activeElement.tagName === 'IFRAME'")
	assert page.locator("dialog button").get_attribute("aria-label") == "Close"
	assert page.locator("dialog iframe").get_attribute("title") == "Intro call"
	assert page.locator("dialog").get_attribute("aria-label") == "Intro call"
	# The page behind is inert.
	page.keyboard.press("Shift+Tab")
	assert page.evaluate(
		"document.activeElement.closest('dialog') !== null || document.activeElement === document.body"
	)
	choose_time(frame)
	frame.locator("#attendee_name").fill("Ada")
	page.keyboard.press("Escape")
	page.locator("dialog[open]").wait_for(state="detached")
	assert link.evaluate("(one) => one === document.activeElement")
	# Opened again, it is the same frame with what was typed.
	page.keyboard.press("Enter")
	page.locator("dialog[open]").wait_for()
	assert frame.locator("#attendee_name").input_value() == "Ada"
	page.locator("dialog button").click()
	page.locator("dialog[open]").wait_for(state="detached")
	assert link.evaluate("(one) => one === document.activeElement")
	assert sum(path.startswith(path_of(offer)) for _method, path, _headers in web.seen) == 1


def test_escape_closes_the_list_of_zones_first(offer, web, visit):
	page = visit(page_with(web, offer, mode="popup"))
	page.locator("scheduler-booking a").click()
	frame = started(frame_of(page))
	frame.locator("#zone-button").click()
	frame.locator("[role=option]").first.wait_for()
	page.keyboard.press("Escape")
	frame.locator("[role=option]").first.wait_for(state="hidden")
	assert page.locator("dialog[open]").count() == 1
	page.keyboard.press("Escape")
	page.locator("dialog[open]").wait_for(state="detached")


def test_a_button_floats_and_opens_a_pop_up_in_which_people_book(offer, web, visit):
	page = visit(page_with(web, offer, mode="button", color="#a21caf"), width=390, height=700)
	link = page.locator("scheduler-booking a")
	wait_until(page, "getComputedStyle(document.querySelector('scheduler-booking')).position === 'fixed'")
	assert link.evaluate("(one) => getComputedStyle(one).backgroundColor") == "rgb(162, 28, 175)"
	link.click()
	book(frame_of(page), on_phone=True)
	wait_until(page, "heard.some(([name]) => name === 'booked')")
	assert (
		page.frames[-1].evaluate("getComputedStyle(document.documentElement).getPropertyValue('--accent')") == "#a21caf"
	)
	assert len(bookings_of(offer)) == 1


def test_a_script_opens_a_pop_up_and_fills_in_the_form(offer, web, visit):
	offer.append("questions", {"label": "Topic", "question_type": "Text", "prefill_key": "topic"})
	offer.append("questions", {"label": "Campaign", "question_type": "Text", "prefill_key": "campaign", "is_hidden": 1})
	choices = {"question_type": "Multi Select", "options": "Pricing\nSecurity\nOther"}
	offer.append("questions", {"label": "Which", "prefill_key": "which", **choices})
	offer.save()
	frappe.db.commit()
	page = visit(page_with(web, offer))
	shown(page)
	_empty, _schedule, slug, meeting_type = path_of(offer).split("/")
	page.evaluate(
		"(options) => { window.one = Scheduler.open(options); }",
		{
			"page": slug,
			"type": meeting_type,
			"prefill": {
				"name": "Grace Hopper",
				"email": "grace@guests.example",
				"phone": "+49 30 123",
				"topic": "Price & more",
				"campaign": "spring",
				"which": ["Pricing", "Other"],
				"unknown": "x",
			},
		},
	)
	frame = page.frame_locator("dialog[open] iframe")
	choose_time(frame)
	assert frame.locator("#attendee_name").input_value() == "Grace Hopper"
	assert frame.locator("#attendee_phone").input_value() == "+49 30 123"
	assert frame.locator("#attendee_phone").is_visible()
	frame.locator("#submit").click()
	frame.locator("h1", has_text="You're booked").wait_for()
	[booking] = bookings_of(offer)
	assert {row.question: row.answer for row in booking.answers} == {
		"Topic": "Price & more",
		"Campaign": "spring",
		"Which": "Pricing\nOther",
	}
	assert not any("grace" in path.lower() for _method, path, _headers in web.seen)
	assert page.evaluate("(options) => Scheduler.open(options) === one", {"page": slug, "type": meeting_type})


def test_the_websites_statistics_hear_of_it_in_two_ways(offer, web, visit):
	calendly = "window.tracked = []; addEventListener('message', (e) => e.origin === 'https://calendly.com' && tracked.push(e.data))"
	page = visit(
		page_with(web, offer, data_layer="", compat="calendly"), scripts=[f"if (window === top) {{ {calendly} }}"]
	)
	book(shown(page))
	wait_until(page, "tracked.some((one) => one.event === 'calendly.event_scheduled')")
	[booking] = bookings_of(offer)
	layer = {each["event"]: each for each in page.evaluate("dataLayer")}
	assert layer["scheduler_booked"]["reference"] == booking.name
	assert {"scheduler_ready", "scheduler_time_selected"} < set(layer)
	names = [each["event"] for each in page.evaluate("tracked")]
	assert names == ["calendly.event_type_viewed", "calendly.date_and_time_selected", "calendly.event_scheduled"]
	assert booking.name in page.evaluate("tracked")[-1]["payload"]["invitee"]["uri"]


def test_what_isnt_booking_opens_outside_of_the_frame(offer, web, visit):
	page = visit(page_with(web, offer))
	with page.expect_popup() as other:
		shown(page).locator("footer a", has_text="Privacy").click()
	assert other.value.url == f"{web.home}/schedule/privacy"
	book(shown(page))
	assert frame_of(page).locator("#follow-up").count() == 0
	offer.redirect_url = f"{web.site}/page?thanks=1"
	offer.save()
	frappe.db.commit()
	page.reload()
	book(shown(page))
	settle(page)
	frame_of(page).locator("#follow-up a").click()
	page.wait_for_url("**/page?thanks=1")


def test_the_frame_follows_the_colours_of_the_website(offer, web, visit):
	"""Without `color_scheme`, Playwright makes all frames light."""

	def surfaces(around=("", ""), **attributes):
		page = visit(page_with(web, offer, around=around, **attributes), color_scheme="null")
		shown(page).locator(".time").first.wait_for()
		script = "[document.querySelector('.card'), document.body].map((one) => getComputedStyle(one).backgroundColor)"
		return [
			*page.frames[-1].evaluate(script),
			page.locator("scheduler-booking").evaluate("(one) => one.style.colorScheme"),
		]

	assert surfaces() == ["rgb(255, 255, 255)", "rgba(0, 0, 0, 0)", "light"]
	assert surfaces(style="color-scheme: dark") == ["rgb(27, 29, 35)", "rgba(0, 0, 0, 0)", "dark"]
	# The website follows the visitor's wish, so the frame does.
	assert surfaces(around=("<style>:root { color-scheme: light dark }</style>", ""))[2] == ""


@contextmanager
def unchanged(page, frame):
	"""Everything that a message could change stays as it was."""
	ask_page = "[heard.length, location.href, document.querySelectorAll('iframe').length, document.querySelector('iframe').style.height, document.querySelector('iframe').src, document.querySelectorAll('dialog[open]').length]"
	ask_frame = """[location.href, document.documentElement.className, document.body.innerText, document.activeElement.id,
		...[...document.querySelectorAll("input, textarea, select")].map((one) => [one.name, one.value, one.checked])]"""
	before = page.evaluate(ask_page), frame.evaluate(ask_frame)
	yield
	page.evaluate("new Promise((done) => setTimeout(done, 300))")
	assert (page.evaluate(ask_page), frame.evaluate(ask_frame)) == before


def test_hostile_messages_to_the_website_change_nothing(offer, web, visit):
	"""Another frame on the website's page, and a frame of our own site that isn't the element's, pretend to be it."""
	web.put("/liar", "<p>liar</p>")
	others = f"<iframe id=liar src='{web.stranger}/liar'></iframe><iframe id=own src='{web.home}{path_of(offer)}?embed=1'></iframe>"
	page = visit(page_with(web, offer, around=("", others)))
	shown(page)
	choose_time(frame_of(page))
	frame_of(page).locator("#held", has_text="Held for you").wait_for()
	wait_until(page, "heard.some(([name]) => name === 'time_selected')")
	page.wait_for_load_state("networkidle")
	frame = next(each for each in page.frames if "tz=" in each.url)
	liars = [next(each for each in page.frames if each.url.endswith("/liar")), page.main_frame]
	liars.append(next(each for each in page.frames if each.url.endswith("?embed=1")))
	assert len(HOSTILE) >= 20
	for liar in liars:
		with unchanged(page, frame):
			for message in HOSTILE:
				liar.evaluate("(text) => (parent ?? window).postMessage(JSON.parse(text), '*')", json.dumps(message))


def test_hostile_messages_of_the_frame_itself_change_at_most_its_height(offer, web, visit):
	page = visit(page_with(web, offer))
	shown(page)
	frame = page.frames[-1]
	wait_until(page, "heard.length")
	page.wait_for_load_state("networkidle")
	with unchanged(page, frame):
		for message in HOSTILE:
			if message not in ({"scheduler": "booked", "detail": {"reference": "x"}}, {"scheduler": "here"}):
				frame.evaluate(
					"([text, site]) => parent.postMessage(JSON.parse(text), site)", [json.dumps(message), web.site]
				)


def test_hostile_messages_to_the_frame_change_nothing(offer, web, visit):
	"""A frame beside it, of a website that isn't allowed, and the website itself with wrong words."""
	web.put("/liar", "<p>liar</p>")
	others = f"<iframe id=liar src='{web.stranger}/liar'></iframe>"
	page = visit(page_with(web, offer, around=("", others)))
	shown(page)
	page.wait_for_load_state("networkidle")
	frame = next(each for each in page.frames if "tz=" in each.url)
	liar = next(each for each in page.frames if each.url.endswith("/liar"))
	with unchanged(page, frame):
		for message in (*HOSTILE, OF_THE_WEBSITE):
			# Which of the frames it is depends on the order in which they were made.
			liar.evaluate(TO_ALL_FRAMES, json.dumps(message))
		for message in HOSTILE:
			page.locator("scheduler-booking iframe").evaluate(TO_FRAME, json.dumps(message))


def test_a_page_that_is_loaded_again_tells_nothing_twice(offer, web, visit):
	page = visit(page_with(web, offer))
	book(shown(page))
	wait_until(page, "heard.some(([name]) => name === 'booked')")
	page.frames[-1].evaluate("location.reload()")
	wait_until(page, "heard.filter(([name]) => name === 'ready').length === 3")
	assert len(events(page, "booked")) == 1


def test_the_address_of_the_frame_names_nobody(offer, web, visit):
	page = visit(f"{page_with(web, offer)}?utm_campaign=a&email=ada@guests.example")
	shown(page)
	arguments = parse_qs(urlsplit(page.locator("iframe").get_attribute("src")).query)
	assert arguments == {"utm_campaign": ["a"], "source": ["embed:localhost"], "tz": ["Europe/Berlin"], "embed": ["1"]}
