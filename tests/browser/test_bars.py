"""Long work shows how far it is, and its result, without a reload."""

import frappe
import pytest

from scheduler_integration.calendars import listing
from scheduler_integration.calendars.provider import ProviderCalendar
from scheduler_integration.entry.bulk import MEETINGS
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.progress import Work
from tests.browser.screens import DESK, PHONE
from tests.browser.test_looks import check, sign_in_as
from tests.pages.offer import book, day_in, host_of, make_offer

PATH = "/scheduling/calendars"


@pytest.fixture
def calendar(offer):
	"""A host's calendar whose first reading has begun, as its job stores it."""
	made = frappe.get_doc(
		{
			"doctype": "Calendar Connection",
			"user": host_of(offer),
			"provider": "ICS",
			"address": "https://c.example/a.ics",
		}
	).insert()
	listing.store_calendars(made.name, [ProviderCalendar(id="feed", name="Work", is_primary=True)])
	frappe.db.set_value("Connected Calendar", {"parent": made.name}, "shadow", 1)
	frappe.db.commit()
	return frappe.get_doc("Connected Calendar", {"parent": made.name})


def told(user, key, done, total):
	Work(user, key).reach(done, total)


@pytest.mark.journey
def test_a_bar_moves_and_ends_without_a_reload(browse, offer, calendar):
	jane = host_of(offer)
	told(jane, calendar.name, 1_200, 5_000)
	window = browse(PHONE, keep=False)
	sign_in_as(window, jane)
	page = window.page
	page.clock.install(time=now())
	page.clock.pause_at(now() + 1)
	window.open(PATH)
	bar, announcer = page.locator("main .bar"), page.locator("#announcer")
	bar.get_by_text("1,200 of 5,000 events read", exact=True).wait_for()
	page.evaluate("window.isSame = true")

	def pass_time(seconds):
		with page.expect_response(f"**{PATH}") as answer:
			page.clock.run_for(seconds * 1000)
		answer.value.finished()

	told(jane, calendar.name, 1_240, 5_000)
	pass_time(2)
	bar.get_by_text("1,240 of 5,000 events read").wait_for()
	page.clock.run_for(100)
	assert announcer.inner_text() == ""
	told(jane, calendar.name, 2_600, 5_000)
	pass_time(2)
	bar.get_by_text("2,600 of 5,000 events read").wait_for()
	assert bar.locator("progress").evaluate("bar => bar.position") == 0.52
	page.clock.run_for(100)
	assert announcer.inner_text() == "2,600 of 5,000 events read"
	work = Work(jane, calendar.name)
	work.reach(5_000, 5_000)
	work.end()
	frappe.db.set_value("Connected Calendar", calendar.name, {"shadow": 0, "synced_at": now()})
	frappe.db.set_value("Calendar Connection", calendar.parent, "status", "Connected")
	frappe.db.commit()
	pass_time(2)
	page.locator("main .state").get_by_text("5,000 events read").wait_for()
	assert bar.count() == 0
	page.clock.run_for(100)
	assert announcer.inner_text().startswith("Works")
	asked = len(window.requests)
	page.clock.run_for(10 * 60_000)
	assert (len(window.requests), page.evaluate("window.isSame")) == (asked, True)


def test_a_button_that_works_for_long_is_pressed_once(browse):
	intro = make_offer(title="Intro")
	jane = host_of(intro)
	book(intro)
	window = browse(DESK)
	sign_in_as(window, jane)
	page, sent = window.page, []
	window.open(f"/scheduling/ill?day={day_in(3)}")
	# The answer takes long, and the page stays.
	page.route("**/scheduling/ill", lambda route: (sent.append(route), route.fulfill(status=204)))
	button = page.get_by_role("button", name="Make these changes")
	button.click()
	bar = page.locator("#clear .bar")
	bar.get_by_text("One moment…").wait_for()
	told(jane, MEETINGS, 40, 100)
	bar.get_by_text("40 of 100 meetings").wait_for()
	assert page.locator("#clear").get_attribute("aria-busy") == "true"
	check(window, "clearing-a-day")
	button.click()
	button.press("Enter")
	assert len(sent) == 1
