"""What a visitor's browser loads of a bench that has built its assets."""

import gzip

import pytest
from frappe.utils import get_assets_json

from tests.pages.offer import make_offer, path_of

MOST_BYTES, MOST_REQUESTS = 33_000, 6


@pytest.fixture
def offer(commit_clean):
	if "scheduling_booking.bundle.js" not in (get_assets_json() or {}):
		pytest.skip("nothing was built here: bench build --app scheduler_integration")
	return make_offer()


def test_the_booking_page_is_light_and_asks_little(browse, offer):
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
