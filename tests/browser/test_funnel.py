"""A real browser's way through a booking page is counted, and disturbs nobody."""

import gzip
import re
from pathlib import Path

import frappe
import pytest
from frappe.utils.password import update_password

import scheduler_integration
from scheduler_integration.insights import visits
from scheduler_integration.insights.funnel import funnel
from scheduler_integration.insights.scope import Scope
from scheduler_integration.platform.clock import now, site_zone
from tests.browser.screens import DESK
from tests.pages.offer import PASSWORD, book, host_of, path_of
from tests.support.server import somebodys_address

# Chromium that a program drives says so. These windows don't, as those of people.
A_PERSON = "Object.defineProperty(Navigator.prototype, 'webdriver', { get: () => false })"
NOTES_THE_REPORT = """const known = window.fetch;
window.fetch = (address, ...rest) => {
	if (String(address).includes("analytics.track")) window.reportedAt = performance.now();
	return known(address, ...rest);
};"""
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
CRAWLER = "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
NOBODY = (0,) * 5
JS = Path(scheduler_integration.__file__).parent / "public/js"


@pytest.fixture
def person(browse):
	"""`person()` opens a window whose visitor is counted, in a network of their own."""

	def open_window(user_agent=BROWSER, **options):
		window = browse(DESK, user_agent=user_agent, keep=False, **options)
		window.page.add_init_script(A_PERSON)
		window.reports = []
		window.page.on("request", lambda each: "analytics.track" in each.url and window.reports.append(each))
		return window

	return open_window


def figures(offer):
	"""Return the numbers of the visitors with a script and of those without one."""
	today = visits.day_of(now())
	found = funnel(Scope(today, today, site_zone().key, page=offer.scheduling_page), now())
	return found.numbers, found.without_script


def wait_for(window, offer, numbers):
	"""Wait until the visitors with a script are counted so."""
	for _turn in range(100):
		found, without = figures(offer)
		if found == numbers:
			assert without == NOBODY
			return
		window.page.wait_for_timeout(50)
	raise AssertionError(f"{found}, without a script {without}, after {len(window.reports)} reports")


def page_path(offer):
	return path_of(offer).rpartition("/")[0]


@pytest.mark.journey
def test_the_whole_way_counts_once(person, offer):
	window = person()
	window.open(page_path(offer))
	wait_for(window, offer, (1, 0, 0, 0, 0))
	window.follow(window.page.locator("a.meeting"))
	wait_for(window, offer, (1, 1, 0, 0, 0))
	window.choose_time()
	wait_for(window, offer, (1, 1, 1, 0, 0))
	window.page.go_back()
	window.page.go_forward()
	window.page.locator("#attendee_name").wait_for()
	wait_for(window, offer, (1, 1, 1, 0, 0))
	window.fill_in()
	window.page.locator("#submit").click()
	window.page.wait_for_url(re.compile("/schedule/manage/.*booked=1"))
	assert figures(offer) == ((1, 1, 1, 1, 1), NOBODY)
	assert window.ask("localStorage.length") == 0
	assert not [each for each in window.context.cookies() if "visit" in each["name"] or "step" in each["name"]]


def test_two_tabs_are_one_visitor(person, offer):
	window = person()
	window.open(path_of(offer))
	wait_for(window, offer, (1, 1, 0, 0, 0))
	tab = window.context.new_page()
	tab.add_init_script(A_PERSON)
	with tab.expect_request(lambda each: "analytics.track" in each.url):
		tab.goto(page_path(offer))
	tab.wait_for_timeout(1000)
	wait_for(window, offer, (1, 1, 0, 0, 0))


def test_nothing_is_sent_before_the_first_paint(person, offer):
	for path, numbers in ((page_path(offer), (1, 0, 0, 0, 0)), (path_of(offer), (2, 1, 0, 0, 0))):
		window = person()
		window.page.add_init_script(NOTES_THE_REPORT)
		window.open(path)
		wait_for(window, offer, numbers)
		paint = window.ask("performance.getEntriesByName('first-contentful-paint')[0].startTime")
		assert 0 < paint < window.ask("window.reportedAt"), path


def test_without_javascript_the_way_is_counted_apart(person, offer):
	window = person(java_script_enabled=False)
	window.open(page_path(offer))
	window.follow(window.page.locator("a.meeting"))
	window.follow(window.page.locator(".time").first)
	window.fill_in()
	window.follow(window.page.locator("#submit"))
	assert "booked=1" in window.page.url
	assert figures(offer) == (NOBODY, (1, 1, 1, 1, 1))


@pytest.mark.parametrize("blocked", ["ping", "everything"])
def test_a_blocker_hides_the_visitor_and_stops_nothing(person, offer, blocked):
	"""Blockers stop beacons (resource type ping) or the address. The booking works, and nothing fails on the page."""
	window = person()

	def refuse(route):
		stops = blocked == "everything" or route.request.resource_type == "ping"
		route.abort() if stops else route.continue_()

	window.page.route("**/*analytics.track*", refuse)
	window.page.on("console", lambda _each: window.problems.clear())
	window.book(path_of(offer))
	window.problems.clear()
	with_script, without = figures(offer)
	assert (with_script, without) == (((1, 1, 1, 1, 1), NOBODY) if blocked == "ping" else (NOBODY, (1, 1, 1, 1, 1)))


def test_a_beacon_takes_the_place_of_a_failed_request(person, offer):
	window = person()
	window.page.add_init_script("window.fetch = () => Promise.reject(new Error('blocked'))")
	window.open(page_path(offer))
	wait_for(window, offer, (1, 0, 0, 0, 0))


@pytest.mark.parametrize(
	"options",
	[{"user_agent": CRAWLER}, {"extra": {"DNT": "1"}}, {"extra": {"Sec-GPC": "1"}}],
	ids=["crawler", "DNT", "GPC"],
)
def test_crawlers_and_people_who_want_no_tracking_are_not_counted(person, offer, options):
	extra = options.get("extra", {})
	window = person(options.get("user_agent", BROWSER))
	if extra:
		known = {"X-Frappe-Site-Name": window.server.site.name, "X-Forwarded-For": somebodys_address()}
		window.context.set_extra_http_headers({**known, **extra})
	window.open(page_path(offer))
	window.open(path_of(offer))
	window.choose_time()
	window.page.wait_for_timeout(1000)
	assert figures(offer) == (NOBODY, NOBODY)
	assert bool(window.reports) == (not extra)


def test_a_program_that_drives_a_browser_reports_nothing(browse, offer):
	window = browse(DESK, user_agent=BROWSER, keep=False)
	window.open(page_path(offer))
	window.open(path_of(offer))
	window.choose_time()
	window.page.wait_for_timeout(1000)
	assert not [each for each in window.api_requests() if "analytics.track" in each]
	assert figures(offer)[0] == NOBODY


def test_moving_a_meeting_is_no_visit(person, offer):
	booked = book(offer)
	window = person()
	token = booked.manage_url.rpartition("/")[2]
	window.open(f"{path_of(offer)}?reschedule={token}")
	window.page.wait_for_timeout(1000)
	assert window.reports == []
	assert figures(offer) == (NOBODY, NOBODY)


def test_hosts_dont_count_themselves(person, offer):
	window = person()
	update_password(host_of(offer), PASSWORD)
	frappe.db.commit()
	window.page.request.post("/api/method/login", form={"usr": host_of(offer), "pwd": PASSWORD})
	for path in (page_path(offer), path_of(offer)):
		window.open(path)
		window.page.wait_for_timeout(1000)
	assert window.reports == []
	assert figures(offer) == (NOBODY, NOBODY)


def test_the_script_is_small():
	size = len(gzip.compress((JS / "steps.js").read_bytes(), 9, mtime=0))
	assert size < 600
