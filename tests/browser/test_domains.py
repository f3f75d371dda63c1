"""A guest books under the host name of the page, and a host claims it. Chromium takes *.example.test for this machine."""

from contextlib import closing
from urllib.parse import urlsplit

import frappe
import pytest

from scheduler_integration.domains.keep import check
from scheduler_integration.platform.clock import now
from tests.browser.screens import DESK, PHONE
from tests.domains.conftest import DOMAIN, publish, verified
from tests.pages.offer import bookings_of, host_of, make_offer, path_of, sign_in
from tests.support.name_server import NameServer


@pytest.fixture
def names():
	with closing(NameServer()) as server:
		yield server


@pytest.mark.journey
@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_guest_books_moves_and_cancels_without_leaving_the_domain(browse, names, server, screen):
	offer = make_offer()
	verified(names, scheduling_page=offer.scheduling_page)
	window = browse(screen, keep=False)
	origin = f"http://{DOMAIN}:{urlsplit(server.url).port}"
	window.origins = (origin,)
	page = window.page
	window.open(f"{path_of(offer)}?utm_source=news")
	assert page.url == f"{origin}/{offer.slug}?utm_source=news"
	window.open(f"{origin}/")
	window.screenshot("domain-root")
	window.follow(page.locator("a.meeting"))
	assert urlsplit(page.url).path == f"/{offer.slug}"
	window.book(f"{origin}/{offer.slug}?utm_source=news")
	assert page.url.startswith(f"{origin}/schedule/manage/")
	assert page.locator("h1").inner_text() == "You're booked"
	window.follow(page.locator("a", has_text="Reschedule").first)
	assert page.url.startswith(f"{origin}/{offer.slug}?reschedule=")
	page.go_back()
	page.locator("[data-panel=cancel]").click()
	page.locator("button", has_text="Yes, cancel it").click()
	page.locator("h1", has_text="This meeting is cancelled").wait_for()
	window.follow(page.locator("a", has_text="Book another time"))
	assert page.url.startswith(f"{origin}/{offer.slug}?again=")
	assert [booking.status for booking in bookings_of(offer)] == ["Cancelled"]
	assert page.goto(f"{origin}/login").status == 404


@pytest.mark.parametrize("screen", [PHONE, DESK], ids=lambda screen: screen.name)
def test_a_host_claims_a_domain_and_sees_the_records(browse, names, server, screen):
	offer = make_offer()
	window = browse(screen, keep=False)
	client = server.client()
	sign_in(client, host_of(offer))
	window.context.add_cookies([{"name": "sid", "value": client.cookies["sid"], "url": server.url}])
	page = window.page
	window.open("/scheduling/page?view=look")
	page.locator("#domains > summary").click()
	page.locator("#domain").fill("book.example")
	window.follow(page.locator("button", has_text="Add").first)
	assert page.locator("#domains code").count() == 4
	assert not window.scrolls_sideways()
	window.screenshot("domain-claimed", full=True)
	frappe.db.rollback()
	claimed = frappe.get_last_doc("Scheduling Domain")
	publish(names, claimed)
	check(claimed, now(), names.resolver())
	frappe.db.commit()
	window.open("/scheduling/page?view=look")
	assert "The records are right" in page.locator("#domains").inner_text()
	window.screenshot("domain-verified", full=True)
	window.open("/scheduling/page")
	assert "book.example" in page.locator(".links-list").first.inner_text()
