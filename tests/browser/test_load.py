"""A visitor's browser loads little, and nothing moves meanwhile."""

import gzip
import re

import pytest

from scheduler_integration.pages.kit.assets import script_address
from tests.browser.screens import DESK, PHONE
from tests.pages.offer import path_of

MOST_BYTES, MOST_REQUESTS = 29_000, 6


SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((each) => each.value)))
	.observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture
def built():
	# The bench may know files of another build, which are gone.
	if "?v=" in script_address("booking"):
		pytest.skip("nothing was built here: bench build --app scheduler_integration")


def test_the_booking_page_is_light_and_asks_little(browse, built, offer):
	window = browse(keep=False)
	answers = []
	window.page.on("response", lambda answer: answer.url.startswith("http") and answers.append(answer))
	window.open(path_of(offer))
	window.page.wait_for_load_state("networkidle")
	sizes = {answer.url: len(gzip.compress(answer.body(), 6)) for answer in answers}
	assert any("/api/method/" in address for address in sizes), "the next month should be among these"
	assert len(answers) <= MOST_REQUESTS, sizes
	assert sum(sizes.values()) <= MOST_BYTES, sizes


def test_the_list_of_time_zones_is_a_script_of_its_own(browse, offer):
	window = browse()
	asked = []
	window.page.on("request", lambda request: asked.append(request.url))
	window.open(path_of(offer))
	assert not any("scheduling_zones" in address for address in asked)
	window.page.click("#zone-button")
	window.page.fill("#zone-search", "tokyo")
	window.page.get_by_role("option", name="Tokyo").wait_for()
	assert sum("scheduling_zones" in address for address in asked) == 1


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_nothing_moves_when_the_script_comes_later_than_the_page(browse, offer, screen):
	window = browse(screen, timezone_id="UTC")
	page, waiting = window.page, []
	page.add_init_script(SHIFTS)
	page.route(re.compile(r"scheduling_booking[^/]*\.js"), lambda route: waiting.append(route))
	page.goto(path_of(offer), wait_until="commit")
	# `wait_until` would wait for the script.
	while not page.evaluate("performance.getEntriesByName('first-contentful-paint').length"):
		page.wait_for_timeout(50)
	[route] = waiting
	route.continue_()
	window.wait_until("document.documentElement.classList.contains('js')")
	page.wait_for_load_state("networkidle")
	assert window.ask("window.shifts") == []
