"""The form and the confirmation in pixels: nothing overlaps, is cut off or sticks out, narrow and wide, also at twice the
size of text, in languages with long words and from right to left.
"""

import re

import pytest

from tests.browser.screens import DESK, PHONE, SMALL_PHONE, Screen
from tests.pages.offer import QUESTIONS, make_offer, path_of

SCREENS = (SMALL_PHONE, Screen("narrow-phone", 360, 740), PHONE, DESK)
PLACES = [
	{"place_type": "Phone"},
	{"place_type": "In Person", "label": "Office in Lyon", "details": "Place Bellecour 1"},
]

# The rectangles of all visible lines of text and of all controls. Bars that stick to the edge of a phone's screen lie above
# the rest on purpose.
FAULTS = """() => {
	const hidden = (one) => one.closest(".visually-hidden, .trap, .zone-popover, script") || !one.checkVisibility();
	const sticky = (one) => one.closest(".submit-row, .summary, .banner");
	const boxes = [];
	const add = (owner, text, rectangles) => {
		for (const { left, top, right, bottom } of rectangles)
			if (right - left > 1 && bottom - top > 1) boxes.push({ owner, text, left, top, right, bottom });
	};
	const control = "button, input:not([type=hidden]), select, textarea, a.button, summary.button";
	for (const one of document.querySelectorAll(control)) {
		if (!hidden(one) && !sticky(one)) add(one, one.id || one.innerText, [one.getBoundingClientRect()]);
	}
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) {
		const owner = walker.currentNode.parentElement;
		if (!walker.currentNode.data.trim() || hidden(owner) || sticky(owner) || owner.closest(control)) continue;
		const range = document.createRange();
		range.selectNodeContents(walker.currentNode);
		add(owner, walker.currentNode.data.trim(), range.getClientRects());
	}
	const faults = [];
	boxes.forEach((one, place) => {
		if (one.left < -1 || one.right > innerWidth + 1) faults.push(`sticks out: ${one.text}`);
		for (const other of boxes.slice(place + 1)) {
			const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
			const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
			// Lines of one text may touch each other: letters with accents are higher than their line.
			if (one.owner !== other.owner && wide > 2 && high > 4) faults.push(`${one.text} overlaps ${other.text}`);
		}
	});
	for (const one of document.querySelectorAll("button, a.button, summary.button, .chip")) {
		if (!hidden(one) && one.scrollWidth > one.clientWidth + 1) faults.push(`cut off: ${one.innerText}`);
	}
	if (document.documentElement.scrollWidth > innerWidth) faults.push("scrolls sideways");
	return faults;
}"""


def check(window, *, axe=True):
	"""Look for faults on each screen, with text of the usual and of twice the size."""
	own = window.screen
	for size in ("100%", "200%"):
		window.page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
		for screen in SCREENS:
			window.turn_into(screen)
			assert window.ask(FAULTS) == [], (screen, size)
		if axe and size == "200%":
			assert window.violations() == []
	window.page.evaluate("document.documentElement.style.fontSize = ''")
	window.turn_into(own)


def turn(window, direction):
	"""Let the page read from right to left, whatever its language."""
	window.page.evaluate("direction => { document.documentElement.dir = direction }", direction)


@pytest.mark.parametrize(
	("locale", "direction"), [("en-GB", "ltr"), ("de-DE", "ltr"), ("ar-EG", "rtl")], ids=("english", "german", "rtl")
)
def test_from_the_form_to_the_confirmation_nothing_is_on_top_of_something_else(browse, locale, direction):
	offer = make_offer(
		questions=QUESTIONS,
		location_type="Phone",
		location_details="",
		places=PLACES[1:],
		duration_options="30, 60",
		seats=6,
	)
	window = browse(SMALL_PHONE, locale=locale)
	page = window.page
	window.reach_form(f"{path_of(offer)}?company=ACME&notes=Plan%0AB&guests=bob@guests.example")
	turn(window, direction)
	check(window)
	page.locator("#submit").click()
	page.locator(".is-wrong").first.wait_for()
	check(window, axe=False)
	window.fill_in("Wilhelmine von Hohenschwangau-Donaudampfschifffahrtsgesellschaft", f"{'x' * 40}@guests.example")
	page.locator("#attendee_phone").fill("+49 30 1234567")
	page.locator("textarea[required]").fill("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz " * 2)
	page.locator("input[value=Pricing]").check()
	page.locator("#submit").click()
	page.wait_for_url(re.compile("booked=1"))
	turn(window, direction)
	page.locator("#add summary").click()
	check(window)
	for panel in ("guests-form", "cancel"):
		page.locator(f".actions [data-panel={panel}]").click()
		check(window, axe=False)
	page.locator("#cancel .button-danger").click()
	page.locator("h1").wait_for()
	page.wait_for_url(re.compile(r"manage/[^?]*$"))
	turn(window, direction)
	check(window)


@pytest.mark.parametrize("locale", ["en-GB", "de-DE"])
def test_a_page_that_is_not_there_in_pixels(browse, locale):
	window = browse(SMALL_PHONE, locale=locale)
	window.open("/schedule/nobody-at-all")
	check(window)
