"""`/book/...` leads to the page, and the pages of people who left are gone."""

from urllib.parse import urlsplit

import frappe
import pytest

from tests.pages.offer import book, host_of, make_offer
from tests.support.factories import make_page

pytestmark = pytest.mark.usefixtures("commit_clean")


@pytest.fixture
def offer():
	return make_offer()


@pytest.fixture
def page(offer):
	return frappe.get_doc("Scheduling Page", offer.scheduling_page)


def to(client, path):
	answer = client.get(path, allow_redirects=False)
	return answer.status_code, answer.headers.get("Location", "").removeprefix(client.base_url)


def test_the_slug_or_the_user_leads_to_the_page(client, page):
	assert to(client, f"/book/{page.slug}") == (302, f"/schedule/{page.slug}")
	assert to(client, f"/book/{page.user}") == (302, f"/schedule/{page.slug}")
	assert to(client, f"/book/{page.slug}?date=2026-12-01&utm_source=x") == (
		302,
		f"/schedule/{page.slug}?date=2026-12-01&utm_source=x",
	)


def test_the_type_goes_into_the_path(client, page, offer):
	there = f"/schedule/{page.slug}/{offer.slug}?date=2026-12-01"
	assert to(client, f"/book/{page.slug}?type={offer.slug}&date=2026-12-01") == (302, there)
	assert to(client, f"/book/{page.slug}/{offer.slug}?date=2026-12-01") == (302, there)
	assert to(client, f"/book/{page.slug}?type=//evil.example")[1] == f"/schedule/{page.slug}/%2F%2Fevil.example"


def test_nobody_learns_who_has_an_account(client, page):
	nobody, somebody = client.get("/book/nobody@example.com"), client.get("/book/Administrator")
	assert (nobody.status_code, somebody.status_code) == (404, 404)
	assert nobody.text.replace("nobody@example.com", "") == somebody.text.replace("Administrator", "")
	make_page(page.user)
	frappe.db.commit()
	assert client.get(f"/book/{page.user}", allow_redirects=False).status_code == 404


def test_the_page_of_a_disabled_host_is_gone_and_bookings_can_still_be_managed(client, page, offer):
	booking = book(offer)
	frappe.db.set_value("User", host_of(offer), "enabled", 0)
	frappe.db.commit()
	for path in (f"/schedule/{page.slug}", f"/schedule/{page.slug}/{offer.slug}", f"/book/{page.user}"):
		assert client.get(path, allow_redirects=False).status_code == 404, path
	assert (
		client.call("scheduler_integration.api.public.get_page", "GET", slug=page.slug).json()["code"]
		== "PAGE_NOT_FOUND"
	)
	assert client.get(urlsplit(booking.manage_url).path).status_code == 200
