"""The confirmation of a video call whose link comes some seconds after the booking."""

from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration.bookings.calls import store_call
from scheduler_integration.platform.clock import now
from tests.browser.screens import PHONE
from tests.pages.offer import make_offer
from tests.support import door
from tests.support.factories import payload

LINK = "https://zoom.example/j/81234567890"
FOLLOWS = "The link follows by e-mail in a moment."
HIDDEN = """(hidden) => {
	Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
	document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture
def booking(commit_clean):
	"""A booking that waits for its link. Its tasks are due next year, so no other process makes the call."""
	meeting_type = make_offer(location_type="Zoom")
	page = frappe.get_doc("Scheduling Page", meeting_type.scheduling_page)
	start = (now() // 86400 + 2) * 86400 + 10 * 3600
	made = door.book(payload(page, meeting_type, start), now())
	frappe.db.set_value("Outbox Task", {"booking": made.id}, "due_at", now() + 365 * 86400)
	store(made.id, {"video_status": "Waiting", "meeting_link": None, "location": None})
	return made


@pytest.fixture
def confirmation(browse, booking):
	"""The booking's page, in a window whose clock the test moves."""
	window = browse(PHONE, keep=False)
	window.page.clock.install(time=now())
	window.page.clock.pause_at(now() + 1)
	window.open(urlsplit(booking.manage_url).path + "?booked=1")
	window.page.locator("#place", has_text=FOLLOWS).wait_for()
	window.page.wait_for_load_state()
	return window


def store(name, fields):
	store_call(name, fields, now())
	frappe.db.commit()


def asked(window):
	return [url for url in window.requests if url.endswith(urlsplit(window.page.url).path)]


def pass_time(window, seconds):
	"""Let the time pass until the page asks, and wait until its script has read the answer."""
	with window.page.expect_response("**/schedule/manage/*") as answer:
		window.page.clock.run_for(seconds * 1000)
	answer.value.finished()


def show(window, visible):
	window.page.evaluate(HIDDEN, not visible)


@pytest.mark.journey
def test_the_link_appears_when_it_is_there(confirmation, booking):
	page = confirmation.page
	pass_time(confirmation, 2)
	assert FOLLOWS in page.locator("#place").inner_text()
	store(booking.id, {"meeting_link": LINK, "video_status": "Ready", "meeting_id": "812 345"})
	pass_time(confirmation, 3)
	page.locator("#place a", has_text=LINK).wait_for()
	assert "812 345" in page.locator("#place").inner_text()
	assert FOLLOWS not in page.locator("#place").inner_text()
	assert "zoom.example" in page.locator("#add a").first.get_attribute("href")
	assert page.locator("h1").inner_text() == "You're booked"
	page.clock.run_for(10 * 60_000)
	assert page.locator("#announcer").inner_text() == "The link to your meeting is here now."
	assert len(asked(confirmation)) == 2


def test_a_page_whose_link_does_not_come_stops_asking(confirmation):
	for wait in (2, 3, 5, 10, 20, 30, 50):
		pass_time(confirmation, wait)
	confirmation.page.clock.run_for(60 * 60_000)
	assert len(asked(confirmation)) == 7
	assert FOLLOWS in confirmation.page.locator("#place").inner_text()


def test_a_hidden_page_asks_when_somebody_looks_at_it_again(confirmation, booking):
	show(confirmation, visible=False)
	confirmation.page.clock.run_for(60 * 60_000)
	assert asked(confirmation) == []
	store(booking.id, {"video_status": "Failed", "video_error": "No account."})
	with confirmation.page.expect_response("**/schedule/manage/*"):
		show(confirmation, visible=True)
		confirmation.page.clock.run_for(1)
	confirmation.page.locator("#place", has_text="Your host will send you the link.").wait_for()
